package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a run cost and no wallet paid: the platform did, for this reason. */
record AbsorbedCost(
        UUID ledgerEntryId,
        UUID orgId,
        Credits amount,
        String reason,
        String referenceId,
        @Nullable UUID instanceId,
        @Nullable UUID runId,
        Instant createdAt) {}
