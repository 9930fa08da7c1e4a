package dev.gsv.cmp.catalog;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.orgs.OrgId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A seller with an organization of their own, and what they sell; for tests of the rooms that sell. */
public record Market(Harness harness, Signed seller, String provider) {

    public static final JsonMapper MAPPER = Json.mapper();
    private static final String SHA = "ab".repeat(32);

    /** Somebody who buys: a new person with a workspace and its trial credit. */
    public record Buyer(Signed person, String org, String project) {
        public Api api() {
            return person.api();
        }

        /** What {@code POST /instances} needs, plus or instead of this. */
        public Map<String, Object> wants(Listing listing, Object... more) {
            Map<String, Object> body = new HashMap<>(Map.of(
                    "offering_version_id",
                    listing.version(),
                    "org_id",
                    org,
                    "project_id",
                    project,
                    "plan_id",
                    listing.plan()));
            body.putAll(fields(more));
            return body;
        }

        /** A new instance; returns its id. */
        public String subscribes(Listing listing, Object... more) {
            return api().post("/api/v1/instances", wants(listing, more))
                    .expect(201)
                    .at("/id");
        }
    }

    /** Something for sale: ids. */
    public record Listing(String offering, String slug, String version, String plan) {}

    public static Market open() {
        return open(Harness.shared());
    }

    public static Market open(Harness harness) {
        Signed seller = Signed.in(harness);
        return new Market(harness, seller, seller.organization());
    }

    public Buyer buyer() {
        Signed person = Signed.in(harness);
        Api.Reply workspace = person.api().post("/api/v1/orgs/auto").expect(200);
        return new Buyer(person, workspace.at("/org_id"), workspace.at("/project_id"));
    }

    public void fund(String org, long credits) {
        harness.bean(Ledger.class).topUp(new OrgId(UUID.fromString(org)), Credits.of(credits), Harness.unique("test"));
    }

    public Api api() {
        return seller.api();
    }

    /** Pairs of a name and a value; null is allowed. */
    public static Map<String, Object> fields(Object... pairs) {
        Map<String, Object> fields = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            fields.put((String) pairs[i], pairs[i + 1]);
        }
        return fields;
    }

    public Map<String, Object> offering(Object... more) {
        Map<String, Object> body = fields(
                "name",
                Harness.unique("Helper"),
                "category",
                "agents",
                "value_streams",
                List.of("support"),
                "provider_org_id",
                provider);
        body.putAll(fields(more));
        return body;
    }

    /** A draft; returns its id. */
    public String draft(Object... more) {
        return api().post("/api/v1/offerings", offering(more)).expect(201).at("/id");
    }

    /** A draft version that can be published; returns its id. */
    public String version(String offering) {
        return version(offering, Harness.unique("v"), List.of("prompt_orchestrator"), "{}", null, true);
    }

    public String version(
            String offering, String label, List<String> capabilities, String defaults, String schema, boolean valid) {
        return version(offering, label, capabilities, defaults, schema, valid, "native");
    }

    public String version(
            String offering,
            String label,
            List<String> capabilities,
            String defaults,
            String schema,
            boolean valid,
            String runtime) {
        Version added = harness.bean(Versions.class)
                .addVersion(
                        new OrgId(UUID.fromString(provider)),
                        UUID.fromString(offering),
                        new NewVersion(
                                label,
                                "flows/" + offering + "/" + label + "/flow.json",
                                SHA,
                                17,
                                capabilities,
                                json(defaults),
                                schema == null ? null : json(schema),
                                new NewVersion.Checked(valid, runtime, MAPPER.createArrayNode())));
        return added.id().toString();
    }

    /** A plan without a price, or with what is given; returns its id. */
    public String plan(String offering, Object... more) {
        Map<String, Object> body = fields("name", Harness.unique("Plan"));
        body.putAll(fields(more));
        return api().post("/api/v1/offerings/" + offering + "/plans", body)
                .expect(201)
                .at("/id");
    }

    /** A published offering with one version and one plan of these fields. */
    public Listing listing(Object... planFields) {
        String offering = draft();
        return listed(offering, version(offering), planFields);
    }

    public Listing listed(String offering, String version, Object... planFields) {
        String plan = plan(offering, planFields);
        Api.Reply published = act(offering, "publish").expect(200);
        return new Listing(offering, published.at("/slug"), version, plan);
    }

    public Api.Reply act(String offering, String step) {
        return api().post("/api/v1/offerings/" + offering + "/" + step);
    }

    public Api.Reply get(String offering) {
        return api().get("/api/v1/offerings/" + offering).expect(200);
    }

    public JdbcClient jdbc() {
        return JdbcClient.create(harness.database().dataSource());
    }

    public static JsonNode json(String text) {
        return MAPPER.readTree(text);
    }
}
