package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The problems of credit. */
public abstract sealed class BillingProblem extends Problem {

    private BillingProblem(String message, List<Detail> details, @Nullable Duration retryAfter) {
        super(message, details, retryAfter);
    }

    /** Says what is needed, what is there and how to go on. */
    @ProblemCode(value = "INSUFFICIENT_CREDITS", status = 402, title = "Not enough credits")
    public static final class InsufficientCredits extends BillingProblem {
        public InsufficientCredits(Credits needed, Credits available) {
            super(
                    needed.said() + needed.is() + " needed, " + available + available.is()
                            + " available. Add credit on the billing page and"
                            + " send the request again with a new Idempotency-Key.",
                    List.of(
                            new Detail("needed", needed.toString()),
                            new Detail("available", available.toString()),
                            new Detail("continue", "Add credit, then send the request again with a new key.")),
                    null);
        }
    }

    @ProblemCode(value = "TOO_MANY_RESERVATIONS", status = 429, title = "Too many open reservations")
    public static final class TooManyHolds extends BillingProblem {
        private static final Duration SOON = Duration.ofSeconds(5);

        public TooManyHolds(int cap) {
            super(
                    "The wallet has " + cap + " open reservations, which is the limit. Settle or release some first.",
                    List.of(new Detail("open_reservations", "limit " + cap)),
                    SOON);
        }
    }

    /** Never more is returned than was charged. */
    @ProblemCode(value = "REFUND_TOO_LARGE", status = 409, title = "More than is left of the charge")
    public static final class RefundTooLarge extends BillingProblem {
        public RefundTooLarge(Credits left) {
            super(
                    "Of this charge " + left + " credits are left to refund.",
                    List.of(new Detail("refundable", left.toString())),
                    null);
        }
    }
}
