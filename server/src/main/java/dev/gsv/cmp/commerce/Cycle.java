package dev.gsv.cmp.commerce;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.UUID;

/**
 * A period of a subscription, and what belongs to it.
 *
 * @param price due for it; debited from the wallet
 * @param included granted with it, until it ends
 */
record Cycle(
        OrgId org,
        UUID instance,
        UUID plan,
        int number,
        Instant startsAt,
        Instant endsAt,
        Credits price,
        Credits included) {

    Cycle {
        if (!endsAt.isAfter(startsAt)) {
            throw new IllegalArgumentException("a period has a length: " + startsAt + " to " + endsAt);
        }
    }

    /** What a ledger line of this period refers to. The first one is named after the plan alone. */
    String reference() {
        return number == 1 ? "plan:" + plan : "plan:" + plan + ":" + startsAt;
    }
}
