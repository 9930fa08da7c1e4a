package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import java.time.Instant;
import java.util.UUID;

/** What became of a {@link HoldRequest}. A refusal has written nothing. */
public sealed interface HoldOutcome {

    /**
     * The credit is set aside.
     *
     * @param expiresAt by the database's clock; from then on the hold counts for nobody
     * @param balance posted balance, not changed by a hold
     * @param available after this hold
     */
    record Held(UUID reservation, Credits amount, Instant expiresAt, Credits balance, Credits available)
            implements HoldOutcome {}

    /** The wallet has too little. */
    record Short(Credits needed, Credits available, Credits balance) implements HoldOutcome {
        public BillingProblem.InsufficientCredits problem() {
            return new BillingProblem.InsufficientCredits(needed, available);
        }
    }

    /** The wallet has as many open holds as it may. */
    record Crowded(int cap) implements HoldOutcome {
        public BillingProblem.TooManyHolds problem() {
            return new BillingProblem.TooManyHolds(cap);
        }
    }

    /** The hold, or the refusal as a problem. */
    default Held orThrow() {
        if (this instanceof Held held) {
            return held;
        }
        throw problem();
    }

    /** The refusal. */
    default BillingProblem problem() {
        return switch (this) {
            case Held held -> throw new IllegalStateException("the credit is held: " + held.reservation());
            case Short few -> few.problem();
            case Crowded crowded -> crowded.problem();
        };
    }
}
