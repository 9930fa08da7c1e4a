package dev.gsv.cmp.runs;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.billing.EntryType;
import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.catalog.Market;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A buyer with one instance of a flow of ours, bought over HTTP as a person would. */
record Booth(Harness harness, Market.Buyer buyer, String instance) {

    /** What a plan without any limit says. */
    static final Map<String, Object> UNLIMITED = unlimited();

    private static final String IN = node("in", "ChatInput", "");
    private static final String OUT = node("out", "ChatOutput", "");

    /** Says what was said. */
    static final String ECHO = flow(IN + "," + OUT, edge("in", "message", "out"));
    /** Asks a model server. */
    static final String MODEL = flow(
            IN + "," + OUT + ","
                    + node("llm", "OpenAIModel", ",\"model_name\":{\"name\":\"model_name\",\"value\":\"odd\"}"),
            edge("in", "message", "llm") + "," + edge("llm", "text_output", "out"));

    private static OddModel model;
    private static Harness shared;

    /** The application of these tests: a short timeout, and a model server that can misbehave. */
    static synchronized Harness house() {
        if (shared == null) {
            model = new OddModel();
            shared = Harness.start(Map.of("OPENAI_BASE_URL", model.url(), "RUN_TIMEOUT_SECONDS", "3"));
            // Without a price no flow with this model could be published once a test has set a budget for its provider.
            Signed.in(shared, "cmp-admin")
                    .api()
                    .post(
                            "/api/v1/admin/control-plane/prices",
                            "{\"provider\": \"openai\", \"model\": \"odd\", \"input_usd_per_million\": 1,"
                                    + " \"output_usd_per_million\": 1}")
                    .expect(201);
        }
        return shared;
    }

    static OddModel model() {
        house();
        return model;
    }

    /** An instance of a flow under a plan of these limits; the buyer has the trial's 100 credits. */
    static Booth of(String flow, Map<String, Object> limits) {
        return of(house(), flow, limits);
    }

    static Booth of(Harness harness, String flow, Map<String, Object> limits) {
        Market market = Market.open(harness);
        String offering = market.api()
                .post(
                        "/api/v1/flows/import",
                        "{\"name\":\"" + Harness.unique("Helper") + "\",\"description\":\"helps\","
                                + "\"category\":\"agents\",\"provider_uuid\":\"" + market.provider()
                                + "\",\"flow_json\": " + flow + "}")
                .expect(201)
                .at("/offering_uuid");
        market.plan(offering, "limits", limits);
        Api.Reply published = market.act(offering, "publish").expect(200);
        Market.Listing listing = new Market.Listing(
                offering, published.at("/slug"), published.at("/versions/0/id"), published.at("/plans/0/id"));
        Market.Buyer buyer = market.buyer();
        return new Booth(harness, buyer, buyer.subscribes(listing));
    }

    Api api() {
        return buyer.api();
    }

    /** A new API key of the instance. */
    Api withKey() {
        return api().anonymous().as(apiKey());
    }

    String apiKey() {
        return api().post("/api/v1/instances/" + instance + "/api_keys", Map.of("name", "test"))
                .expect(201)
                .at("/key");
    }

    Map<String, Object> question(String query) {
        return Map.of("instance_id", instance, "input", Map.of("query", query));
    }

    Api.Reply run(String query) {
        return run(api(), query);
    }

    Api.Reply run(Api caller, String query) {
        return caller.post("/v1/runs", question(query));
    }

    /** Leaves so many credits in the wallet. */
    Booth withCredits(long credits) {
        Ledger ledger = harness.bean(Ledger.class);
        long surplus = 100 - credits;
        if (surplus > 0) {
            ledger.debit(org(), Credits.of(surplus), EntryType.ADJUSTMENT, "test", null);
        } else if (surplus < 0) {
            ledger.topUp(org(), Credits.of(-surplus), "test");
        }
        return this;
    }

    void topUp(long credits) {
        harness.bean(Ledger.class).topUp(org(), Credits.of(credits), "test");
    }

    OrgId org() {
        return new OrgId(UUID.fromString(buyer.org()));
    }

    Api.Reply wallet() {
        return api().get("/api/v1/wallets/me").expect(200);
    }

    String balance() {
        return wallet().at("/balance");
    }

    List<String> ledgerAmounts() {
        return api().get("/api/v1/wallets/me/ledger")
                .expect(200)
                .json()
                .valueStream()
                .map(line -> line.at("/entry_type").asString() + " "
                        + line.at("/amount").asString())
                .toList();
    }

    /** A service of ours, such as an outside gateway. */
    Api service() {
        return Signed.service(harness);
    }

    /** Somebody else, of another organization. */
    Signed stranger() {
        return Signed.in(harness);
    }

    JdbcClient.StatementSpec sql(String text) {
        return JdbcClient.create(harness.database().dataSource()).sql(text).param("org", org().value());
    }

    long count(String table) {
        return sql("select count(*) from " + table + " where org_id = :org")
                .query(Long.class)
                .single();
    }

    /** Idempotency keys of this organization and of its wallet. */
    long keyed() {
        return sql("select count(*) from idempotency_record where scope = :org::text"
                        + " or scope in (select 'wallet:' || id from wallet where org_id = :org)")
                .query(Long.class)
                .single();
    }

    /** The laws that one look can judge: entries sum to the balance, movements to zero, what is held is pending. */
    void keepsTheLaws() {
        for (String law : List.of(
                "select count(*) from (select 1 from entry where org_id = :org group by movement_id"
                        + " having sum(amount_micros) <> 0) as unbalanced",
                "select posted_micros - (select coalesce(sum(amount_micros), 0) from entry e"
                        + " where e.org_id = w.org_id and account = 'wallet') from wallet w where org_id = :org",
                "select held_micros - (select coalesce(sum(amount_micros), 0) from hold h"
                        + " where h.org_id = w.org_id) from wallet w where org_id = :org")) {
            long off = sql(law).query(Long.class).single();
            if (off != 0) {
                throw new AssertionError("broken by " + off + ": " + law);
            }
        }
    }

    private static Map<String, Object> unlimited() {
        Map<String, Object> limits = new HashMap<>();
        limits.put("requests_per_minute", null);
        limits.put("max_concurrent", null);
        limits.put("requests_per_month", null);
        return limits;
    }

    private static String flow(String nodes, String edges) {
        return "{\"name\":\"a flow\",\"data\":{\"nodes\":[" + nodes + "],\"edges\":[" + edges + "]}}";
    }

    private static String node(String id, String type, String fields) {
        return """
                {"id":"%s","type":"genericNode","data":{"id":"%s","type":"%s","node":{"display_name":"%s",
                 "template":{"_type":"Component"%s}}}}""".formatted(id, id, type, type, fields);
    }

    private static String edge(String source, String output, String target) {
        return """
                {"source":"%s","target":"%s","data":{"sourceHandle":{"id":"%s","name":"%s"},
                 "targetHandle":{"id":"%s",
                  "fieldName":"input_value"}}}""".formatted(source, target, source, output, target);
    }
}
