package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Findings;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What can be changed of a grant; absent is unchanged, null cleared.
 *
 * @param expiresAt null is never
 * @param active true brings a withdrawn grant back
 */
record GrantPatch(
        @Nullable Long additionalMaxConcurrent,
        @Nullable Long additionalRequestsPerDay,
        @Nullable Long additionalRequestsPerMonth,
        @Nullable Long additionalTotalRequests,
        @Nullable Long additionalTokensPerHour,
        @Nullable Long additionalTokensPerDay,
        @Nullable Long additionalTokensPerMonth,
        @Nullable Instant expiresAt,
        @Nullable String purchaseNotes,
        @Nullable Boolean active) {

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    GrantPatch {
        Findings findings = new Findings();
        Given.checked(
                findings,
                "additional_",
                new Allowance(
                        additionalMaxConcurrent,
                        additionalRequestsPerDay,
                        additionalRequestsPerMonth,
                        additionalTotalRequests,
                        additionalTokensPerHour,
                        additionalTokensPerDay,
                        additionalTokensPerMonth),
                0);
        purchaseNotes = Given.notes(findings, "purchase_notes", purchaseNotes);
        if (expiresAt != null && (expiresAt.isAfter(LATEST) || expiresAt.isBefore(Instant.EPOCH))) {
            findings.meaning("expires_at", "is no time that can be meant");
        }
        findings.refuse();
    }

    static GrantPatch of(Grant grant) {
        Allowance more = grant.additions();
        return new GrantPatch(
                more.maxConcurrent(),
                more.requestsPerDay(),
                more.requestsPerMonth(),
                more.totalRequests(),
                more.tokensPerHour(),
                more.tokensPerDay(),
                more.tokensPerMonth(),
                grant.expiresAt(),
                grant.purchaseNotes(),
                grant.active());
    }

    GrantPatch withdrawn() {
        return new GrantPatch(
                additionalMaxConcurrent,
                additionalRequestsPerDay,
                additionalRequestsPerMonth,
                additionalTotalRequests,
                additionalTokensPerHour,
                additionalTokensPerDay,
                additionalTokensPerMonth,
                expiresAt,
                purchaseNotes,
                false);
    }

    Allowance additions() {
        return new Allowance(
                additionalMaxConcurrent,
                additionalRequestsPerDay,
                additionalRequestsPerMonth,
                additionalTotalRequests,
                additionalTokensPerHour,
                additionalTokensPerDay,
                additionalTokensPerMonth);
    }

    String notes() {
        return purchaseNotes == null ? "" : purchaseNotes;
    }
}
