package dev.gsv.cmp.flows;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A flow in the seller's drawer: kept to work on, not for sale.
 *
 * @param sha256 of the bytes as they were sent
 * @param valid nothing stops its publication on this platform's own engine
 * @param runtime what can execute it
 * @param flowJson the flow as it was sent; null in lists
 */
public record SavedFlow(
        UUID id,
        UUID orgId,
        @Nullable UUID offeringId,
        String name,
        String sha256,
        long bytes,
        boolean valid,
        String runtime,
        Instant createdAt,
        Instant updatedAt,

        @Schema(description = "any JSON", implementation = Object.class) @JsonRawValue @Nullable
        String flowJson) {}
