package dev.gsv.cmp.kit;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/** Makes UUIDv7 ids: time-ordered, so that new rows land at the end of an index; never decreasing within a node. */
@Component
public class Ids {

    private static final int COUNTER_BITS = 12;
    private static final int COUNTER_MAX = (1 << COUNTER_BITS) - 1;
    /** The counter starts in the lower half, so that a burst within one millisecond has room. */
    private static final int COUNTER_START = 1 << (COUNTER_BITS - 1);

    private static final Pattern WRITTEN =
            Pattern.compile("[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final int HEX = 16;
    /** Hex digits in each of the two words. */
    private static final int HALF = 16;

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private long lastMillis;
    private int counter;

    public Ids(Clock clock) {
        this.clock = clock;
    }

    /**
     * An id as a caller writes it: 32 hex digits, with the four dashes or without (decision C-48).
     *
     * @throws IllegalArgumentException when it is no id
     */
    public static UUID parse(String text) {
        if (!WRITTEN.matcher(text).matches()) {
            throw new IllegalArgumentException("no id");
        }
        String digits = text.replace("-", "");
        return new UUID(
                Long.parseUnsignedLong(digits, 0, HALF, HEX), Long.parseUnsignedLong(digits, HALF, 2 * HALF, HEX));
    }

    /** The id that a text is, in any of its spellings; empty when it is none. */
    public static Optional<UUID> read(String text) {
        return WRITTEN.matcher(text).matches() ? Optional.of(parse(text)) : Optional.empty();
    }

    public UUID next() {
        long millis;
        int sequence;
        lock.lock();
        try {
            long now = clock.millis();
            if (now > lastMillis) {
                lastMillis = now;
                counter = random.nextInt(COUNTER_START);
            } else if (++counter > COUNTER_MAX) {
                lastMillis++;
                counter = random.nextInt(COUNTER_START);
            }
            millis = lastMillis;
            sequence = counter;
        } finally {
            lock.unlock();
        }
        long high = (millis << 16) | 0x7000L | sequence;
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
