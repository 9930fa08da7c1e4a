package dev.gsv.cmp.commerce;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Where prices in credits are paid, and where a person pays. */
@Component
class Till {

    /**
     * An organization that pays.
     *
     * @param granted trial credit that it was given just now
     */
    record Place(OrgId org, Credits granted) {}

    private final Orgs orgs;

    Till(Orgs orgs) {
        this.orgs = orgs;
    }

    Place place(Caller caller, @Nullable UUID org) {
        if (org != null) {
            return new Place(new OrgId(org), Credits.ZERO);
        }
        try {
            return new Place(orgs.first(caller), Credits.ZERO);
        } catch (KitProblem.NotFound none) {
            return new Place(orgs.auto(caller).org(), Credits.ZERO);
        }
    }

    void pay(OrgId org, Credits price, String reference, UUID instance) {
        throw new UnsupportedOperationException("comes with billing");
    }
}
