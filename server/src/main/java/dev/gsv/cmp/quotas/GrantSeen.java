package dev.gsv.cmp.quotas;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A grant as the operator sees it. */
record GrantSeen(
        UUID id,
        String tenant,
        String project,
        String userId,
        String bundleId,
        @Nullable Long additionalRequestsPerDay,
        @Nullable Long additionalRequestsPerMonth,
        @Nullable Long additionalTotalRequests,
        @Nullable Long additionalTokensPerHour,
        @Nullable Long additionalTokensPerDay,
        @Nullable Long additionalTokensPerMonth,
        @Nullable Long additionalMaxConcurrent,
        @Nullable Instant expiresAt,
        @Nullable String purchaseId,
        @Nullable Usd purchaseAmountUsd,
        String purchaseNotes,
        String source,
        String createdBy,
        Instant createdAt,
        Instant updatedAt,
        boolean isExpired,
        boolean isActive) {

    /** @param named the place, as it was named by who asks */
    static GrantSeen of(Grant grant, Place named, Instant now) {
        Allowance more = grant.additions();
        return new GrantSeen(
                grant.id(),
                named.tenant(),
                named.project(),
                grant.userId(),
                grant.bundleId(),
                more.requestsPerDay(),
                more.requestsPerMonth(),
                more.totalRequests(),
                more.tokensPerHour(),
                more.tokensPerDay(),
                more.tokensPerMonth(),
                more.maxConcurrent(),
                grant.expiresAt(),
                grant.purchaseId(),
                grant.purchaseAmountUsd(),
                grant.purchaseNotes(),
                grant.source(),
                grant.createdBy(),
                grant.createdAt(),
                grant.updatedAt(),
                grant.expired(now),
                grant.active());
    }
}
