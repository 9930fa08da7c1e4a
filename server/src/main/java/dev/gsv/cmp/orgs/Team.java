package dev.gsv.cmp.orgs;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A named group of members. */
record Team(
        UUID id,
        OrgId orgId,
        String name,
        String slug,
        @Nullable String description,
        Instant createdAt,
        Instant updatedAt) {}
