package dev.gsv.cmp.instances;

import dev.gsv.cmp.catalog.Kind;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An organization's right to use an offering, with the names of what it refers to.
 *
 * @param overrides what the buyer configured, as it is stored
 * @param effectiveConfig what a run is given (section 5 of the control plane contract)
 * @param configVersion grows with each change of the effective config
 * @param details overrides that the present version or plan does not allow: stored, without effect
 * @param trial true when it began as the trial of its offering
 * @param paymentRequired what must be paid before it starts; null when nothing is waited for
 * @param pauseReason why CMP itself paused it, and what to do; null when somebody paused it on purpose
 * @param checkoutUrl where to pay; null until a payment provider is connected
 */
public record Instance(
        UUID id,
        OrgId orgId,
        UUID projectId,
        UUID offeringId,
        UUID offeringVersionId,
        UUID planId,
        String name,
        InstanceState state,
        Named organization,
        Named project,
        OfVersion offeringVersion,
        Named plan,
        JsonNode overrides,
        JsonNode effectiveConfig,
        int configVersion,
        List<Problem.Detail> details,
        boolean trial,
        @Nullable PaymentRequired paymentRequired,
        @Nullable String checkoutUrl,
        @Nullable String runtimeEndpoint,
        @Nullable String provisioningError,
        @Nullable String pauseReason,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant terminatedAt) {

    /** Something that it refers to. */
    public record Named(UUID id, String name) {}

    /** The version that it runs, and of what. */
    public record OfVersion(UUID id, String versionLabel, OfOffering offering) {}

    /** The offering that it is an instance of. */
    public record OfOffering(UUID id, String name, String slug, Kind category) {}

    /** Money that is waited for. */
    public record PaymentRequired(long priceCents, String currency, String note) {}
}
