package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.OrgId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;

/**
 * Verifications of the ledger beside a running program: once a day by itself, and whenever the operator asks; one at a
 * time in the whole installation. What they find is kept, is shown, and raises the gauges that the alerts watch.
 */
@Service
public class Verifications {

    private static final Logger log = LoggerFactory.getLogger(Verifications.class);

    /** A verification of which nothing was heard for so long has lost its node. */
    private static final Duration SILENCE = Duration.ofSeconds(60);
    /** Pause between two signs of life. */
    private static final Duration SIGN = Duration.ofSeconds(1);

    private static final Duration KEPT = Duration.ofDays(400);
    /** How old the numbers of the gauges may be. */
    private static final Duration FRESH = Duration.ofSeconds(30);

    private final Verifier verifier;
    private final VerificationStore store;
    private final Ids ids;
    private final Clock clock;
    private final AtomicLong balancesBroken = new AtomicLong();
    private final AtomicLong chainsBroken = new AtomicLong();
    private Instant gaugesAt = Instant.EPOCH;

    Verifications(Verifier verifier, VerificationStore store, Ids ids, Clock clock, MeterRegistry meters) {
        this.verifier = verifier;
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        Gauge.builder("cmp.ledger.unbalanced", () -> gauge(balancesBroken))
                .description("Wallets whose amounts do not add up, as of the last verification; alert on any")
                .register(meters);
        Gauge.builder("cmp.ledger.chain.broken", () -> gauge(chainsBroken))
                .description("Wallets whose hash chain is broken, as of the last verification; alert on any")
                .register(meters);
    }

    /** Starts one in the background, of one wallet or of all; answers the running one when there is one. */
    public Verification start(@Nullable OrgId only) {
        store.abortSilent(SILENCE);
        store.forget(KEPT);
        UUID id = ids.next();
        if (store.start(id, only)) {
            Thread.ofVirtual().name("ledger-verification").start(() -> run(id, only));
            return find(id);
        }
        return store.running().orElseGet(() -> start(only));
    }

    /** The daily one. */
    void daily() {
        start(null);
    }

    private void run(UUID id, @Nullable OrgId only) {
        try {
            Verifier.Outcome outcome = verifier.verify(only, signs(id));
            store.finish(id, outcome);
            outcome.findings().forEach(finding -> log.error("the ledger is wrong: {}", finding.sentence()));
            gaugesAt = Instant.EPOCH;
        } catch (DataAccessException | TransactionException | IllegalStateException e) {
            log.warn("verification {} of the ledger was aborted", id, e);
            aborted(id, String.valueOf(e.getMessage()));
        }
    }

    private void aborted(UUID id, String reason) {
        try {
            store.abort(id, reason);
        } catch (DataAccessException e) {
            log.debug("it will be found silent", e);
        }
    }

    /** Writes a sign of life now and then, on a connection of its own. */
    private Predicate<Verifier.Progress> signs(UUID id) {
        Instant[] last = {clock.instant()};
        return progress -> {
            Instant now = clock.instant();
            if (now.isBefore(last[0].plus(SIGN))) {
                return true;
            }
            last[0] = now;
            return store.seen(id, progress);
        };
    }

    /** @throws KitProblem.NotFound for an unknown id */
    public Verification find(UUID id) {
        return store.find(id).orElseThrow(() -> new KitProblem.NotFound("verification"));
    }

    public Page<Verification> page(Page.Slice slice) {
        return Page.of(store.count(), slice, store.page(slice));
    }

    Optional<Verification> running() {
        return store.running();
    }

    /** The last one of all wallets that came to an end. */
    public Optional<Verification> last() {
        return store.last();
    }

    /** What the last verification found; read at most twice a minute, on every node. */
    private synchronized long gauge(AtomicLong which) {
        Instant now = clock.instant();
        if (gaugesAt.plus(FRESH).isBefore(now)) {
            gaugesAt = now;
            try {
                Optional<Verification> last = store.last();
                long chains = last.stream()
                        .flatMap(each -> each.findings().stream())
                        .filter(Finding::chain)
                        .count();
                chainsBroken.set(chains);
                balancesBroken.set(last.map(Verification::broken).orElse(0L) - chains);
            } catch (DataAccessException e) {
                log.debug("the gauges of the ledger keep their numbers", e);
            }
        }
        return which.get();
    }
}
