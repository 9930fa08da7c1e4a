package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Findings;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A provider's budget as an operator writes it. In a request an absent limit stays as it is, and null lifts it.
 *
 * @param bundleId an offering's slug; absent is {@code *}, all
 * @param provider for instance {@code anthropic}; lower case
 * @param usdPerHour 0 or more (422 below); 0 blocks the provider
 */
record BudgetInput(
        @Nullable String bundleId,
        String provider,
        @Nullable Usd usdPerHour,
        @Nullable Usd usdPerDay,
        @Nullable Usd usdPerMonth,
        @Nullable String notes) {

    /** A billion dollars: sums of many still fit into 64 bits. */
    static final long MOST_MICROS = 1_000_000_000_000_000L;

    BudgetInput {
        Findings findings = new Findings();
        bundleId = Given.bundle(findings, bundleId);
        provider = Given.id(findings, "provider", provider).toLowerCase(Locale.ROOT);
        Given.within(findings, "usd_per_hour", Usd.micros(usdPerHour), 0, MOST_MICROS);
        Given.within(findings, "usd_per_day", Usd.micros(usdPerDay), 0, MOST_MICROS);
        Given.within(findings, "usd_per_month", Usd.micros(usdPerMonth), 0, MOST_MICROS);
        notes = Given.notes(findings, "notes", notes);
        findings.refuse();
    }

    static BudgetInput of(ProviderBudget budget) {
        return new BudgetInput(
                budget.bundleId(),
                budget.provider(),
                Usd.of(budget.hour()),
                Usd.of(budget.day()),
                Usd.of(budget.month()),
                budget.notes());
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
