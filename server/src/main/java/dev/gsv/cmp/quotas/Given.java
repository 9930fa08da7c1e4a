package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Findings;
import org.jspecify.annotations.Nullable;

/** Checks what admin calls bring: ids, limits, texts. What has the wrong shape is 400, what makes no sense 422. */
final class Given {

    static final int MAX_ID = 255;
    static final int MAX_NOTES = 2000;
    static final int MAX_DAYS = 3650;

    private Given() {}

    /** Any characters but control characters; not stripped, because an id is compared as it is. */
    static String id(Findings findings, String path, @Nullable String id) {
        if (id == null || id.isBlank()) {
            findings.shape(path, id == null ? "is required" : "must not be empty");
            return "";
        }
        if (id.codePointCount(0, id.length()) > MAX_ID) {
            findings.shape(path, "must have at most " + MAX_ID + " characters");
            return "";
        }
        if (id.codePoints().anyMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE)) {
            findings.shape(path, "must not hold control characters");
        }
        return id;
    }

    /** One id on its own, from a path or a query. */
    static String id(String path, @Nullable String id) {
        Findings findings = new Findings();
        String checked = id(findings, path, id);
        findings.refuse();
        return checked;
    }

    static String bundle(Findings findings, @Nullable String bundle) {
        return bundle == null ? QuotaPolicy.ALL : id(findings, "bundle_id", bundle);
    }

    /** A whole number in a range, or nothing. */
    static @Nullable Long within(Findings findings, String path, @Nullable Long value, long least, long most) {
        if (value != null && (value < least || value > most)) {
            findings.meaning(path, "must be between " + least + " and " + most);
        }
        return value;
    }

    static String notes(Findings findings, String path, @Nullable String notes) {
        return findings.text(path, notes, MAX_NOTES);
    }

    /** Limits, or additions when the least of max_concurrent is 0. */
    static Allowance checked(Findings findings, String prefix, Allowance limits, long leastConcurrent) {
        within(findings, prefix + "max_concurrent", limits.maxConcurrent(), leastConcurrent, Integer.MAX_VALUE);
        within(findings, prefix + "requests_per_day", limits.requestsPerDay(), 0, Integer.MAX_VALUE);
        within(findings, prefix + "requests_per_month", limits.requestsPerMonth(), 0, Integer.MAX_VALUE);
        within(findings, prefix + "total_requests", limits.totalRequests(), 0, Integer.MAX_VALUE);
        within(findings, prefix + "tokens_per_hour", limits.tokensPerHour(), 0, MAX_TOKENS);
        within(findings, prefix + "tokens_per_day", limits.tokensPerDay(), 0, MAX_TOKENS);
        within(findings, prefix + "tokens_per_month", limits.tokensPerMonth(), 0, MAX_TOKENS);
        return limits;
    }

    /** Far beyond what anybody uses; sums of many of them still fit into 64 bits. */
    static final long MAX_TOKENS = 1_000_000_000_000_000L;
}
