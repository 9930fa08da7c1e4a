package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Findings;
import org.jspecify.annotations.Nullable;

/**
 * A policy as an operator writes it. In a request an absent limit stays as it is, and null lifts it.
 *
 * @param bundleId an offering's slug; absent is {@code *}, all
 * @param maxConcurrent 1 or more (422 below)
 * @param strictTokens whether the estimate of a run counts before it
 * @param scope {@code bundle} or {@code project}
 */
record PolicyInput(
        String userType,
        @Nullable String bundleId,
        @Nullable Long maxConcurrent,
        @Nullable Long requestsPerDay,
        @Nullable Long requestsPerMonth,
        @Nullable Long totalRequests,
        @Nullable Long tokensPerHour,
        @Nullable Long tokensPerDay,
        @Nullable Long tokensPerMonth,
        @Nullable Boolean strictTokens,
        @Nullable String scope,
        @Nullable String notes) {

    private static final String PROJECT = "project";

    PolicyInput {
        Findings findings = new Findings();
        userType = Given.id(findings, "user_type", userType);
        bundleId = Given.bundle(findings, bundleId);
        notes = Given.notes(findings, "notes", notes);
        Given.checked(
                findings,
                "",
                new Allowance(
                        maxConcurrent,
                        requestsPerDay,
                        requestsPerMonth,
                        totalRequests,
                        tokensPerHour,
                        tokensPerDay,
                        tokensPerMonth),
                1);
        if (scope != null && !scope.equals("bundle") && !scope.equals(PROJECT)) {
            findings.shape("scope", "must be bundle or project");
        }
        findings.refuse();
    }

    static PolicyInput of(String userType, Allowance limits, String notes) {
        return new PolicyInput(
                userType,
                QuotaPolicy.ALL,
                limits.maxConcurrent(),
                limits.requestsPerDay(),
                limits.requestsPerMonth(),
                limits.totalRequests(),
                limits.tokensPerHour(),
                limits.tokensPerDay(),
                limits.tokensPerMonth(),
                false,
                null,
                notes);
    }

    /** What would make the policy as it is. */
    static PolicyInput of(QuotaPolicy policy) {
        Allowance limits = policy.limits();
        return new PolicyInput(
                policy.userType(),
                policy.bundleId(),
                limits.maxConcurrent(),
                limits.requestsPerDay(),
                limits.requestsPerMonth(),
                limits.totalRequests(),
                limits.tokensPerHour(),
                limits.tokensPerDay(),
                limits.tokensPerMonth(),
                policy.strictTokens(),
                policy.scope().text(),
                policy.notes());
    }

    Allowance limits() {
        return new Allowance(
                maxConcurrent,
                requestsPerDay,
                requestsPerMonth,
                totalRequests,
                tokensPerHour,
                tokensPerDay,
                tokensPerMonth);
    }

    boolean projectWide() {
        return PROJECT.equals(scope);
    }

    @Override
    public String bundleId() {
        return bundleId == null ? QuotaPolicy.ALL : bundleId;
    }

    @Override
    public String notes() {
        return notes == null ? "" : notes;
    }
}
