package dev.gsv.cmp.quotas;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A ceiling of money for one provider of models; amounts in micro-USD, null is unlimited, 0 blocks the provider. */
record ProviderBudget(
        String key,
        Place place,
        String bundleId,
        String provider,
        @Nullable Long hour,
        @Nullable Long day,
        @Nullable Long month,
        String notes,
        String createdBy,
        Instant createdAt,
        Instant updatedAt,
        boolean active,
        long version) {

    /** The limits of the three windows, in the order in which violations are told. */
    List<@Nullable Long> limits() {
        return Arrays.asList(hour, day, month);
    }
}
