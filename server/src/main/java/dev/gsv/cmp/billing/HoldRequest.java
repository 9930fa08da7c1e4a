package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Asks to set credit aside for one run. A negative amount makes no sense: 422.
 *
 * @param run the gateway's run; null for an outside gateway
 * @param card the price that will be valid at settlement
 * @param capability what the run is for, so that grants limited to it may pay; null for nothing in particular
 */
public record HoldRequest(
        OrgId org,
        UUID instance,
        @Nullable UUID run,
        Credits amount,
        RateCard card,
        @Nullable String capability) {

    /** A run that no grant is limited to. */
    public HoldRequest(OrgId org, UUID instance, @Nullable UUID run, Credits amount, RateCard card) {
        this(org, instance, run, amount, card, null);
    }

    public HoldRequest {
        if (amount.micros() < 0) {
            throw new KitProblem.Meaningless("The budget of a reservation must not be negative.");
        }
    }
}
