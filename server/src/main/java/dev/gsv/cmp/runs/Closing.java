package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.billing.Meters;
import dev.gsv.cmp.billing.ReleaseRequest;
import dev.gsv.cmp.billing.SettleOutcome;
import dev.gsv.cmp.billing.SettleRequest;
import dev.gsv.cmp.instances.Usage;
import dev.gsv.cmp.instances.Usages;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.quotas.Quotas;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Closes a run, in one transaction: slot, charge or release, row, usage, and the answer of its key. When the database
 * does not take it, it is kept in a file and closed later, once.
 */
@Component
class Closing {

    /** How a run was closed. */
    sealed interface Result {
        record Done(Run.Billing billing) implements Result {}

        /** Kept for later; nothing is debited yet. */
        record Later(Run.Billing billing) implements Result {}

        /** The run was taken for dead meanwhile: it is free of charge and its key is given back. */
        record Abandoned() implements Result {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);
    private static final int ATTEMPTS = 3;
    private static final Duration PAUSE = Duration.ofMillis(200);
    static final String PENDING = "pending_reconciliation";

    private final RunStore store;
    private final Quotas quotas;
    private final Ledger ledger;
    private final Usages usages;
    private final Idempotency idempotency;
    private final Unsettled unsettled;
    private final Clock clock;
    private final TransactionTemplate whole;

    Closing(
            RunStore store,
            Quotas quotas,
            Ledger ledger,
            Usages usages,
            Idempotency idempotency,
            Unsettled unsettled,
            Clock clock,
            PlatformTransactionManager transactions) {
        this.store = store;
        this.quotas = quotas;
        this.ledger = ledger;
        this.usages = usages;
        this.idempotency = idempotency;
        this.unsettled = unsettled;
        this.clock = clock;
        this.whole = new TransactionTemplate(transactions);
    }

    /** @param body the answer as it is sent, given how it was paid; kept for the caller's key */
    Result close(Opened run, Ending ending, Function<Run.Billing, String> body) {
        for (int attempt = 1; ; attempt++) {
            try {
                return whole.execute(status -> closed(run, ending, body));
            } catch (RuntimeException e) {
                if (attempt == ATTEMPTS) {
                    LOG.error("run {} cannot be settled now and is kept for later", run.run(), e);
                    Run.Billing pending = new Run.Billing(Credits.ZERO, Credits.ZERO, run.balance(), PENDING);
                    unsettled.keep(new Unsettled.Late(run, ending, ending.answered() ? body.apply(pending) : null));
                    return new Result.Later(pending);
                }
                pause(attempt);
            }
        }
    }

    /** Closes what was kept. False when the database still does not take it. */
    boolean closeLate(Unsettled.Late late) {
        try {
            String body = late.body();
            whole.executeWithoutResult(
                    status -> closed(late.run(), late.ending(), billing -> body == null ? "{}" : body));
            return true;
        } catch (RuntimeException e) {
            LOG.warn("run {} still cannot be settled: {}", late.run().run(), e.getMessage());
            return false;
        }
    }

    private Result closed(Opened run, Ending ending, Function<Run.Billing, String> body) {
        OrgId org = run.org();
        quotas.commit(List.of(new Quotas.End(
                org,
                run.instance(),
                run.run(),
                ending.answered(),
                ending.used().llmTokensIn() + ending.used().llmTokensOut(),
                ending.costs())));
        if (!store.lockRunning(org, run.run())) {
            return already(run, ending);
        }
        SettleOutcome.Closed paid = pay(run, ending);
        store.finish(org, run.run(), ending, paid.debited(), paid.absorbed(), paid.balance());
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        usages.add(org, run.instance(), today, usage(ending.meters(), paid.debited()));
        Run.Billing billing = new Run.Billing(
                paid.debited(), paid.absorbed(), paid.balance(), ending.answered() ? "settled" : "released");
        Opened.Key key = run.key();
        if (key != null) {
            String scope = Opening.scope(org);
            if (ending.answered()) {
                idempotency.finish(scope, key.operation(), key.key(), 200, body.apply(billing));
            } else {
                idempotency.free(scope, key.operation(), key.key());
            }
        }
        return new Result.Done(billing);
    }

    /** An earlier attempt was committed though its answer was lost; or the run was taken for dead. */
    private Result already(Opened run, Ending ending) {
        return store.find(run.org(), run.run())
                .filter(row -> row.status() == ending.status())
                .<Result>map(row -> new Result.Done(row.billing()))
                .orElseGet(Result.Abandoned::new);
    }

    private SettleOutcome.Closed pay(Opened run, Ending ending) {
        if (ending.answered()) {
            return ledger.settle(new SettleRequest(run.org(), run.reservation(), run.instance(), ending.meters()));
        }
        Run.Error error = ending.error();
        String reason = error == null ? "the run failed" : error.code();
        return ledger.release(new ReleaseRequest(run.org(), run.reservation(), ending.meters(), reason));
    }

    /** Ends a run whose process died: no charge, and its key is free for another try. */
    void abandon(Opened run) {
        whole.executeWithoutResult(status -> {
            quotas.release(List.of(new Quotas.End(run.org(), run.instance(), run.run(), false, 0, Map.of())));
            if (!store.lockRunning(run.org(), run.run())) {
                return;
            }
            ledger.release(new ReleaseRequest(run.org(), run.reservation(), Meters.NONE, "ABANDONED"));
            store.abandon(run.org(), run.run());
            Opened.Key key = run.key();
            if (key != null) {
                idempotency.free(Opening.scope(run.org()), key.operation(), key.key());
            }
        });
        LOG.warn("run {} was abandoned: its process did not end it", run.run());
    }

    static Usage usage(Meters used, Credits credits) {
        return new Usage(
                null,
                1,
                used.llmTokensIn(),
                used.llmTokensOut(),
                used.toolCalls(),
                used.requests(),
                used.ragQueries(),
                used.ragIngestionMb(),
                used.mcpCalls(),
                used.chatSessions(),
                used.widgetSessions(),
                used.translations(),
                used.imageCalls(),
                used.audioMinutes(),
                used.storageGbDays(),
                used.auditEvents(),
                used.scheduledRuns(),
                credits);
    }

    private static void pause(int attempt) {
        try {
            Thread.sleep(PAUSE.multipliedBy(attempt).toMillis()
                    + ThreadLocalRandom.current().nextLong(PAUSE.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
