package dev.gsv.cmp.quotas;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;

/**
 * The base limits of a user type.
 *
 * @param strictTokens whether the estimate of a run counts against a limit of tokens before it
 * @param scope whether each bundle is counted by itself
 * @param version counts the writes; the ETag of the policy
 */
record QuotaPolicy(
        Place place,
        String userType,
        String bundleId,
        Allowance limits,
        boolean strictTokens,
        Scope scope,
        String notes,
        String createdBy,
        Instant createdAt,
        Instant updatedAt,
        boolean active,
        long version) {

    /** The bundle that stands for all. */
    static final String ALL = "*";

    enum Scope {
        BUNDLE,
        /** All bundles share one counter. */
        PROJECT;

        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
