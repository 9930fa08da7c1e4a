package dev.gsv.cmp.quotas;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The limits of one instance, from its plan (section 9 of the control plane contract). Null means unlimited.
 *
 * @param requestsPerMinute runs in one minute of the database's clock
 * @param maxConcurrent runs open at once
 * @param requestsPerMonth runs in one calendar month, UTC
 */
public record Limits(
        @Nullable Integer requestsPerMinute,
        @Nullable Integer maxConcurrent,
        @Nullable Integer requestsPerMonth) {

    public static final int DEFAULT_REQUESTS_PER_MINUTE = 60;
    public static final int DEFAULT_MAX_CONCURRENT = 4;

    /** What holds for a plan: an explicit null is unlimited, an absent name is the default. */
    public static Limits of(JsonNode planLimits, @Nullable Integer monthlyQuota) {
        return new Limits(
                limit(planLimits, "requests_per_minute", DEFAULT_REQUESTS_PER_MINUTE),
                limit(planLimits, "max_concurrent", DEFAULT_MAX_CONCURRENT),
                limit(planLimits, "requests_per_month", monthlyQuota));
    }

    /** A value that is no whole number counts as absent: a limit is never lifted by a mistake. */
    private static @Nullable Integer limit(JsonNode limits, String name, @Nullable Integer absent) {
        JsonNode value = limits.path(name);
        if (value.isNull()) {
            return null;
        }
        return value.isIntegralNumber() && value.canConvertToInt() && value.asInt() >= 0
                ? (Integer) value.asInt()
                : absent;
    }

    boolean unlimited() {
        return requestsPerMinute == null && maxConcurrent == null && requestsPerMonth == null;
    }
}
