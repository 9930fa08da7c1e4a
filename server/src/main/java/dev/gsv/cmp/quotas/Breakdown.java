package dev.gsv.cmp.quotas;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a user stands: policy, grants, use, what is left (section 10 of the quotas contract). */
record Breakdown(
        String status,
        String userId,
        String userType,
        String bundleId,
        Allowance basePolicy,
        Credited replenishment,
        Allowance effectivePolicy,
        Usage currentUsage,
        Left remaining,
        Insight insight) {

    record Credited(
            boolean hasCredits,
            int grants,
            @Nullable Long additionalMaxConcurrent,
            @Nullable Long additionalRequestsPerDay,
            @Nullable Long additionalRequestsPerMonth,
            @Nullable Long additionalTotalRequests,
            @Nullable Long additionalTokensPerHour,
            @Nullable Long additionalTokensPerDay,
            @Nullable Long additionalTokensPerMonth,
            @Nullable Instant earliestExpiry) {
        static Credited of(List<Grant> grants) {
            Allowance more = grants.stream().map(Grant::additions).reduce(Allowance.NONE, Allowance::and);
            Instant earliest = grants.stream()
                    .flatMap(grant -> java.util.Optional.ofNullable(grant.expiresAt()).stream())
                    .min(Instant::compareTo)
                    .orElse(null);
            return new Credited(
                    !grants.isEmpty(),
                    grants.size(),
                    more.maxConcurrent(),
                    more.requestsPerDay(),
                    more.requestsPerMonth(),
                    more.totalRequests(),
                    more.tokensPerHour(),
                    more.tokensPerDay(),
                    more.tokensPerMonth(),
                    earliest);
        }
    }

    record Usage(
            long requestsToday,
            long requestsThisMonth,
            long requestsTotal,
            long tokensThisHour,
            long tokensToday,
            long tokensThisMonth,
            long tokensReserved,
            long concurrent) {
        static Usage of(Used used) {
            return new Usage(
                    used.requestsDay(),
                    used.requestsMonth(),
                    used.requestsTotal(),
                    used.tokensHour(),
                    used.tokensDay(),
                    used.tokensMonth(),
                    used.heldTokens(),
                    used.inFlight());
        }
    }

    /** @param percentageUsed of the daily requests, committed, one decimal; null without such a limit */
    record Left(
            @Nullable Long requestsToday,
            @Nullable Long requestsThisMonth,
            @Nullable Long requestsTotal,
            @Nullable Long tokensThisHour,
            @Nullable Long tokensToday,
            @Nullable Long tokensThisMonth,
            @Nullable Long concurrent,
            @Nullable Long messagesRemaining,
            @Nullable BigDecimal percentageUsed) {
        static Left of(Insight insight, Used used) {
            Allowance left = insight.remaining();
            return new Left(
                    left.requestsPerDay(),
                    left.requestsPerMonth(),
                    left.totalRequests(),
                    left.tokensPerHour(),
                    left.tokensPerDay(),
                    left.tokensPerMonth(),
                    left.maxConcurrent(),
                    insight.messagesRemaining(),
                    percentage(used.requestsDay(), insight.limits().requestsPerDay()));
        }

        private static @Nullable BigDecimal percentage(long used, @Nullable Long limit) {
            if (limit == null) {
                return null;
            }
            return limit == 0
                    ? BigDecimal.valueOf(1000, 1)
                    : BigDecimal.valueOf(used)
                            .multiply(BigDecimal.valueOf(100))
                            .divide(BigDecimal.valueOf(limit), 1, RoundingMode.HALF_UP);
        }
    }
}
