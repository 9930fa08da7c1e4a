package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Too much at once, too much in a period, too dear, or written by two at a time. */
public abstract sealed class QuotasProblem extends Problem {

    private QuotasProblem(String message, String limit, Duration retryAfter) {
        super(message, List.of(new Detail("limits." + limit, message)), retryAfter);
    }

    private QuotasProblem(String message, List<Detail> details, @Nullable Duration retryAfter) {
        super(message, details, retryAfter);
    }

    private static List<Detail> named(List<String> violations, String message) {
        List<Detail> details = new ArrayList<>();
        violations.forEach(name -> details.add(new Detail("limits." + name, message)));
        return details;
    }

    private static @Nullable Duration seconds(@Nullable Long seconds) {
        return seconds == null ? null : Duration.ofSeconds(seconds);
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

    /** The month of an instance, or the quota of a user; the latter carries its {@link Insight}. */
    @ProblemCode(value = "QUOTA_EXCEEDED", status = 429, title = "The quota of the period is used up")
    public static final class QuotaExceeded extends QuotasProblem {
        private final transient @Nullable Insight insight;

        QuotaExceeded(int limit, Duration retryAfter) {
            super(
                    "The plan includes " + limit + " runs per month, and all are used. A larger plan has more.",
                    "requests_per_month",
                    retryAfter);
            this.insight = null;
        }

        QuotaExceeded(Insight insight) {
            super(said(insight), named(insight.violations(), said(insight)), seconds(insight.retryAfterSec()));
            this.insight = insight;
        }

        private static String said(Insight insight) {
            return insight.violations().equals(List.of(Insight.CONCURRENCY))
                    ? "As many runs are going on as your quota allows at once."
                    : "Your quota is used up: " + insight.reason().replace("|", ", ") + ".";
        }

        @Override
        public Optional<Object> insight() {
            return Optional.ofNullable(insight);
        }
    }

    @ProblemCode(value = "PROVIDER_BUDGET_EXCEEDED", status = 402, title = "The budget for a provider is used up")
    public static final class BudgetExceeded extends QuotasProblem {
        private final transient BudgetInsight insight;

        BudgetExceeded(BudgetInsight insight) {
            super(said(insight), named(insight.violations(), said(insight)), seconds(insight.retryAfterSec()));
            this.insight = insight;
        }

        private static String said(BudgetInsight insight) {
            return "The budget for the provider " + insight.provider() + " does not allow this run: "
                    + String.join(", ", insight.violations()) + ".";
        }

        @Override
        public Optional<Object> insight() {
            return Optional.of(insight);
        }
    }

    @ProblemCode(value = "EDIT_CONFLICT", status = 409, title = "Somebody else wrote meanwhile")
    public static final class EditConflict extends QuotasProblem {
        private EditConflict() {
            super(
                    "This was changed since you read it. Read it again, and repeat your change on what is there now.",
                    List.of(),
                    null);
        }

        /** @param seen what the writer has read; null writes over whatever is there */
        static void check(@Nullable Long seen, Optional<Long> now) {
            if (seen != null && !now.equals(Optional.of(seen))) {
                throw new EditConflict();
            }
        }
    }
}
