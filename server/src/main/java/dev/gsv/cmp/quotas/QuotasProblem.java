package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;
import java.time.Duration;
import java.util.List;

/** The problems of limits. Each names the limit, and when to come back. */
public abstract sealed class QuotasProblem extends Problem {

    private QuotasProblem(String message, String limit, long allowed, Duration retryAfter) {
        super(message, List.of(new Detail("limits." + limit, "limit " + allowed)), retryAfter);
    }

    @ProblemCode(value = "RATE_LIMITED", status = 429, title = "Too many requests")
    public static final class RateLimited extends QuotasProblem {
        RateLimited(String limit, long allowed, String what, Duration retryAfter) {
            super("This instance may " + what + " (" + limit + " = " + allowed + ").", limit, allowed, retryAfter);
        }
    }

    @ProblemCode(value = "QUOTA_EXCEEDED", status = 429, title = "The quota is used up")
    public static final class QuotaExceeded extends QuotasProblem {
        QuotaExceeded(String limit, long allowed, Duration retryAfter) {
            super(
                    "The " + allowed + " runs of this month are used up (" + limit
                            + "). The next month begins at 00:00 UTC on its first day; a larger plan helps at once.",
                    limit,
                    allowed,
                    retryAfter);
        }
    }
}
