package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.HoldOutcome;
import dev.gsv.cmp.billing.HoldRequest;
import dev.gsv.cmp.billing.ReleaseRequest;
import dev.gsv.cmp.billing.SettleOutcome;
import dev.gsv.cmp.billing.SettleRequest;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.quotas.Quotas;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A change to what an organization may spend, which is committed together with those that queued beside it. */
sealed interface Posting {

    OrgId org();

    /** The caller's key that this posting is for; null for a call that may not be repeated. */
    default @Nullable Keyed key() {
        return null;
    }

    /**
     * An idempotency key, to be claimed in the same transaction.
     *
     * @param traceId of the request that asks; another thread answers it
     */
    record Keyed(Idempotency.Key key, String hash, String traceId) {
        Idempotency.Wanted wanted() {
            return new Idempotency.Wanted(key, hash, Idempotency.Keep.FOR_EVER);
        }
    }

    /** Lets a run in: limits, then credit, then its row. */
    record Open(
            HoldRequest hold,
            RunStore.Start start,
            Quotas.Entry gates,
            @Nullable Keyed key) implements Posting {
        @Override
        public OrgId org() {
            return hold.org();
        }

        UUID run() {
            return start.run();
        }
    }

    /**
     * Ends a run: charge or release, its row, its usage, the answer of its key.
     *
     * @param body the answer as it is sent, given how it was paid
     */
    record Close(Opened run, Ending ending, Function<Run.Billing, String> body) implements Posting {
        @Override
        public OrgId org() {
            return run.org();
        }
    }

    /** Holds more for a run that goes on. */
    record Extend(OrgId org, UUID reservation, Credits more) implements Posting {}

    /** Takes a run for dead. */
    record Abandon(Opened run) implements Posting {
        @Override
        public OrgId org() {
            return run.org();
        }
    }

    /** Holds credit for a run that an outside gateway executes. */
    record Authorize(HoldRequest hold, @Nullable Keyed key, Function<Authorizations.Answer, String> body)
            implements Posting {
        @Override
        public OrgId org() {
            return hold.org();
        }
    }

    /** Charges a run that an outside gateway executed. */
    record Settle(SettleRequest settlement, @Nullable Keyed key, Function<SettleOutcome.Closed, String> body)
            implements Posting {
        @Override
        public OrgId org() {
            return settlement.org();
        }
    }

    /** Ends a reservation without a charge. */
    record Release(ReleaseRequest release) implements Posting {
        @Override
        public OrgId org() {
            return release.org();
        }
    }

    /** What became of a posting. */
    sealed interface Posted {
        /** The run is let in. */
        record In(HoldOutcome.Held held) implements Posted {}

        /** Somebody else's call with the key came first: its answer is this one's. */
        record KeyTaken() implements Posted {}

        record Closed(Run.Billing billing) implements Posted {}

        /** It had been done before, or there was nothing to do. */
        record Nothing() implements Posted {}

        record Extended(HoldOutcome outcome) implements Posted {}

        record Authorized(Authorizations.Answer answer) implements Posted {}

        record Settled(SettleOutcome.Closed closed) implements Posted {}
    }
}
