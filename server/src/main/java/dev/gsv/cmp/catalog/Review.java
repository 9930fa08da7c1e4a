package dev.gsv.cmp.catalog;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an organization says about an offering that it has used.
 *
 * @param orgId only shown to that organization, in the answer to its own call
 * @param stars 1 to 5
 */
public record Review(UUID id, UUID offeringId, @Nullable OrgId orgId, int stars, String text, Instant createdAt) {}
