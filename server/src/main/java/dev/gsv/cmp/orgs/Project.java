package dev.gsv.cmp.orgs;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A part of an organization; every instance belongs to one. One project is the default and stays. */
public record Project(
        UUID id,
        OrgId orgId,
        String name,
        String slug,
        @Nullable String description,
        boolean isDefault,
        Instant createdAt,
        Instant updatedAt) {}
