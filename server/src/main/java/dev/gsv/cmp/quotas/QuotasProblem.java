package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;
import java.time.Duration;
import java.util.List;

/** Too much at once, or too much in a period. */
public abstract sealed class QuotasProblem extends Problem {

    private QuotasProblem(String message, String limit, Duration retryAfter) {
        super(message, List.of(new Detail("limits." + limit, message)), retryAfter);
    }

    @ProblemCode(value = "RATE_LIMITED", status = 429, title = "Too many runs", pageOf = "kit")
    public static final class RateLimited extends QuotasProblem {
        static RateLimited perMinute(int limit, Duration retryAfter) {
            return new RateLimited("The plan allows " + limit + " runs per minute.", "requests_per_minute", retryAfter);
        }

        static RateLimited atOnce(int limit) {
            return new RateLimited(
                    "The plan allows " + limit + " runs at once, and as many are running.",
                    "max_concurrent",
                    Duration.ofSeconds(1));
        }

        private RateLimited(String message, String limit, Duration retryAfter) {
            super(message, limit, retryAfter);
        }
    }

    @ProblemCode(value = "QUOTA_EXCEEDED", status = 429, title = "The quota of the period is used up")
    public static final class QuotaExceeded extends QuotasProblem {
        QuotaExceeded(int limit, Duration retryAfter) {
            super(
                    "The plan includes " + limit + " runs per month, and all are used. A larger plan has more.",
                    "requests_per_month",
                    retryAfter);
        }
    }
}
