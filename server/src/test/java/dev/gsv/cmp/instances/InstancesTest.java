package dev.gsv.cmp.instances;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.catalog.Market;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What is always true of instances. */
class InstancesTest {

    private static final LocalDate DAY = LocalDate.of(2026, 1, 31);

    private static Market market;
    private static Market.Listing listing;
    private static Market.Buyer buyer;

    @BeforeAll
    static void open() {
        market = Market.open();
        listing = market.listing("limits", Map.of("requests_per_minute", 5, "max_output_tokens", 1024));
        buyer = market.buyer();
    }

    private static String path(String instance) {
        return "/api/v1/instances/" + instance;
    }

    private static OrgId org(Market.Buyer of) {
        return new OrgId(UUID.fromString(of.org()));
    }

    @Test
    void the_limits_of_a_plan_stand_above_every_override() {
        String instance = buyer.subscribes(listing);
        Map<String, Object> wanted = Map.of("overrides", Map.of("limits", Map.of("requests_per_minute", 9999)));
        for (Api.Reply refused : List.of(
                buyer.api().patch(path(instance), wanted),
                buyer.api().put(path(instance) + "/config", wanted),
                buyer.api().patch(path(instance) + "/config", wanted),
                buyer.api().post("/api/v1/instances", buyer.wants(listing, "overrides", wanted.get("overrides"))))) {
            refused.expect(422, "CONFIG_VALIDATION_FAILED");
            assertThat(refused.at("/error/details/0/path")).isEqualTo("limits");
        }
        buyer.api()
                .patch(path(instance) + "/config", Map.of("overrides", Map.of("max_output_tokens", 1025)))
                .expect(422, "CONFIG_VALIDATION_FAILED");
        Api.Reply config = buyer.api()
                .patch(path(instance) + "/config", Map.of("overrides", Map.of("max_output_tokens", 1024)))
                .expect(200);
        assertThat(config.at("/effective_config/limits/requests_per_minute")).isEqualTo("5");
    }

    @Test
    void an_override_outside_the_schema_is_never_stored() {
        String instance = buyer.subscribes(listing);
        JsonNode wrong = Market.json("""
                {"overrides": {"temperature": 7, "shoe_size": 42, "system_prompt": 1, "persona": {"tone": []}}}
                """);
        for (Api.Reply refused : List.of(
                buyer.api().patch(path(instance), wrong),
                buyer.api().put(path(instance), wrong),
                buyer.api().put(path(instance) + "/config", wrong),
                buyer.api().patch(path(instance) + "/config", wrong))) {
            refused.expect(422, "CONFIG_VALIDATION_FAILED");
            assertThat(refused.json().at("/error/details").findValuesAsString("path"))
                    .containsExactly("persona.tone", "shoe_size", "system_prompt", "temperature");
        }
        Api.Reply now = buyer.api().get(path(instance)).expect(200);
        assertThat(now.at("/config_version")).isEqualTo("1");
        assertThat(now.json().at("/overrides").isEmpty()).isTrue();
    }

    @Test
    void a_terminated_instance_stays_terminated() {
        String instance = buyer.subscribes(listing);
        buyer.api().delete(path(instance)).expect(204);
        buyer.api().post(path(instance) + "/resume").expect(409, "INVALID_STATE");
        buyer.api().post(path(instance) + "/pause").expect(409, "INVALID_STATE");
        buyer.api().patch(path(instance), Map.of("name", "again")).expect(409, "INVALID_STATE");
        buyer.api().patch(path(instance), Map.of("state", "active")).expect(400, "VALIDATION_ERROR");
        buyer.api()
                .patch(path(instance) + "/config", Map.of("persona", Map.of("name", "Ada")))
                .expect(409);
        assertThat(buyer.api().get(path(instance)).at("/state")).isEqualTo("terminated");
    }

    @Test
    void a_foreign_instance_answers_as_an_unknown_one() {
        String instance = buyer.subscribes(listing);
        UUID unknown = UUID.randomUUID();
        for (Market.Buyer stranger : List.of(market.buyer(), new Market.Buyer(market.seller(), "", ""))) {
            for (String rest : List.of("", "/entitlements", "/config", "/usage")) {
                same(stranger.api().get(path(instance) + rest), stranger.api().get(path(unknown + "") + rest));
            }
            for (String step : List.of("/pause", "/resume")) {
                same(stranger.api().post(path(instance) + step), stranger.api().post(path(unknown + "") + step));
            }
            same(stranger.api().delete(path(instance)), stranger.api().delete(path(unknown + "")));
            Map<String, Object> name = Map.of("name", "mine");
            same(stranger.api().patch(path(instance), name), stranger.api().patch(path(unknown + ""), name));
            Map<String, Object> persona = Map.of("persona", Map.of("name", "mine"));
            same(
                    stranger.api().put(path(instance) + "/config", persona),
                    stranger.api().put(path(unknown + "") + "/config", persona));
            assertThat(stranger.api()
                            .get("/api/v1/instances?limit=200")
                            .expect(200)
                            .text())
                    .doesNotContain(instance);
        }
        market.buyer().api().get("/api/v1/instances?org_id=" + buyer.org()).expect(404);
        Harness.api().get(path(instance)).expect(401);
        assertThat(buyer.api().get(path(instance)).at("/name")).isNotEqualTo("mine");
        assertThat(Signed.in("cmp-admin").api().get(path(instance)).expect(200).at("/id"))
                .isEqualTo(instance);
    }

    private static void same(Api.Reply foreign, Api.Reply unknown) {
        assertThat(foreign.expect(404, "NOT_FOUND").at("/detail"))
                .isEqualTo(unknown.expect(404).at("/detail"));
    }

    @Test
    void usage_is_added_to_and_never_replaced() throws Exception {
        UUID instance = UUID.fromString(buyer.subscribes(listing));
        Usages usages = Harness.shared().bean(Usages.class);
        Usage one = new Usage(
                null,
                1,
                10,
                20,
                1,
                1,
                3,
                new BigDecimal("0.5"),
                0,
                0,
                0,
                0,
                0,
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                0,
                0,
                new Credits(1_500_000));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<? extends Future<?>> all = IntStream.range(0, 40)
                    .mapToObj(i -> threads.submit(() -> usages.add(org(buyer), instance, DAY.plusDays(i % 2), one)))
                    .toList();
            for (Future<?> each : all) {
                each.get();
            }
        }
        Api.Reply report = buyer.api()
                .get(path(instance + "") + "/usage?from=2026-01-01&to=2026-02-28&group_by=day")
                .expect(200);
        assertThat(report.at("/totals/api_calls")).isEqualTo("40");
        assertThat(report.at("/totals/tokens_input")).isEqualTo("400");
        assertThat(report.at("/totals/llm_tokens_out")).isEqualTo("800");
        assertThat(report.at("/totals/rag_ingestion_mb")).isEqualTo("20");
        assertThat(report.at("/totals/credits")).isEqualTo("60");
        assertThat(report.json().at("/days").findValuesAsString("day")).containsExactly("2026-01-31", "2026-02-01");
        assertThat(report.json().at("/days").findValuesAsString("api_calls")).containsExactly("20", "20");
        assertThat(buyer.api()
                        .get(path(instance + "") + "/usage?from=2026-02-01T00:00:00Z&to=2026-02-01")
                        .at("/totals/api_calls"))
                .isEqualTo("20");
        assertThatThrownBy(() -> Usage.calls(-1, 0, 0)).hasMessageContaining("negative");
    }

    @ParameterizedTest
    @ValueSource(strings = {"from=yesterday", "from=2026-13-01", "group_by=hour", "to=1"})
    void a_malformed_report_is_refused(String query) {
        String instance = buyer.subscribes(listing);
        buyer.api().get(path(instance) + "/usage?" + query).expect(400, "VALIDATION_ERROR");
    }

    @ParameterizedTest
    @ValueSource(strings = {"from=2026-02-02&to=2026-02-01", "from=2020-01-01&to=2026-01-01"})
    void a_report_that_makes_no_sense_is_refused(String query) {
        String instance = buyer.subscribes(listing);
        buyer.api().get(path(instance) + "/usage?" + query).expect(422, "SEMANTIC_ERROR");
    }

    @Test
    void only_who_has_used_an_offering_reviews_it() {
        Market.Buyer other = market.buyer();
        String reviews = "/api/v1/offerings/" + listing.offering() + "/reviews";
        Map<String, Object> review = Map.of("stars", 5, "text", "Helps a lot 🙂");
        String instance = other.subscribes(listing);
        other.api().post(reviews, review).expect(403, "PERMISSION_DENIED");
        Harness.shared().bean(Usages.class).add(org(other), UUID.fromString(instance), DAY, Usage.calls(1, 5, 5));
        other.api().post(reviews, Map.of("stars", 6)).expect(422, "SEMANTIC_ERROR");
        other.api().post(reviews, Map.of("text", "no stars")).expect(400, "VALIDATION_ERROR");
        Api.Reply made = other.api().post(reviews, review).expect(201);
        assertThat(made.at("/org_id")).isEqualTo(other.org());
        other.api().post(reviews, review).expect(409, "DUPLICATE");
        assertThat(Harness.api().get(reviews).at("/results/0/text")).isEqualTo("Helps a lot 🙂");
        Harness.api().post(reviews, review).expect(401);
        buyer.api()
                .post("/api/v1/offerings/" + market.draft() + "/reviews", review)
                .expect(404);
    }

    @Test
    void an_organization_with_instances_is_not_closed() {
        Market.Buyer other = market.buyer();
        String instance = other.subscribes(listing);
        other.api().delete("/api/v1/orgs/" + other.org()).expect(409, "INVALID_STATE");
        other.api().delete(path(instance)).expect(204);
        other.api().delete("/api/v1/orgs/" + other.org()).expect(204);
        other.api().get(path(instance)).expect(404);
    }

    @Test
    void a_run_finds_everything_in_one_question() {
        UUID instance = UUID.fromString(buyer.subscribes(listing));
        Instances instances = Harness.shared().bean(Instances.class);
        Instances.Runnable found = instances.runnable(instance).orElseThrow();
        assertThat(found.org()).isEqualTo(org(buyer));
        assertThat(found.capabilities()).containsExactly("prompt_orchestrator");
        assertThat(found.artifactSha256()).hasSize(64);
        assertThat(found.limits().path("requests_per_minute").asInt()).isEqualTo(5);
        assertThat(found.active()).isSameAs(found);
        buyer.api().post(path(instance + "") + "/pause").expect(200);
        assertThatThrownBy(() -> instances.runnable(instance).orElseThrow().active())
                .isInstanceOf(InstancesProblem.NotActive.class);
        assertThat(instances.runnable(UUID.randomUUID())).isEmpty();
    }
}
