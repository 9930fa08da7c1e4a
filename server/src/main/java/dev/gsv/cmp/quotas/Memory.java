package dev.gsv.cmp.quotas;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What this node remembers of the database for a short time; that there is nothing is remembered too. A value that was
 * read before a change and arrives after it is not kept.
 */
final class Memory<K, V> {

    static final long MAX_ENTRIES = 50_000;

    private final Cache<K, V> entries;
    private final AtomicLong changes = new AtomicLong();

    Memory(Duration atMost) {
        this.entries = Caffeine.newBuilder()
                .maximumSize(MAX_ENTRIES)
                .expireAfterWrite(atMost)
                .build();
    }

    V get(K key, Function<K, V> read) {
        V kept = entries.getIfPresent(key);
        return kept == null ? reread(key, read) : kept;
    }

    /** Reads past what is remembered, and remembers what it finds. */
    V reread(K key, Function<K, V> read) {
        long before = changes.get();
        V found = read.apply(key);
        entries.put(key, found);
        if (changes.get() != before) {
            entries.invalidate(key);
        }
        return found;
    }

    /** Forgets what a change may concern. Returns how many entries went. */
    long forget(Predicate<K> concerned) {
        changes.incrementAndGet();
        long gone = 0;
        for (K key : entries.asMap().keySet()) {
            if (concerned.test(key) && entries.asMap().remove(key) != null) {
                gone++;
            }
        }
        return gone;
    }
}
