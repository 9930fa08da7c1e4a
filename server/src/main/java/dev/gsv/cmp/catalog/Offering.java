package dev.gsv.cmp.catalog;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.gsv.cmp.orgs.OrgId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A product of a seller: what a buyer finds, reads about and subscribes to.
 *
 * @param rating average stars with at most two decimals; null without reviews
 * @param capabilities of the newest version that the reader may see
 * @param approval the operator's decision about the listing; only shown to the seller and the operator
 * @param versions newest first; null in lists
 */
public record Offering(
        UUID id,
        OrgId providerOrgId,
        Provider provider,
        String name,
        String slug,
        Kind category,
        String description,
        List<String> valueStreams,
        List<String> exampleQuestions,
        OfferingStatus status,
        @Nullable Approval approval,
        @Nullable String saleorProductId,
        @Nullable String thumbnailUrl,
        @Nullable BigDecimal rating,
        int reviewCount,
        List<String> capabilities,
        List<Plan> plans,
        @Nullable List<Version> versions,
        @Nullable Instant publishedAt,
        Instant createdAt,
        Instant updatedAt) {

    /** Who sells. */
    public record Provider(String name, String slug) {}

    /**
     * What the operator says about the listing.
     *
     * @param reason the operator's words to the seller
     */
    public record Approval(
            Decision state,
            @Nullable String reason,
            @Nullable Instant askedAt,
            @Nullable Instant decidedAt) {}

    public enum Decision {
        AWAITING,
        APPROVED,
        REJECTED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Decision of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** True when anybody may see it: it is or was for sale. */
    public boolean isPublic() {
        return status != OfferingStatus.DRAFT;
    }

    boolean is(Decision decision) {
        return approval != null && approval.state() == decision;
    }

    /** As strangers see it: without drafts of versions, without what only seller and operator discuss. */
    Offering forAnybody() {
        List<Version> shown = versions == null
                ? null
                : versions.stream()
                        .filter(version -> version.status() == VersionStatus.PUBLISHED)
                        .map(Version::forAnybody)
                        .toList();
        return new Offering(
                id,
                providerOrgId,
                provider,
                name,
                slug,
                category,
                description,
                valueStreams,
                exampleQuestions,
                status,
                null,
                saleorProductId,
                thumbnailUrl,
                rating,
                reviewCount,
                capabilities,
                plans,
                shown,
                publishedAt,
                createdAt,
                updatedAt);
    }

    Offering withPlans(List<Plan> plans) {
        return new Offering(
                id,
                providerOrgId,
                provider,
                name,
                slug,
                category,
                description,
                valueStreams,
                exampleQuestions,
                status,
                approval,
                saleorProductId,
                thumbnailUrl,
                rating,
                reviewCount,
                capabilities,
                plans,
                versions,
                publishedAt,
                createdAt,
                updatedAt);
    }

    Offering withVersions(List<Version> versions) {
        return new Offering(
                id,
                providerOrgId,
                provider,
                name,
                slug,
                category,
                description,
                valueStreams,
                exampleQuestions,
                status,
                approval,
                saleorProductId,
                thumbnailUrl,
                rating,
                reviewCount,
                capabilities,
                plans,
                versions,
                publishedAt,
                createdAt,
                updatedAt);
    }
}
