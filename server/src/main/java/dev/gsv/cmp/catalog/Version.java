package dev.gsv.cmp.catalog;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A version of an offering: immutable except its status. What only its seller and the operator see is null for others.
 *
 * @param artifactS3Key where the artifact is kept; only for the seller
 * @param artifactSha256 64 hex digits; the artifact is checked against it before each run
 * @param defaults first layer of the effective config; only for the seller
 * @param configSchema JSON Schema of what a buyer may override; null means the schemas of its capabilities
 * @param valid true when the import checks found no error
 * @param runtime what executes it: {@code native} or, for instance, {@code langflow}
 * @param findings what the import checks said; only for the seller
 */
public record Version(
        UUID id,
        UUID offeringId,
        String versionLabel,
        @Nullable String artifactS3Key,
        String artifactSha256,
        long artifactBytes,
        List<String> capabilities,
        @Nullable JsonNode defaults,
        @Nullable JsonNode configSchema,
        VersionStatus status,
        boolean valid,
        String runtime,
        @Nullable JsonNode findings,
        Instant createdAt,
        Instant updatedAt) {

    Version forAnybody() {
        return new Version(
                id,
                offeringId,
                versionLabel,
                null,
                artifactSha256,
                artifactBytes,
                capabilities,
                null,
                configSchema,
                status,
                valid,
                runtime,
                null,
                createdAt,
                updatedAt);
    }
}
