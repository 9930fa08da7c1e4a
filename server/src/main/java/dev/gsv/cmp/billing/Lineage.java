package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A line of the ledger with where its credit came from and went back to.
 *
 * @param grants which grants it took from, or returned to
 * @param overdraft what stood on the agreed overdraft, on no grant
 * @param refunds what was returned of it
 */
record Lineage(
        UUID ledgerEntryId,
        String entryType,
        Credits amount,
        String referenceId,
        @Nullable UUID instanceId,
        @Nullable UUID runId,
        List<Use> grants,
        Credits overdraft,
        Credits refundable,
        List<Refunded> refunds) {

    /** A part of a grant: {@code bought} for money or included in a plan, or given away. */
    record Use(UUID grantId, String kind, boolean bought, Credits amount) {}

    record Refunded(UUID ledgerEntryId, Credits amount, String reason, Instant createdAt) {}
}
