package dev.gsv.cmp.instances;

import dev.gsv.cmp.catalog.Offering;
import dev.gsv.cmp.catalog.Plan;
import dev.gsv.cmp.catalog.Version;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An instance to be created, after the room that sells has decided that it may be.
 *
 * @param plan a plan of the offering, held until the transaction ends
 * @param name null takes the offering's
 * @param key idempotency key of the call, if it had one
 * @param createdBy subject of who asked
 */
public record NewInstance(
        UUID project,
        Offering offering,
        Version version,
        Plan plan,
        @Nullable String name,
        @Nullable JsonNode overrides,
        Optional<String> key,
        String createdBy) {}
