package dev.gsv.cmp.journeys;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Somebody who buys, with the workspace that the first call made. */
record Buyer(Signed person, String org, String project, String wallet) {

    /** The limits of a plan without rate limits: an explicit null means unlimited. */
    static final Map<String, Object> UNLIMITED = unlimited();

    private static Map<String, Object> unlimited() {
        Map<String, Object> limits = new HashMap<>();
        limits.put("requests_per_minute", null);
        limits.put("max_concurrent", null);
        return limits;
    }

    static Buyer at(Harness harness) {
        Signed person = Signed.in(harness);
        JsonNode workspace = person.api().post("/api/v1/orgs/auto").expect(200).json();
        return new Buyer(
                person,
                workspace.path("org_id").asString(),
                workspace.path("project_id").asString(),
                workspace.path("wallet_id").asString());
    }

    Api api() {
        return person.api();
    }

    /** Looks an offering up in the catalogue and subscribes to its first plan; returns the instance. */
    String subscribes(String offering) {
        JsonNode shown = api().get("/api/v1/offerings/" + offering).expect(200).json();
        return subscribing(
                        shown.at("/versions/0/id").asString(),
                        shown.at("/plans/0/id").asString())
                .expect(201)
                .at("/id");
    }

    Api.Reply subscribing(String version, String plan) {
        return api().post(
                        "/api/v1/instances",
                        Map.of(
                                "offering_version_id", version,
                                "org_id", org,
                                "project_id", project,
                                "plan_id", plan));
    }

    /** A new API key of an instance: the key itself. */
    String key(String instance) {
        return api().post("/api/v1/instances/" + instance + "/api_keys", Map.of("name", "shop"))
                .expect(201)
                .at("/key");
    }

    Api.Reply run(String instance, String session, String query) {
        return api().post("/v1/runs", Flows.ask(instance, session, query));
    }

    JsonNode money() {
        return api().get("/api/v1/wallets/" + wallet).expect(200).json();
    }

    /** Newest first. */
    JsonNode ledger() {
        return api().get("/api/v1/wallets/" + wallet + "/ledger?limit=200")
                .expect(200)
                .json();
    }
}
