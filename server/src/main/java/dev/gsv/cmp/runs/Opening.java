package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.HoldOutcome;
import dev.gsv.cmp.billing.HoldRequest;
import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.Trace;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.quotas.Quotas;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lets a run in, in one transaction: the key, the limits, the credit, the row. Whatever is refused has written nothing
 * but, for a caller with a key, the refusal itself.
 */
@Component
class Opening {

    /** What became of a request to run. */
    sealed interface Result {
        record In(Opened run) implements Result {}

        record Refused(Problem problem) implements Result {}

        /** Somebody else took the key meanwhile. */
        record KeyTaken() implements Result {}
    }

    /** Who runs what at which price. */
    record Request(
            Caller caller,
            Instances.Runnable target,
            Quotas.Entry gates,
            RateCard card,
            Credits estimate,
            Opened.@Nullable Key key,
            String hash) {}

    /** Openings at once on this node: half of its database connections. */
    private static final int MAX_AT_ONCE = 8;
    /** How long a run waits to be opened before it is told to come back. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);

    private final Semaphore doors = new Semaphore(MAX_AT_ONCE, true);
    private final Idempotency idempotency;
    private final Quotas quotas;
    private final Ledger ledger;
    private final RunStore store;
    private final RunSettings settings;
    private final TransactionTemplate whole;
    private final TransactionTemplate nested;

    Opening(
            Idempotency idempotency,
            Quotas quotas,
            Ledger ledger,
            RunStore store,
            RunSettings settings,
            PlatformTransactionManager transactions) {
        this.idempotency = idempotency;
        this.quotas = quotas;
        this.ledger = ledger;
        this.store = store;
        this.settings = settings;
        this.whole = new TransactionTemplate(transactions);
        this.nested = new TransactionTemplate(transactions);
        this.nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
    }

    /**
     * Opens a run. Who waits for a busy wallet waits here, without a database connection, so that closings and other
     * calls always find one.
     */
    Result open(Request request) {
        try {
            if (!doors.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        }
        try {
            return whole.execute(status -> opened(request));
        } finally {
            doors.release();
        }
    }

    private static KitProblem.Unavailable busy() {
        return new KitProblem.Unavailable("The service is busy. Try again in a second.", Duration.ofSeconds(1));
    }

    private Result opened(Request request) {
        Opened.Key key = request.key();
        if (key == null) {
            return new Result.In(admitted(request));
        }
        String scope = scope(request.target().org());
        if (!(claim(scope, key, request.hash()) instanceof Idempotency.Claim.Mine)) {
            return new Result.KeyTaken();
        }
        try {
            return new Result.In(nested.execute(status -> admitted(request)));
        } catch (Problem refusal) {
            if (!Idempotency.isKept(refusal)) {
                throw refusal;
            }
            idempotency.finish(scope, key.operation(), key.key(), refusal.status(), idempotency.body(refusal));
            return new Result.Refused(refusal);
        }
    }

    /** The wallet comes last: its row is the hottest. */
    private Opened admitted(Request request) {
        Instances.Runnable target = request.target();
        UUID run = request.gates().run();
        quotas.admit(request.gates());
        HoldOutcome.Held held = ledger.hold(
                        new HoldRequest(target.org(), target.instance(), run, request.estimate(), request.card()))
                .orThrow();
        Opened opened =
                new Opened(target.org(), run, target.instance(), held.reservation(), request.key(), held.balance());
        store.insert(target.org(), opened, row(request.caller(), target));
        return opened;
    }

    private RunStore.Row row(Caller caller, Instances.Runnable target) {
        UUID key = caller.presentedKey().map(Caller.Key::id).orElse(null);
        return new RunStore.Row(
                target.version(), key, key == null ? caller.subject() : null, Trace.id(), settings.lease());
    }

    /** Stores a refusal of an earlier check under the key, unless the key is somebody else's by now. */
    void keep(OrgId org, Opened.Key key, String hash, Problem refusal) {
        whole.executeWithoutResult(status -> {
            if (claim(scope(org), key, hash) instanceof Idempotency.Claim.Mine) {
                idempotency.finish(scope(org), key.operation(), key.key(), refusal.status(), idempotency.body(refusal));
            }
        });
    }

    private Idempotency.Claim claim(String scope, Opened.Key key, String hash) {
        return idempotency.claim(scope, key.operation(), key.key(), hash, Idempotency.Keep.FOR_EVER);
    }

    Idempotency.Claim look(OrgId org, Opened.Key key, String hash) {
        return idempotency.look(scope(org), key.operation(), key.key(), hash);
    }

    static String scope(OrgId org) {
        return org.toString();
    }
}
