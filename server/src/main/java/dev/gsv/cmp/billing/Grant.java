package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A new portion of credit, as it is written when credit arrives. */
record Grant(
        OrgId org,
        UUID id,
        GrantKind kind,
        long amount,
        long remaining,
        Instant effectiveAt,
        @Nullable Instant expiresAt,
        String reference,
        UUID movement) {}
