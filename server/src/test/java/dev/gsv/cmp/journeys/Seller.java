package dev.gsv.cmp.journeys;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Somebody who sells, and what their organization does over HTTP. */
record Seller(Signed person, String org) {

    /** A flow that was imported. */
    record Imported(String offering, String version, JsonNode answer) {}

    static Seller at(Harness harness) {
        Signed person = Signed.in(harness);
        return new Seller(person, person.organization());
    }

    Api api() {
        return person.api();
    }

    Api.Reply importing(JsonNode flow, String name) {
        return api().post(
                        "/api/v1/flows/import",
                        Map.of("flow_json", flow, "name", name, "category", "agent", "provider_uuid", org));
    }

    Imported imports(JsonNode flow, String name) {
        JsonNode answer = importing(flow, name).expect(201).json();
        return new Imported(
                answer.path("offering_uuid").asString(),
                answer.path("version_id").asString(),
                answer);
    }

    /** A plan that costs nothing and has no limits. */
    String freePlan(String offering) {
        return plan(offering, Map.of("name", "Free", "limits", Buyer.UNLIMITED));
    }

    String plan(String offering, Map<String, ?> plan) {
        return api().post("/api/v1/offerings/" + offering + "/plans", plan)
                .expect(201)
                .at("/id");
    }

    Api.Reply publish(String offering) {
        return api().post("/api/v1/offerings/" + offering + "/publish");
    }

    /** A published offering with a free plan; returns its id. */
    String sells(JsonNode flow, String name) {
        Imported imported = imports(flow, name);
        freePlan(imported.offering());
        publish(imported.offering()).expect(200);
        return imported.offering();
    }
}
