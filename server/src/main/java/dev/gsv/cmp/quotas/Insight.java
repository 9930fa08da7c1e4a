package dev.gsv.cmp.quotas;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a user is refused, what is left, and when it is worth another try (section 6 of the quotas contract).
 *
 * @param limits the effective limits
 * @param remaining what is left of each; null is unlimited
 * @param violations the names of violated limits, in the fixed order; {@code concurrency} stands alone
 * @param messagesRemaining the smallest of the limited remainders of requests; null when none is limited
 * @param retryAfterSec when all violated windows are over; null when waiting gives no certain time
 * @param retryScope {@code hour}, {@code day} or {@code month} of that time
 * @param retryAfterHours the same in hours, rounded up
 */
public record Insight(
        Allowance limits,
        Allowance remaining,
        List<String> violations,
        @Nullable Long messagesRemaining,
        @Nullable Long retryAfterSec,
        @Nullable String retryScope,
        @Nullable Long retryAfterHours,
        boolean usedReplenishment) {

    static final String CONCURRENCY = "concurrency";
    private static final String TOTAL = "total_requests";
    private static final int REQUEST_WINDOWS = 3;
    private static final int SECONDS_OF_HOUR = 3600;
    /** The windows of {@link Allowance#WINDOWS}; the total has none. */
    private static final @Nullable Windows[] TIMES = {
        Windows.DAY, Windows.MONTH, null, Windows.HOUR, Windows.DAY, Windows.MONTH
    };

    public Insight {
        violations = List.copyOf(violations);
    }

    /**
     * How a user stands.
     *
     * @param estimate the tokens that the run may use; counts only when the policy is strict
     */
    static Insight of(Effective effective, Used used, long estimate, Instant now) {
        Allowance limits = effective.limits();
        List<String> violations = new ArrayList<>();
        List<@Nullable Long> left = new ArrayList<>();
        Wait wait = new Wait();
        for (int i = 0; i < TIMES.length; i++) {
            Long limit = limits.windows().get(i);
            if (limit == null) {
                left.add(null);
                continue;
            }
            boolean tokens = i >= REQUEST_WINDOWS;
            long committed = used.committed().get(i);
            long all = committed + (tokens ? used.heldTokens() : used.inFlight());
            boolean strict = tokens && effective.strictTokens();
            left.add(Math.max(limit - all, 0));
            if (violated(limit, all, strict, estimate)) {
                violations.add(Allowance.WINDOWS.get(i));
                if (violated(limit, committed, strict, estimate)) {
                    wait.until(TIMES[i], now);
                }
            }
        }
        Long concurrent = limits.maxConcurrent();
        if (violations.isEmpty() && concurrent != null && used.inFlight() >= concurrent) {
            violations.add(CONCURRENCY);
        }
        boolean never = violations.contains(TOTAL);
        Long seconds = never ? null : wait.seconds;
        return new Insight(
                limits,
                new Allowance(
                        concurrent == null ? null : Math.max(concurrent - used.inFlight(), 0),
                        left.get(0),
                        left.get(1),
                        left.get(2),
                        left.get(3),
                        left.get(4),
                        left.get(5)),
                violations,
                smallest(left.subList(0, REQUEST_WINDOWS)),
                seconds,
                seconds == null ? null : wait.scope(),
                seconds == null ? null : Math.ceilDiv(seconds, SECONDS_OF_HOUR),
                effective.replenished());
    }

    /** The same for an admission that is there already: what it uses itself does not refuse it. */
    static Insight passed(Effective effective, Used used, Instant now) {
        Insight seen = of(effective, used, 0, now);
        return new Insight(
                seen.limits,
                seen.remaining,
                List.of(),
                seen.messagesRemaining,
                null,
                null,
                null,
                seen.usedReplenishment);
    }

    private static boolean violated(long limit, long used, boolean strict, long estimate) {
        return strict ? used + estimate > limit : used >= limit;
    }

    private static @Nullable Long smallest(List<@Nullable Long> remainders) {
        Long smallest = null;
        for (Long remainder : remainders) {
            if (remainder != null && (smallest == null || remainder < smallest)) {
                smallest = remainder;
            }
        }
        return smallest;
    }

    boolean allowed() {
        return violations.isEmpty();
    }

    /** The names of violated limits as one text. */
    String reason() {
        return String.join("|", violations);
    }

    /** The longest wait of several; on a tie the larger window. */
    static final class Wait {
        private @Nullable Long seconds;
        private @Nullable Windows window;

        void until(@Nullable Windows ending, Instant now) {
            if (ending == null) {
                return;
            }
            long left = ending.secondsLeft(now);
            Long longest = seconds;
            Windows scope = window;
            if (longest == null
                    || left > longest
                    || (left == longest && scope != null && ending.compareTo(scope) > 0)) {
                seconds = left;
                window = ending;
            }
        }

        @Nullable
        Long seconds() {
            return seconds;
        }

        @Nullable
        String scope() {
            return window == null ? null : window.text();
        }
    }
}
