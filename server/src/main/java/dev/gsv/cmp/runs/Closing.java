package dev.gsv.cmp.runs;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Lanes;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Closes a run: slot, charge or release, row, usage, and the answer of its key, in the one transaction of the runs that
 * queued meanwhile. When the database does not take it, it is kept in a file and closed later, once.
 */
@Component
class Closing {

    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);
    private static final int ATTEMPTS = 3;
    private static final Duration PAUSE = Duration.ofMillis(200);
    static final String PENDING = "pending_reconciliation";

    private final Lanes<Posting, Posting.Posted> lanes;
    private final RunStore store;
    private final Unsettled unsettled;

    Closing(Lanes<Posting, Posting.Posted> lanes, RunStore store, Unsettled unsettled) {
        this.lanes = lanes;
        this.store = store;
        this.unsettled = unsettled;
    }

    /**
     * How a run was paid; {@link #PENDING} when it will be paid later.
     *
     * @param body the answer as it is sent, given how it was paid; kept for the caller's key
     */
    Run.Billing close(Opened run, Ending ending, Function<Run.Billing, String> body) {
        for (int attempt = 1; ; attempt++) {
            try {
                return closed(run, lanes.submit(new Posting.Close(run, ending, body)));
            } catch (RuntimeException e) {
                if (attempt == ATTEMPTS) {
                    LOG.error("run {} cannot be settled now and is kept for later", run.run(), e);
                    return later(run, ending, body);
                }
                pause(attempt);
            }
        }
    }

    /** What is not kept is a cost of ours: the caller is told that nothing will be charged. */
    private Run.Billing later(Opened run, Ending ending, Function<Run.Billing, String> body) {
        Run.Billing pending = new Run.Billing(Credits.ZERO, Credits.ZERO, run.balance(), PENDING);
        boolean kept = unsettled.keep(new Unsettled.Late(run, ending, ending.charged() ? body.apply(pending) : null));
        return kept ? pending : new Run.Billing(Credits.ZERO, Credits.ZERO, run.balance(), "released");
    }

    /** What became of a run that is closed late. */
    enum Lateness {
        CLOSED,
        /** The database does not take it yet. */
        NOT_YET,
        /** It is decided that it cannot be closed; trying again changes nothing. */
        NEVER
    }

    /** Closes what was kept. */
    Lateness closeLate(Unsettled.Late late) {
        try {
            String body = late.body();
            Run.Billing billing = closed(
                    late.run(),
                    lanes.submit(new Posting.Close(late.run(), late.ending(), paid -> body == null ? "{}" : body)));
            LOG.info("run {} was settled late: {} debited", late.run().run(), billing.debited());
            return Lateness.CLOSED;
        } catch (KitProblem.Unavailable | DataAccessException | TransactionException e) {
            LOG.warn("run {} still cannot be settled: {}", late.run().run(), e.getMessage());
            return Lateness.NOT_YET;
        } catch (RuntimeException e) {
            LOG.error("run {} can never be settled: {}", late.run().run(), e.getMessage());
            return Lateness.NEVER;
        }
    }

    /** When an earlier attempt was committed though its answer was lost, its result is this one's. */
    private Run.Billing closed(Opened run, Posting.Posted posted) {
        return posted instanceof Posting.Posted.Closed closed
                ? closed.billing()
                : store.find(run.org(), run.run())
                        .map(Run::billing)
                        .orElseThrow(() -> new IllegalStateException("run " + run.run() + " was never opened"));
    }

    /** Ends a run whose process died: no charge, and its key is free for another try. False when it had ended. */
    boolean abandon(Opened run) {
        boolean abandoned = lanes.submit(new Posting.Abandon(run)) instanceof Posting.Posted.Closed;
        if (abandoned) {
            LOG.warn("run {} was abandoned: its process did not end it", run.run());
        }
        return abandoned;
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
