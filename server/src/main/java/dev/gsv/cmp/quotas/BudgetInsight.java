package dev.gsv.cmp.quotas;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a provider's budget refuses a run (section 7.3 of the quotas contract).
 *
 * @param remaining what is left of each window beside what is held; null is unlimited
 * @param retryAfterSec when all violated windows are over
 */
public record BudgetInsight(
        boolean allowed,
        String provider,
        Money limits,
        Money remaining,
        List<String> violations,
        @Nullable Long retryAfterSec,
        @Nullable String retryScope) {

    /** Amounts for the three windows. */
    public record Money(
            @Nullable Usd usdPerHour,
            @Nullable Usd usdPerDay,
            @Nullable Usd usdPerMonth) {
        static Money of(@Nullable Long hour, @Nullable Long day, @Nullable Long month) {
            return new Money(Usd.of(hour), Usd.of(day), Usd.of(month));
        }
    }

    private static final List<String> NAMES = List.of("usd_per_hour", "usd_per_day", "usd_per_month");

    public BudgetInsight {
        violations = List.copyOf(violations);
    }

    /** There is room; nobody has looked how much. */
    static BudgetInsight granted(ProviderBudget budget) {
        Money limits = Money.of(budget.hour(), budget.day(), budget.month());
        return new BudgetInsight(true, budget.provider(), limits, limits, List.of(), null, null);
    }

    /** How a budget stands to one more run that may cost so much. */
    static BudgetInsight of(ProviderBudget budget, Spent spent, long estimate) {
        List<String> violations = new ArrayList<>();
        List<@Nullable Long> left = new ArrayList<>();
        Insight.Wait wait = new Insight.Wait();
        for (Windows window : Windows.values()) {
            Long limit = budget.limits().get(window.ordinal());
            if (limit == null) {
                left.add(null);
                continue;
            }
            long used = spent.windows().get(window.ordinal()) + spent.held();
            left.add(Math.max(limit - used, 0));
            if (used >= limit || used + estimate > limit) {
                violations.add(NAMES.get(window.ordinal()));
                wait.until(window, spent.now());
            }
        }
        return new BudgetInsight(
                violations.isEmpty(),
                budget.provider(),
                Money.of(budget.hour(), budget.day(), budget.month()),
                Money.of(left.get(0), left.get(1), left.get(2)),
                violations,
                wait.seconds(),
                wait.scope());
    }
}
