package dev.gsv.cmp.access;

import com.nimbusds.jose.jwk.RSAKey;
import dev.gsv.cmp.kit.KitProblem;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The issuer's keys, as this node knows them. Asked for at first use and not at start; afterwards a short outage of the
 * issuer is not noticed.
 */
@Component
class IssuerKeys {

    /** A known set is asked for again after this time; meanwhile a withdrawn key still counts. */
    static final Duration FRESH = Duration.ofMinutes(5);
    /** How long a set is used while the issuer does not answer. */
    static final Duration USABLE = Duration.ofHours(1);
    /** An unknown key id asks again at most this often, whoever sends how many. */
    static final Duration BETWEEN_UNKNOWN = Duration.ofMinutes(1);
    /** After a failure nobody asks for this long: a stampede would not help the issuer. */
    static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);

    private record Known(Map<String, RSAKey> keys, Instant at) {}

    private final Issuer issuer;
    private final IssuerClient client;
    private final Clock clock;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Known known;
    private volatile Instant failedAt = Instant.MIN;
    private Instant unknownAt = Instant.MIN;

    IssuerKeys(Issuer issuer, IssuerClient client, Clock clock) {
        this.issuer = issuer;
        this.client = client;
        this.clock = clock;
    }

    /**
     * The key of an id; empty when the issuer has none of it.
     *
     * @throws KitProblem.Unavailable when the issuer does not answer and no usable set is known
     */
    Optional<RSAKey> find(String kid) {
        Known now = current();
        RSAKey key = now.keys().get(kid);
        return key != null ? Optional.of(key) : Optional.ofNullable(unknown(kid, now));
    }

    private Known current() {
        Known now = known;
        if (now != null && age(now).compareTo(FRESH) < 0) {
            return now;
        }
        if (now != null && age(now).compareTo(USABLE) < 0) {
            // One asks, the others go on with what is known.
            if (asking.tryLock()) {
                try {
                    return ask(now);
                } finally {
                    asking.unlock();
                }
            }
            return now;
        }
        asking.lock();
        try {
            Known meanwhile = known;
            return meanwhile != null && age(meanwhile).compareTo(FRESH) < 0 ? meanwhile : ask(null);
        } finally {
            asking.unlock();
        }
    }

    private @Nullable RSAKey unknown(String kid, Known before) {
        asking.lock();
        try {
            Known now = known;
            if (now != null && now != before && now.keys().containsKey(kid)) {
                return now.keys().get(kid);
            }
            Instant time = clock.instant();
            if (unknownAt.isAfter(time.minus(BETWEEN_UNKNOWN))) {
                return null;
            }
            unknownAt = time;
            return ask(before).keys().get(kid);
        } finally {
            asking.unlock();
        }
    }

    /** Asks the issuer; when it does not answer, the former set counts, else 503. The lock is held. */
    private Known ask(@Nullable Known former) {
        Instant time = clock.instant();
        if (!failedAt.isAfter(time.minus(AFTER_FAILURE))) {
            try {
                Known found = new Known(client.keys(issuer.address()), time);
                known = found;
                failedAt = Instant.MIN;
                return found;
            } catch (IssuerClient.NoAnswer e) {
                failedAt = time;
                log.warn("no keys from the issuer: {}", e.getMessage());
            }
        }
        if (former != null) {
            return former;
        }
        throw new KitProblem.Unavailable("The identity provider does not answer. Try again shortly.", AFTER_FAILURE);
    }

    private Duration age(Known set) {
        return Duration.between(set.at(), clock.instant());
    }
}
