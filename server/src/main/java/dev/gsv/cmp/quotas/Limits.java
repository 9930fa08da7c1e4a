package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.KitProblem;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a plan allows one instance (section 9 of the control plane contract). Null is unlimited.
 *
 * @param requestsPerMinute admissions in one minute of the clock
 * @param requestsPerMonth admissions in one UTC month
 * @param maxConcurrent runs that go on at a time
 */
public record Limits(
        @Nullable Long requestsPerMinute,
        @Nullable Long requestsPerMonth,
        @Nullable Long maxConcurrent) {

    private static final long REQUESTS_PER_MINUTE = 60;
    private static final long MAX_CONCURRENT = 4;

    /** No limit at all. */
    public static final Limits NONE = new Limits(null, null, null);

    /**
     * Reads the limits of a plan: an absent name means the default, an explicit null unlimited. The quota of the plan
     * counts where the limits name none of their own.
     *
     * @param monthlyQuota runs per UTC month; null for none
     */
    public static Limits of(JsonNode limits, @Nullable Integer monthlyQuota) {
        return new Limits(
                limit(limits, "requests_per_minute", REQUESTS_PER_MINUTE),
                limit(limits, "requests_per_month", monthlyQuota == null ? null : monthlyQuota.longValue()),
                limit(limits, "max_concurrent", MAX_CONCURRENT));
    }

    private static @Nullable Long limit(JsonNode limits, String name, @Nullable Long absent) {
        JsonNode limit = limits.path(name);
        if (limit.isMissingNode()) {
            return absent;
        }
        if (limit.isNull()) {
            return null;
        }
        if (!limit.isIntegralNumber() || !limit.canConvertToLong() || limit.asLong() < 0) {
            throw new KitProblem.Meaningless("The plan's limit " + name + " is not a whole number.");
        }
        return limit.asLong();
    }
}
