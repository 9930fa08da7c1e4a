package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Credits;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an offering costs and allows.
 *
 * @param priceCredits debited from the wallet when an instance starts
 * @param priceCents charged as money, in {@code currency}; with it an instance waits for the payment
 * @param includedCredits granted with each paid period
 * @param monthlyQuota runs per UTC month of an instance; null is without limit
 * @param defaults second layer of the effective config
 * @param limits last layer of the effective config, never overridable; an explicit null inside is "unlimited"
 * @param rateCard what the meters cost; null is the card of the platform
 */
public record Plan(
        UUID id,
        UUID offeringId,
        String name,
        String slug,
        String description,
        BillingPeriod billingPeriod,
        Credits priceCredits,
        long priceCents,
        String currency,
        Credits includedCredits,
        @Nullable Integer monthlyQuota,
        JsonNode defaults,
        JsonNode limits,
        @Nullable JsonNode rateCard,
        boolean isDefault,
        boolean isTrial,
        @Nullable String saleorVariantId,
        Instant createdAt,
        Instant updatedAt) {

    /** True when an instance must wait until money has arrived. */
    public boolean waitsForMoney() {
        return priceCents > 0;
    }
}
