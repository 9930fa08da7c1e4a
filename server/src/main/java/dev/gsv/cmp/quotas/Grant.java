package dev.gsv.cmp.quotas;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An addition to the limits of one user, given or bought. While it is valid it raises each window; nothing is taken
 * from it.
 */
record Grant(
        UUID id,
        Place place,
        String userId,
        String bundleId,
        Allowance additions,
        @Nullable Instant expiresAt,
        @Nullable String purchaseId,
        @Nullable Usd purchaseAmountUsd,
        String purchaseNotes,
        String source,
        String createdBy,
        Instant createdAt,
        Instant updatedAt,
        boolean active,
        long version) {

    boolean expired(Instant now) {
        return expiresAt != null && !expiresAt.isAfter(now);
    }

    boolean valid(Instant now) {
        return active && !expired(now);
    }

    boolean concerns(String bundle) {
        return bundleId.equals(QuotaPolicy.ALL) || bundleId.equals(bundle);
    }
}
