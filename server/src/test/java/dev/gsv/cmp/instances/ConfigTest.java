package dev.gsv.cmp.instances;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.catalog.Market;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The configuration of an instance over HTTP, and what moves it. */
class ConfigTest {

    private static final String SCHEMA = """
            {"properties": {"temperature": {"type": "number", "minimum": 0, "maximum": 2},
                            "style": {"type": "object", "properties": {"bold": {"type": "boolean"},
                                                                       "size": {"type": "integer"}}},
                            "words": {"type": "array", "items": {"type": "string"}}}}
            """;
    private static Market market;
    private static Market.Buyer buyer;
    private static String offering;
    private static Market.Listing listing;

    @BeforeAll
    static void open() {
        market = Market.open();
        buyer = market.buyer();
        offering = market.draft();
        String version = market.version(
                offering,
                "1",
                List.of("prompt_orchestrator", "rag_knowledgebase"),
                "{\"temperature\":0.3,\"style\":{\"bold\":true},\"limits\":{}}",
                SCHEMA,
                true);
        listing = market.listed(
                offering,
                version,
                "defaults",
                Map.of("temperature", 0.5),
                "limits",
                Map.of("requests_per_minute", 9, "rag_knowledgebase", Map.of("max_documents", 20)),
                "monthly_quota",
                1000);
    }

    private static String config(String instance) {
        return "/api/v1/instances/" + instance + "/config";
    }

    @Test
    void layers_lie_over_each_other() {
        String instance =
                buyer.subscribes(listing, "overrides", Market.json("{\"style\":{\"size\":3},\"words\":null}"));
        Api.Reply now = buyer.api().get(config(instance)).expect(200);
        assertThat(now.json().at("/effective_config")).isEqualTo(Market.json("""
                        {"temperature": 0.5, "style": {"bold": true, "size": 3}, "limits":
                         {"requests_per_minute": 9, "rag_knowledgebase": {"max_documents": 20}}}
                        """));
        assertThat(now.at("/config_version")).isEqualTo("1");
        assertThat(now.json().at("/overrides")).isEqualTo(Market.json("{\"style\":{\"size\":3}}"));
    }

    @Test
    void put_replaces_what_it_names_and_patch_lays_over() {
        String instance = buyer.subscribes(listing);
        buyer.api()
                .put(config(instance), Market.json("{\"overrides\":{\"temperature\":0.9,\"style\":{\"size\":1}}}"))
                .expect(200);
        buyer.api()
                .put(config(instance), Market.json("{\"persona\":{\"name\":\"Ada\"}}"))
                .expect(200);
        buyer.api()
                .patch(config(instance), Market.json("{\"persona\":{\"tone\":\"kind\"}}"))
                .expect(200);
        Api.Reply now = buyer.api()
                .patch(config(instance), Market.json("{\"overrides\":{\"style\":{\"size\":null,\"bold\":false}}}"))
                .expect(200);
        assertThat(now.json().at("/overrides"))
                .isEqualTo(Market.json("{\"temperature\":0.9,\"style\":{\"bold\":false},"
                        + "\"persona\":{\"name\":\"Ada\",\"tone\":\"kind\"}}"));
        assertThat(now.at("/config_version")).isEqualTo("5");
        Api.Reply put = buyer.api()
                .put(config(instance), Market.json("{\"persona\":{\"name\":\"Bo\"}}"))
                .expect(200);
        assertThat(put.json().at("/overrides/persona")).isEqualTo(Market.json("{\"name\":\"Bo\"}"));
        Api.Reply all =
                buyer.api().put(config(instance), Map.of("overrides", Map.of())).expect(200);
        assertThat(all.json().at("/overrides").isEmpty()).isTrue();
        assertThat(all.at("/effective_config/temperature")).isEqualTo("0.5");
    }

    @Test
    void saving_the_same_again_changes_nothing() {
        String instance = buyer.subscribes(listing, "overrides", Map.of("temperature", 1));
        Api.Reply again = buyer.api()
                .put(config(instance), Map.of("overrides", Map.of("temperature", 1)))
                .expect(200);
        assertThat(again.at("/config_version")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "{\"temperature\":1}",
                "{\"overrides\":[]}",
                "{\"persona\":\"x\"}",
                "{\"overrides\":{\"temperature\":1e999999999}}",
                "{\"overrides\":{\"words\":[\"a\\u0000\"]}}"
            })
    void a_malformed_configuration_is_refused(String body) {
        String instance = buyer.subscribes(listing);
        buyer.api()
                .with("Content-Type", "application/json")
                .put(config(instance), body)
                .expect(400, "VALIDATION_ERROR");
        buyer.api()
                .with("Content-Type", "application/json")
                .patch(config(instance), body)
                .expect(400, "VALIDATION_ERROR");
    }

    @Test
    void parallel_changes_lose_nothing() throws Exception {
        String instance = buyer.subscribes(listing);
        List<String> parts = List.of("name", "tone", "behaviour", "avatar_url");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Api.Reply>> all = IntStream.range(0, parts.size())
                    .mapToObj(i -> threads.submit(() ->
                            buyer.api().patch(config(instance), Map.of("persona", Map.of(parts.get(i), "x")))))
                    .toList();
            for (Future<Api.Reply> each : all) {
                each.get().expect(200);
            }
        }
        Api.Reply now = buyer.api().get(config(instance));
        assertThat(now.json().at("/overrides/persona").size()).isEqualTo(parts.size());
        assertThat(now.at("/config_version")).isEqualTo("5");
    }

    @Test
    void members_configure_and_viewers_look() {
        String instance = buyer.subscribes(listing);
        for (String role : List.of("member", "viewer")) {
            Signed person = Signed.in();
            buyer.api()
                    .post("/api/v1/orgs/" + buyer.org() + "/members", Map.of("user_id", person.subject(), "role", role))
                    .expect(201);
            person.api().get(config(instance)).expect(200);
            person.api().get("/api/v1/instances/" + instance + "/entitlements").expect(200);
            Api.Reply change = person.api().patch(config(instance), Map.of("persona", Map.of("name", role)));
            change.expect(role.equals("member") ? 200 : 403);
            person.api().delete("/api/v1/instances/" + instance).expect(403, "PERMISSION_DENIED");
            person.api().post("/api/v1/instances/" + instance + "/pause").expect(403);
            person.api()
                    .patch("/api/v1/instances/" + instance, Map.of("plan_id", market.plan(offering)))
                    .expect(403);
        }
    }

    @Test
    void entitlements_are_plain_limits_for_all_and_an_object_for_its_capability() {
        String instance = buyer.subscribes(listing);
        Api.Reply entitled = buyer.api()
                .get("/api/v1/instances/" + instance + "/entitlements")
                .expect(200);
        assertThat(entitled.json().at("/capabilities")).isEqualTo(Market.json("""
                        [{"id": "prompt_orchestrator", "limits": {"requests_per_minute": 9, "requests_per_month": 1000}},
                         {"id": "rag_knowledgebase", "limits": {"requests_per_minute": 9, "requests_per_month": 1000,
                                                                "max_documents": 20}}]
                        """));
    }

    @Test
    void instances_follow_their_plan_at_once() {
        String plan = market.plan(offering, "defaults", Map.of("temperature", 0.7));
        String instance = buyer.subscribes(listing, "plan_id", plan, "overrides", Map.of("style", Map.of("size", 2)));
        market.api()
                .patch(
                        "/api/v1/offerings/" + offering + "/plans/" + plan,
                        Market.json("{\"defaults\":{\"temperature\":0.1},\"limits\":{\"max_concurrent\":2}}"))
                .expect(200);
        Api.Reply now = buyer.api().get(config(instance)).expect(200);
        assertThat(now.at("/effective_config/temperature")).isEqualTo("0.1");
        assertThat(now.at("/effective_config/limits/max_concurrent")).isEqualTo("2");
        assertThat(now.at("/config_version")).isEqualTo("2");
        market.api()
                .patch("/api/v1/offerings/" + offering + "/plans/" + plan, Map.of("description", "the same"))
                .expect(200);
        assertThat(buyer.api().get(config(instance)).at("/config_version")).isEqualTo("2");
    }

    @Test
    void an_override_that_another_version_does_not_allow_stays_without_effect() {
        String instance = buyer.subscribes(
                listing,
                "overrides",
                Market.json("{\"temperature\":1.5,\"words\":[\"a\"],\"persona\":{\"name\":\"A\"}}"));
        String narrower = market.version(
                offering,
                "narrower",
                List.of(),
                "{\"temperature\":0.2}",
                "{\"properties\":{\"temperature\":{\"maximum\":1}}}",
                true);
        market.act(offering, "versions/" + narrower + "/publish").expect(200);
        Api.Reply moved = buyer.api()
                .patch("/api/v1/instances/" + instance, Map.of("offering_version_id", narrower))
                .expect(200);
        assertThat(moved.json().at("/details").findValuesAsString("path")).containsExactly("temperature", "words");
        assertThat(moved.at("/overrides/temperature")).isEqualTo("1.5");
        assertThat(moved.at("/effective_config/temperature")).isEqualTo("0.5");
        assertThat(moved.at("/effective_config/persona/name")).isEqualTo("A");
        assertThat(moved.json().at("/effective_config/words").isMissingNode()).isTrue();
        assertThat(moved.at("/config_version")).isEqualTo("2");
        Api.Reply back = buyer.api()
                .patch("/api/v1/instances/" + instance, Map.of("offering_version_id", listing.version()))
                .expect(200);
        assertThat(back.json().at("/details").isEmpty()).isTrue();
        assertThat(back.at("/effective_config/temperature")).isEqualTo("1.5");
    }
}
