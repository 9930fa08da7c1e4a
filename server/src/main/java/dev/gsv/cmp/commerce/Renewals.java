package dev.gsv.cmp.commerce;

import dev.gsv.cmp.billing.BillingProblem;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/** Renews subscriptions whose period is over, a transaction for each. Safe beside other nodes. */
@Service
class Renewals {

    private static final Logger LOG = LoggerFactory.getLogger(Renewals.class);
    /** Subscriptions that are looked for at a time. */
    static final int PORTION = 200;
    /** Portions of one run; what is left waits for the next, so that the first of a month never occupies a node. */
    static final int MAX_PORTIONS = 50;

    private final Cycles cycles;
    private final CycleStore store;
    private final MeterRegistry meters;

    Renewals(Cycles cycles, CycleStore store, MeterRegistry meters) {
        this.cycles = cycles;
        this.store = store;
        this.meters = meters;
    }

    /** Renews everything that is due. One that fails is tried again at the next run and is in nobody's way. */
    void all() {
        Instant now = store.clock();
        Instant after = Instant.EPOCH;
        UUID last = new UUID(0, 0);
        for (int portion = 0; portion < MAX_PORTIONS; portion++) {
            List<CycleStore.Due> due = store.due(now, after, last, PORTION);
            due.forEach(this::one);
            if (due.size() < PORTION) {
                return;
            }
            after = due.getLast().endedAt();
            last = due.getLast().instance();
        }
        LOG.info("More than {} subscriptions are due; the rest follows", PORTION * MAX_PORTIONS);
    }

    private void one(CycleStore.Due due) {
        try {
            if (cycles.renew(due.org(), due.instance())) {
                count("renewed");
            }
        } catch (BillingProblem.InsufficientCredits e) {
            if (cycles.stop(due.org(), due.instance())) {
                LOG.info("Instance {} is paused: its wallet is short of the next period", due.instance());
                count("short");
            }
        } catch (RuntimeException e) {
            LOG.warn("Instance {} could not be renewed and will be tried again", due.instance(), e);
            count("failed");
        }
    }

    private void count(String outcome) {
        meters.counter("cmp.renewals", "outcome", outcome).increment();
    }
}
