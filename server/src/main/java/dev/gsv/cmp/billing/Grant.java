package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A new portion of credit, as it is written when credit arrives. */
record Grant(OrgId org, UUID id, Terms terms, long amount, long remaining, String reference, UUID movement) {

    /**
     * What does not change about a portion of credit.
     *
     * @param priority the lower burns first
     * @param effectiveAt when it counts from; may lie in the past
     * @param expiresAt when what is left of it lapses; null for never
     * @param createdAt when it was booked
     * @param capability the only one that it pays for; null for everything
     * @param period which period of an allowance it is; null when it is none
     */
    record Terms(
            GrantKind kind,
            int priority,
            Instant effectiveAt,
            @Nullable Instant expiresAt,
            Instant createdAt,
            @Nullable String capability,
            @Nullable Period period) {

        static Terms plain(GrantKind kind, Instant now, @Nullable Instant expiresAt) {
            return new Terms(kind, kind.priority(), now, expiresAt, now, null, null);
        }
    }

    /** One period of an allowance; carried is what the period before left to it. */
    record Period(UUID allowance, int number, boolean carried) {}
}
