package dev.gsv.cmp.journeys;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.orgs.Need;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Everybody who may send something about one estate, and the ids that they name. */
record Callers(Map<String, String> ids, Api owner, Api key, Api operator, Api service, Api stranger, Api nobody) {

    /** A new estate with an open reservation, its callers, and a stranger from another organization. */
    static Callers settled(Harness harness, Api stranger) {
        Estate estate = Estate.settled(harness);
        Api service = Signed.service(harness);
        Map<String, String> ids = new HashMap<>(estate.ids());
        ids.put(
                "reservation_id",
                service.post("/api/v1/billing/authorize", Map.of("instance_id", ids.get("instance_id")))
                        .expect(200)
                        .at("/reservation_id"));
        return new Callers(
                ids,
                estate.owner().api(),
                harness.caller().as(estate.key()),
                Signed.in(harness, "cmp-admin").api(),
                service,
                stranger,
                harness.caller());
    }

    List<Api> all() {
        return List.of(owner, key, operator, service, stranger, nobody);
    }

    /** Who may call this route. */
    Api right(Route route) {
        if (route.path().equals("/v1/invoke")) {
            return key;
        }
        if (route.onlyFor(Need.SERVICE)) {
            return service;
        }
        return route.onlyFor(Need.OPERATOR, Need.SERVICE) ? operator : owner;
    }
}
