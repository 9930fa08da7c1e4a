package dev.gsv.cmp.quotas;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One version of a model's price; micro-USD for a million tokens.
 *
 * @param model a name, or its beginning and an asterisk
 * @param input null when the model has no price any more
 */
record ModelPrice(
        String provider,
        String model,
        int version,
        @Nullable Long input,
        @Nullable Long output,
        @Nullable Long cached,
        String notes,
        String createdBy,
        Instant createdAt) {}
