package dev.gsv.cmp.billing;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An organization's credit as a reader sees it.
 *
 * @param balance the sum of the wallet's ledger entries
 * @param reserved what is held by pending reservations that are within their limit
 * @param available what can be held or spent now; below zero when an agreed overdraft is in use
 * @param overdraft how far available may go below zero, by agreement
 * @param debt what of the overdraft is in use
 * @param limited the part of available that pays for one capability only
 * @param renewalAt when a plan is due next: its price is debited, its included credits are granted; null without one
 * @param plan the plan of that renewal; null without one
 */
public record Wallet(
        UUID walletId,
        @JsonIgnore OrgId org,
        Credits balance,
        Credits reserved,
        Credits available,
        String currency,
        Credits overdraft,
        Credits debt,
        List<Limited> limited,
        @Nullable Credits lowBalanceThreshold,
        @Nullable Instant renewalAt,
        @Nullable MonthlyPlan plan) {

    Wallet renewing(Renewing.Renewal next) {
        return new Wallet(
                walletId,
                org,
                balance,
                reserved,
                available,
                currency,
                overdraft,
                debt,
                limited,
                lowBalanceThreshold,
                next.at(),
                next.plan());
    }

    /**
     * A plan that renews.
     *
     * @param monthlyCredits what it adds per month; of a yearly plan a twelfth; 0 when it includes none
     */
    public record MonthlyPlan(UUID planId, String name, Credits monthlyCredits) {}

    /** Credit that pays for one capability only. */
    public record Limited(String capability, Credits available) {}

    static Wallet of(
            UUID id,
            OrgId org,
            long posted,
            long reserved,
            long available,
            long floor,
            @Nullable Long threshold,
            List<Limited> limited) {
        return new Wallet(
                id,
                org,
                new Credits(posted),
                new Credits(reserved),
                new Credits(available),
                "credits",
                new Credits(-floor),
                new Credits(Math.max(0, -posted)),
                limited,
                threshold == null ? null : new Credits(threshold),
                null,
                null);
    }
}
