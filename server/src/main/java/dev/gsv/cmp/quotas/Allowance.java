package dev.gsv.cmp.quotas;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The seven limits of a user (section 2.1 of the quotas contract). In a policy null is unlimited; in a grant, which
 * adds, null adds nothing.
 */
public record Allowance(
        @Nullable Long maxConcurrent,
        @Nullable Long requestsPerDay,
        @Nullable Long requestsPerMonth,
        @Nullable Long totalRequests,
        @Nullable Long tokensPerHour,
        @Nullable Long tokensPerDay,
        @Nullable Long tokensPerMonth) {

    /** Everything unlimited; as an addition, nothing. */
    public static final Allowance NONE = new Allowance(null, null, null, null, null, null, null);

    /** What holds for a user type that nobody defined. */
    static final Allowance FALLBACK = new Allowance(1L, 10L, null, null, null, 100_000L, null);

    /** The limits raised by an addition: what is unlimited stays so. */
    Allowance raisedBy(Allowance more) {
        return new Allowance(
                sum(maxConcurrent, more.maxConcurrent),
                sum(requestsPerDay, more.requestsPerDay),
                sum(requestsPerMonth, more.requestsPerMonth),
                sum(totalRequests, more.totalRequests),
                sum(tokensPerHour, more.tokensPerHour),
                sum(tokensPerDay, more.tokensPerDay),
                sum(tokensPerMonth, more.tokensPerMonth));
    }

    private static @Nullable Long sum(@Nullable Long limit, @Nullable Long more) {
        if (limit == null || more == null) {
            return limit;
        }
        long sum = limit + more;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** Two additions as one. */
    Allowance and(Allowance other) {
        return new Allowance(
                both(maxConcurrent, other.maxConcurrent),
                both(requestsPerDay, other.requestsPerDay),
                both(requestsPerMonth, other.requestsPerMonth),
                both(totalRequests, other.totalRequests),
                both(tokensPerHour, other.tokensPerHour),
                both(tokensPerDay, other.tokensPerDay),
                both(tokensPerMonth, other.tokensPerMonth));
    }

    private static @Nullable Long both(@Nullable Long one, @Nullable Long other) {
        return one == null ? other : sum(one, other);
    }

    boolean unlimited() {
        return equals(NONE);
    }

    /** The names of the six windows, in the order in which violations are told. */
    static final List<String> WINDOWS = List.of(
            "requests_per_day",
            "requests_per_month",
            "total_requests",
            "tokens_per_hour",
            "tokens_per_day",
            "tokens_per_month");

    /** The limits of {@link #WINDOWS}. */
    List<@Nullable Long> windows() {
        List<@Nullable Long> limits = new ArrayList<>();
        limits.add(requestsPerDay);
        limits.add(requestsPerMonth);
        limits.add(totalRequests);
        limits.add(tokensPerHour);
        limits.add(tokensPerDay);
        limits.add(tokensPerMonth);
        return limits;
    }
}
