package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Findings;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A grant to be made; checked.
 *
 * @param source trial, manual or stripe
 */
public record NewGrant(
        String userId,
        String bundleId,
        Allowance additions,
        @Nullable Instant expiresAt,
        @Nullable String purchaseId,
        @Nullable Usd purchaseAmountUsd,
        String notes,
        String source) {

    public NewGrant {
        Findings findings = new Findings();
        userId = Given.id(findings, "user_id", userId);
        bundleId = Given.id(findings, "bundle_id", bundleId);
        Given.checked(findings, "additional_", additions, 0);
        if (purchaseId != null) {
            purchaseId = Given.id(findings, "purchase_id", purchaseId);
        }
        if (purchaseAmountUsd != null && purchaseAmountUsd.micros() < 0) {
            findings.meaning("purchase_amount_usd", "must not be negative");
        }
        notes = Given.notes(findings, "notes", notes);
        boolean adds = additions.windows().stream().anyMatch(more -> more != null && more > 0)
                || (additions.maxConcurrent() != null && additions.maxConcurrent() > 0);
        if (!adds) {
            findings.meaning("additional_requests_per_day", "at least one addition is above 0");
        }
        findings.refuse();
    }
}
