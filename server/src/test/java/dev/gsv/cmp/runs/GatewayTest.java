package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code POST /v1/runs}, one class per status. */
class GatewayTest {

    @AfterEach
    void well() {
        Booth.model().mood = OddModel.Mood.WELL;
    }

    @Nested
    class Answers200 {
        @Test
        void t3_the_balance_falls_by_what_is_debited_and_the_ledger_shows_it() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            JsonNode answer = booth.run("Hello").expect(200).json();
            assertThat(answer.at("/output/text").asString()).isEqualTo("Hello");
            assertThat(answer.at("/billing").toString())
                    .isEqualTo("{\"debited\":1,\"balance\":99,\"status\":\"settled\"}");
            assertThat(booth.balance()).isEqualTo("99");
            assertThat(booth.wallet().at("/reserved")).isEqualTo("0");
            assertThat(booth.ledgerAmounts()).containsExactly("usage -1", "trial_grant 100");
            booth.keepsTheLaws();
        }

        @Test
        void tokens_are_priced_by_the_documented_formula() {
            Booth booth = Booth.of(Booth.MODEL, Map.of());
            JsonNode answer = booth.run("Hello").expect(200).json();
            assertThat(answer.at("/output/text").asString()).isEqualTo("An odd answer.");
            assertThat(answer.at("/usage/llm_tokens_in").asLong()).isEqualTo(1500);
            assertThat(answer.at("/usage/token_source").asString()).isEqualTo("reported");
            assertThat(answer.at("/billing/debited").asLong()).isEqualTo(1 + 1 + 1);
            booth.keepsTheLaws();
        }

        @Test
        void a_run_can_be_read_afterwards_with_its_nodes() {
            Booth booth = Booth.of(Booth.MODEL, Map.of());
            String run = booth.run("Hello").expect(200).at("/run_id");
            JsonNode found = booth.api().get("/api/v1/runs/" + run).expect(200).json();
            assertThat(found.at("/status").asString()).isEqualTo("succeeded");
            assertThat(found.at("/trace")).hasSize(3);
            assertThat(found.at("/user_id").asString())
                    .isEqualTo(booth.buyer().person().subject());
            JsonNode usage =
                    booth.api().get("/runs/" + run + "/usage/").expect(200).json();
            assertThat(usage.at("/billing/debited").asLong()).isEqualTo(3);
            assertThat(usage.at("/usage/llm_tokens_out").asLong()).isEqualTo(800);
            JsonNode list = booth.api()
                    .get("/api/v1/instances/" + booth.instance() + "/runs")
                    .expect(200)
                    .json();
            assertThat(list.at("/results/0/run_id").asString()).isEqualTo(run);
            JsonNode days = booth.api()
                    .get("/api/v1/instances/" + booth.instance() + "/usage")
                    .expect(200)
                    .json();
            assertThat(days.at("/totals/api_calls").asLong()).isEqualTo(1);
            assertThat(days.at("/totals/tokens_input").asLong()).isEqualTo(1500);
            assertThat(days.at("/totals/credits").asLong()).isEqualTo(3);
        }

        @Test
        void a_flow_without_a_model_holds_exactly_one_credit() {
            Booth booth = Booth.of(Booth.ECHO, Map.of()).withCredits(1);
            booth.run("Hello").expect(200);
            assertThat(booth.sql("select amount_micros from reservation where org_id = :org")
                            .query(Long.class)
                            .single())
                    .isEqualTo(1_000_000);
            assertThat(booth.balance()).isEqualTo("0");
        }

        @Test
        void an_api_key_names_the_instance_and_the_last_message_is_the_question() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            JsonNode answer = booth.withKey()
                    .post(
                            "/v1/runs",
                            Map.of(
                                    "input",
                                    Map.of("messages", List.of(Map.of("role", "user", "content", "From a message")))))
                    .expect(200)
                    .json();
            assertThat(answer.at("/output/text").asString()).isEqualTo("From a message");
            String run = answer.at("/run_id").asString();
            assertThat(booth.api().get("/api/v1/runs/" + run).expect(200).at("/api_key_id"))
                    .isNotEmpty();
        }

        @Test
        void invoke_is_the_same_run_in_a_shorter_form() {
            Booth booth = Booth.of(Booth.MODEL, Map.of());
            JsonNode answer = booth.withKey()
                    .post("/api/agent-gateway/invoke/", Map.of("input", "Hello", "session_id", "s-1"))
                    .expect(200)
                    .json();
            assertThat(answer.at("/output").asString()).isEqualTo("An odd answer.");
            assertThat(answer.at("/session_id").asString()).isEqualTo("s-1");
            assertThat(answer.at("/usage/input_tokens").asLong()).isEqualTo(1500);
            assertThat(booth.balance()).isEqualTo("97");
        }

        @Test
        void health_says_whether_runs_are_possible() {
            Api.Reply health =
                    Booth.house().caller().get("/api/agent-gateway/health").expect(200);
            assertThat(health.at("/status")).isEqualTo("ok");
        }
    }

    @Nested
    class Answers400 {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "[]",
                    "{\"input\": null}",
                    "{\"input\": {}}",
                    "{\"input\": {\"query\": \"  \"}}",
                    "{\"input\": {\"query\": 7}}",
                    "{\"input\": {\"query\": \"a\\u0000b\"}}",
                    "{\"input\": {\"messages\": [{\"role\": \"robot\", \"content\": \"x\"}]}}",
                    "{\"input\": {\"messages\": [{\"role\": \"assistant\", \"content\": \"x\"}]}}",
                    "{\"input\": {\"messages\": [null]}}",
                    "{\"input\": {\"query\": \"x\"}, \"metadata\": {\"session_id\": \"\"}}",
                    "{\"input\": {\"query\": \"x\"}, \"instance_id\": \"17\"}",
                    "{\"input\": {\"query\": \"x\"",
                })
        void a_body_of_the_wrong_shape_writes_nothing(String body) {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            long before = booth.count("reservation");
            booth.withKey().post("/v1/runs", body).expect(400, "VALIDATION_ERROR");
            assertThat(booth.count("reservation")).isEqualTo(before);
            assertThat(booth.balance()).isEqualTo("100");
        }

        @Test
        void a_person_must_name_the_instance() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            booth.api().post("/v1/runs", Map.of("input", Map.of("query", "x"))).expect(400);
        }

        @Test
        void a_query_may_be_long_but_not_endless() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            booth.run("x".repeat(Asked.MAX_QUERY)).expect(200);
            booth.run("x".repeat(Asked.MAX_QUERY + 1)).expect(400);
            booth.run("x".repeat(300 * 1024)).expect(413, "REQUEST_TOO_LARGE");
        }

        @Test
        void id_13_and_id_25_keys_are_checked() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            booth.run(booth.api().key("k".repeat(256)), "x").expect(400);
            Map<String, Object> body = new HashMap<>(booth.question("x"));
            body.put("idempotency_key", "one");
            booth.api().key("two").post("/v1/runs", body).expect(400);
            assertThat(booth.balance()).isEqualTo("100");
        }
    }

    @Nested
    class Answers401 {
        @Test
        void without_a_credential_or_with_a_wrong_one() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            booth.run(booth.api().anonymous(), "x").expect(401, "UNAUTHENTICATED");
            booth.run(booth.api().as("ar_sk_live_nonsense"), "x").expect(401, "UNAUTHENTICATED");
        }

        @Test
        void a_revoked_key_stops_at_once() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            Api.Reply key = booth.api()
                    .post("/api/v1/instances/" + booth.instance() + "/api_keys", Map.of("name", "test"))
                    .expect(201);
            Api caller = booth.api().anonymous().as(key.at("/key"));
            booth.run(caller, "x").expect(200);
            booth.api()
                    .post("/api/v1/instances/" + booth.instance() + "/api_keys/" + key.at("/id") + "/revoke")
                    .expect(200);
            booth.run(caller, "x").expect(401);
            assertThat(booth.balance()).isEqualTo("99");
        }
    }

    @Nested
    class Answers402 {
        @Test
        void t4_and_t5_nothing_but_the_refusal_and_a_top_up_is_enough() {
            Booth booth = Booth.of(Booth.MODEL, Map.of()).withCredits(0);
            int asked = Booth.model().asked.get();
            Api.Reply refused = booth.run("x").expect(402, "INSUFFICIENT_CREDITS");
            assertThat(refused.at("/detail"))
                    .contains("are needed, 0 are available")
                    .contains("Add credit");
            assertThat(Booth.model().asked.get()).isEqualTo(asked);
            assertThat(booth.count("run")).isZero();
            assertThat(booth.count("reservation")).isZero();
            assertThat(booth.count("quota_slot")).isZero();
            booth.topUp(50);
            booth.run("x").expect(200);
        }
    }

    @Nested
    class Answers403 {
        @Test
        void a_viewer_may_not_run_and_a_member_may() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            for (String role : List.of("viewer", "member")) {
                Signed other = Signed.in(booth.harness());
                booth.api()
                        .post(
                                "/api/v1/orgs/" + booth.buyer().org() + "/members",
                                Map.of("user_id", other.subject(), "role", role))
                        .expect(201);
                Api.Reply reply = booth.run(other.api(), "x");
                if (role.equals("viewer")) {
                    reply.expect(403, "PERMISSION_DENIED");
                } else {
                    reply.expect(200);
                }
            }
        }

        @Test
        void a_key_of_another_instance() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            Booth other = Booth.of(Booth.ECHO, Map.of());
            other.withKey().post("/v1/runs", booth.question("x")).expect(403, "PERMISSION_DENIED");
            assertThat(booth.balance()).isEqualTo("100");
            assertThat(other.balance()).isEqualTo("100");
        }
    }

    @Nested
    class Answers404 {
        @Test
        void a_foreign_instance_answers_as_an_unknown_one() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            Api stranger = booth.stranger().api();
            Api.Reply foreign = booth.run(stranger, "x").expect(404, "NOT_FOUND");
            Api.Reply unknown = stranger.post(
                            "/v1/runs", Map.of("instance_id", UUID.randomUUID(), "input", Map.of("query", "x")))
                    .expect(404, "NOT_FOUND");
            assertThat(foreign.at("/detail")).isEqualTo(unknown.at("/detail"));
            String run = booth.run("x").expect(200).at("/run_id");
            stranger.get("/api/v1/runs/" + run).expect(404);
            stranger.get("/api/v1/runs/" + UUID.randomUUID() + "/usage").expect(404);
            Booth other = Booth.of(Booth.ECHO, Map.of());
            other.withKey().get("/api/v1/runs/" + run).expect(404);
        }
    }

    @Nested
    class Answers409 {
        @Test
        void in_any_state_but_active() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            booth.api().post("/api/v1/instances/" + booth.instance() + "/pause").expect(200);
            booth.run("x").expect(409, "INSTANCE_PAUSED");
            booth.api()
                    .post("/api/v1/instances/" + booth.instance() + "/resume")
                    .expect(200);
            booth.run("x").expect(200);
            booth.api().delete("/api/v1/instances/" + booth.instance()).expect(204);
            booth.run("x").expect(409, "INSTANCE_PAUSED");
        }
    }

    @Nested
    class Answers415And405 {
        @Test
        void other_types_and_methods() {
            Booth booth = Booth.of(Booth.ECHO, Map.of());
            booth.api()
                    .with("Content-Type", "text/plain")
                    .post("/v1/runs", "hello")
                    .expect(415);
            booth.api().get("/v1/runs").expect(405);
        }
    }

    @Nested
    class Answers422 {
        @Test
        void a_tweak_outside_the_config_schema() {
            Booth booth = Booth.of(Booth.MODEL, Map.of());
            booth.withKey()
                    .post("/v1/invoke", Map.of("input", "x", "tweaks", Map.of("limits", Map.of("max", 1))))
                    .expect(422, "CONFIG_VALIDATION_FAILED");
            assertThat(booth.count("run")).isZero();
        }
    }

    @Nested
    class Answers429 {
        @Test
        void a_limit_says_when_to_come_back_and_costs_nothing() {
            Booth booth = Booth.of(Booth.ECHO, Map.of("requests_per_month", 2));
            booth.run("1").expect(200);
            booth.run("2").expect(200);
            Api.Reply refused = booth.run("3").expect(429, "QUOTA_EXCEEDED");
            assertThat(refused.header("Retry-After")).isPresent();
            assertThat(booth.balance()).isEqualTo("98");
            assertThat(booth.count("reservation")).isEqualTo(2);
        }

        @Test
        void a_later_refusal_leaves_no_trace_in_the_limits() {
            Booth booth = Booth.of(Booth.ECHO, Map.of("requests_per_month", 1)).withCredits(0);
            booth.run(booth.api().key(Harness.unique("k")), "1").expect(402);
            booth.run("2").expect(402);
            booth.topUp(5);
            booth.run("3").expect(200);
            booth.run("4").expect(429);
        }
    }

    @Nested
    class Order {
        /** Everything is wrong at once; each step repairs the check that answered. */
        @Test
        void the_first_check_that_fails_answers() {
            Booth booth = Booth.of(Booth.ECHO, Map.of()).withCredits(0);
            limit(booth, "0");
            Signed viewer = Signed.in(booth.harness());
            String instance = "/api/v1/instances/" + booth.instance();
            booth.api().post(instance + "/pause").expect(200);
            Api caller = booth.api().anonymous();
            caller.post("/v1/runs", "{").expect(401);
            caller = viewer.api();
            caller.post("/v1/runs", "{").expect(400);
            booth.run(caller, "x").expect(404);
            booth.api()
                    .post(
                            "/api/v1/orgs/" + booth.buyer().org() + "/members",
                            Map.of("user_id", viewer.subject(), "role", "viewer"))
                    .expect(201);
            booth.run(caller, "x").expect(409, "INSTANCE_PAUSED");
            booth.api().post(instance + "/resume").expect(200);
            booth.run(caller, "x").expect(403, "PERMISSION_DENIED");
            caller = booth.api();
            booth.run(caller, "x").expect(429, "QUOTA_EXCEEDED");
            limit(booth, "null");
            booth.run(caller, "x").expect(402, "INSUFFICIENT_CREDITS");
            booth.topUp(1);
            booth.run(caller, "x").expect(200);
        }

        private static void limit(Booth booth, String perMonth) {
            booth.sql("update plan set limits = '{\"requests_per_month\": " + perMonth
                            + "}' where id = (select plan_id from instance where org_id = :org)")
                    .update();
        }
    }
}
