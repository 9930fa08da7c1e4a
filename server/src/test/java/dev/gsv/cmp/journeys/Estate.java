package dev.gsv.cmp.journeys;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.SoftAssertions;
import tools.jackson.databind.JsonNode;

/**
 * An organization that owns one of everything that a path can name, all of it private: the offering is a draft. The ids
 * are known by the names of the path variables.
 */
record Estate(Signed owner, Map<String, String> ids, String key) {

    /** Variables of paths that are no ids: any text names something, and it belongs to the operator. */
    static final Set<String> TEXTS = Set.of("user_id", "bundle_id", "provider", "model", "user_type", "lock_id");

    static Estate settled(Harness harness) {
        Buyer buyer = Buyer.at(harness);
        Api api = buyer.api();
        Map<String, String> ids = new HashMap<>();
        ids.put("org_id", buyer.org());
        ids.put("project_id", buyer.project());
        ids.put("wallet_id", buyer.wallet());
        ids.put(
                "team_id",
                made(api, "/api/v1/orgs/" + buyer.org() + "/teams", Map.of("name", "Crew"))
                        .at("/id"));
        ids.put("member_id", api.get("/api/v1/orgs/" + buyer.org() + "/members").at("/results/0/id"));
        Seller seller = new Seller(buyer.person(), buyer.org());
        Seller.Imported imported = seller.imports(Flows.ECHO, Harness.unique("Estate"));
        ids.put("offering_id", imported.offering());
        ids.put("version_id", imported.version());
        ids.put("plan_id", seller.freePlan(imported.offering()));
        ids.put(
                "flow_id",
                made(api, "/api/v1/flows", Map.of("name", "Drawer", "flow_json", Flows.ECHO, "org_id", buyer.org()))
                        .at("/id"));
        String instance = buyer.subscribing(imported.version(), ids.get("plan_id"))
                .expect(201)
                .at("/id");
        ids.put("instance_id", instance);
        Api.Reply key = made(api, "/api/v1/instances/" + instance + "/api_keys", Map.of("name", "shop"));
        ids.put("key_id", key.at("/id"));
        ids.put("run_id", buyer.run(instance, "s-1", "Hello").expect(200).at("/run_id"));
        ids.put(
                "document_id",
                api.post(
                                "/api/v1/instances/" + instance + "/training_documents",
                                Map.of("kind", "text", "title", "Hours", "text", "Nine to five."))
                        .expect(202)
                        .at("/id"));
        ids.put("reservation_id", UUID.randomUUID().toString());
        ids.put("category", "agents");
        ids.put(
                "entry_id",
                api.get("/api/v1/wallets/" + buyer.wallet() + "/ledger").at("/0/id"));
        ids.put(
                "grant_id",
                api.get("/api/v1/wallets/" + buyer.wallet() + "/grants").at("/results/0/grant_id"));
        ids.put("verification_id", UUID.randomUUID().toString());
        ids.put(
                "id",
                made(
                                Signed.in(harness, "cmp-admin").api(),
                                "/api/v1/admin/control-plane/replenishments/grant-trial",
                                Map.of("user_id", Harness.unique("user")))
                        .at("/replenishment/id"));
        TEXTS.forEach(text -> ids.put(text, "some-" + text.replace('_', '-')));
        return new Estate(buyer.person(), ids, key.at("/key"));
    }

    private static Api.Reply made(Api api, String path, Object body) {
        return api.post(path, body).expect(201);
    }

    /** As many ids that name nothing. */
    static Map<String, String> nowhere(Map<String, String> like) {
        Map<String, String> ids = new HashMap<>();
        like.keySet().forEach(name -> ids.put(name, UUID.randomUUID().toString()));
        ids.put("category", "no-such-category");
        TEXTS.forEach(text -> ids.put(text, "some-" + text.replace('_', '-')));
        return ids;
    }

    /** A new member of this organization in a role. */
    Signed with(Harness harness, String role) {
        Signed person = Signed.in(harness);
        // The first call makes a person known by name.
        person.api().get("/api/v1/orgs").expect(200);
        owner.api()
                .post(
                        "/api/v1/orgs/" + ids.get("org_id") + "/members",
                        Map.of("user_id", person.subject(), "role", role))
                .expect(201);
        return person;
    }

    /** Everything that its owner sees, to compare later. */
    Map<String, JsonNode> inventory() {
        Map<String, JsonNode> seen = new HashMap<>();
        for (String path : new String[] {
            "/api/v1/orgs/{org_id}",
            "/api/v1/orgs/{org_id}/projects",
            "/api/v1/orgs/{org_id}/teams",
            "/api/v1/orgs/{org_id}/members",
            "/api/v1/wallets/{wallet_id}",
            "/api/v1/wallets/{wallet_id}/ledger",
            "/api/v1/offerings/{offering_id}",
            "/api/v1/offerings?provider={org_id}",
            "/api/v1/flows?org_id={org_id}",
            "/api/v1/flows/{flow_id}",
            "/api/v1/instances?org_id={org_id}",
            "/api/v1/instances/{instance_id}/config",
            "/api/v1/instances/{instance_id}/api_keys"
        }) {
            seen.put(path, owner.api().get(filled(path, ids)).expect(200).json());
        }
        return seen;
    }

    static void assertSame(Map<String, JsonNode> before, Map<String, JsonNode> after) {
        SoftAssertions softly = new SoftAssertions();
        before.forEach(
                (path, seen) -> softly.assertThat(after.get(path)).as(path).isEqualTo(seen));
        softly.assertAll();
    }

    /** A path with its variables replaced. */
    static String filled(String path, Map<String, String> ids) {
        String result = path;
        for (Map.Entry<String, String> id : ids.entrySet()) {
            result = result.replace("{" + id.getKey() + "}", id.getValue());
        }
        if (result.indexOf('{') >= 0) {
            throw new AssertionError("Estate owns nothing for a variable of " + path + ": add it there");
        }
        return result;
    }
}
