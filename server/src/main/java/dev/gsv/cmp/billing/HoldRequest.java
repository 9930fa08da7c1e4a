package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Asks to set credit aside for one run. A negative amount makes no sense: 422.
 *
 * @param run the gateway's run; null for an outside gateway
 * @param card the price that will be valid at settlement
 * @param capabilities ids of the registry that the instance has: credit that is limited to one of them may pay, too
 */
public record HoldRequest(
        OrgId org, UUID instance, @Nullable UUID run, Credits amount, RateCard card, Set<String> capabilities) {

    /** A run that no limited credit pays for. */
    public HoldRequest(OrgId org, UUID instance, @Nullable UUID run, Credits amount, RateCard card) {
        this(org, instance, run, amount, card, Set.of());
    }

    public HoldRequest {
        capabilities = Set.copyOf(capabilities);
        if (amount.micros() < 0) {
            throw new KitProblem.Meaningless("The budget of a reservation must not be negative.");
        }
    }
}
