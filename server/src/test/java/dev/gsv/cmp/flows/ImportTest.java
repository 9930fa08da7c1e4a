package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.catalog.Version;
import dev.gsv.cmp.kit.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

/** How a flow comes in over HTTP. */
class ImportTest {
    private static final String SOUND = Graph.chat("gpt-4o").json().toString();

    private final Seller seller = Seller.open();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return JsonNodeFactory.instance.stringNode(text).toString();
    }

    @Test
    void the_bytes_of_a_version_are_exactly_those_that_were_sent() {
        String odd = "{ \"name\" : \"b\\u00e4r 👋\",\r\n\t\"last_tested_version\":\"1.7.0\",  \"data\" : "
                + Graph.chat("gpt-4o").json().path("data").toString().replace(",", " ,\n")
                + "\n , \"n\": 1e1, \"m\":10.00 }";
        Api.Reply asObject = seller.imports(odd).expect(201);
        assertThat(seller.stored(asObject.at("/version_id"))).isEqualTo(utf8(odd));
        assertThat(asObject.at("/sha256")).isEqualTo(Json.sha256(utf8(odd)));

        String marked = "\uFEFF" + odd;
        Api.Reply asText = seller.imports(quoted(marked)).expect(201);
        assertThat(seller.stored(asText.at("/version_id"))).isEqualTo(utf8(marked));
        assertThat(asText.at("/sha256")).isEqualTo(Json.sha256(utf8(marked)));
    }

    @Nested
    class Answers201 {
        @Test
        void an_import_makes_an_offering_and_a_draft_and_says_what_it_found() {
            Api.Reply reply = seller.imports(SOUND).expect(201);
            assertThat(reply.at("/status")).isEqualTo("created");
            assertThat(reply.at("/agent_uuid")).isEqualTo(reply.at("/offering_uuid"));
            assertThat(reply.json().path("valid").asBoolean()).isTrue();
            Version version = seller.version(reply.at("/version_id"));
            assertThat(version.offeringId()).hasToString(reply.at("/offering_uuid"));
            assertThat(version.status().text()).isEqualTo("draft");
            assertThat(version.versionLabel()).isEqualTo("v1");
            assertThat(version.artifactS3Key())
                    .isEqualTo("flows/" + reply.at("/offering_uuid") + "/" + reply.at("/version_id") + "/flow.json");
            assertThat(version.capabilities()).contains("chat_ui", "prompt_orchestrator");
            assertThat(version.defaults()).isNotNull();
        }

        @Test
        void a_key_makes_one_offering_however_often_it_is_sent() {
            String body = seller.body(SOUND);
            String key = Harness.unique("key");
            Api.Reply first =
                    seller.api().key(key).post("/api/v1/flows/import", body).expect(201);
            Api.Reply again =
                    seller.api().key(key).post("/api/v1/flows/import", body).expect(201);
            assertThat(again.text()).isEqualTo(first.text());
            assertThat(again.header("Idempotency-Replayed")).contains("true");
            seller.api()
                    .key(key)
                    .post("/api/v1/flows/import", seller.body(SOUND))
                    .expect(409, "IDEMPOTENCY_PAYLOAD_MISMATCH");
        }

        @Test
        void a_flow_that_needs_a_langflow_runtime_is_kept_as_a_draft_that_cannot_be_published() {
            String flow = Graph.chat("gpt-4o").node("f", "File").json().toString();
            Api.Reply reply = seller.imports(flow).expect(201);
            assertThat(reply.at("/runtime")).isEqualTo("langflow");
            assertThat(reply.json().path("valid").asBoolean()).isFalse();
            assertThat(reply.at("/findings/0/message")).contains("needs a Langflow runtime");
            String offering = reply.at("/offering_uuid");
            seller.api()
                    .post(
                            "/api/v1/offerings/" + offering + "/plans",
                            Map.of("name", "Free", "billing_period", "monthly", "price_credits", 0))
                    .expect(201);
            assertThat(seller.api()
                            .post("/api/v1/offerings/" + offering + "/publish")
                            .expect(422)
                            .text())
                    .contains("langflow");
        }

        @Test
        void a_second_flow_becomes_the_next_draft_and_lost_edges_are_told() {
            String offering = seller.offering();
            String path = "/api/v1/offerings/" + offering + "/import_flow";
            String fewer = new Graph()
                    .node("in", "ChatInput")
                    .node("out", "ChatOutput")
                    .edge("in", "out", "input_value")
                    .json()
                    .toString();
            Api.Reply second =
                    seller.api().post(path, "{\"flow_json\":" + fewer + "}").expect(201);
            assertThat(second.at("/version_label")).isEqualTo("v2");
            assertThat(second.text()).contains("FEWER_EDGES");
            assertThat(seller.stored(second.at("/id"))).isEqualTo(utf8(fewer));
            Api.Reply named = seller.api()
                    .post(path, "{\"flowJson\":" + SOUND + ",\"version_label\":\"2026 spring\"}")
                    .expect(201);
            assertThat(named.at("/version_label")).isEqualTo("2026 spring");
        }

        @Test
        void of_a_project_with_several_flows_the_named_one_is_stored() {
            String two = SOUND.replace("a flow", "Second");
            String body = seller.body("{\"flows\":[" + SOUND + "," + two + "]}");
            Api.Reply asked = seller.api().post("/api/v1/flows/import", body).expect(422, "FLOW_REFUSED");
            assertThat(asked.text()).contains("a flow", "Second");
            Api.Reply chosen = seller.api()
                    .post("/api/v1/flows/import", body.replaceFirst("\\{", "{\"flow_name\":\"Second\","))
                    .expect(201);
            assertThat(seller.stored(chosen.at("/version_id"))).isEqualTo(utf8(two));
        }

        @Test
        void a_version_can_name_an_artifact_of_its_own_offering() {
            Api.Reply made = seller.imports(SOUND).expect(201);
            Version first = seller.version(made.at("/version_id"));
            Map<String, Object> body = Map.of(
                    "version_label",
                    "again",
                    "artifact",
                    Map.of("s3_key", String.valueOf(first.artifactS3Key()), "sha256", first.artifactSha256()),
                    "capabilities",
                    List.of("chat_ui"),
                    "defaults",
                    Map.of("temperature", 0.2));
            Api.Reply added = seller.api()
                    .post("/api/v1/offerings/" + made.at("/offering_uuid") + "/versions", body)
                    .expect(201);
            assertThat(added.at("/artifact_sha256")).isEqualTo(first.artifactSha256());
            assertThat(added.at("/capabilities/0")).isEqualTo("chat_ui");
            seller.api()
                    .post("/api/v1/offerings/" + made.at("/offering_uuid") + "/versions", body)
                    .expect(409, "DUPLICATE");
        }
    }

    @Nested
    class Answers200 {
        @Test
        void a_check_stores_nothing_and_tells_everything() {
            String offering = seller.offering();
            String bad = new Graph().node("p", "Prompt", "template", "x").json().toString();
            Api.Reply reply = seller.api()
                    .post("/api/v1/offerings/" + offering + "/validate_flow", "{\"flow_json\":" + bad + "}")
                    .expect(200);
            assertThat(reply.json().path("valid").asBoolean()).isFalse();
            assertThat(reply.text()).contains("NO_ENTRY", "NO_EXIT", "FEWER_EDGES");
            assertThat(reply.json().path("findings").path(0).propertyNames())
                    .contains("severity", "code", "node", "node_name", "message", "fix");
            assertThat(seller.api()
                            .get("/api/v1/offerings/" + offering + "/versions")
                            .expect(200)
                            .at("/count"))
                    .isEqualTo("1");
        }

        @Test
        void a_flow_nested_too_deep_is_a_finding() {
            String offering = seller.offering();
            String deep = "{\"data\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";
            Api.Reply reply = seller.api()
                    .post("/api/v1/offerings/" + offering + "/validate_flow", "{\"flow_json\":" + deep + "}")
                    .expect(200);
            assertThat(reply.at("/findings/0/code")).isEqualTo("TOO_DEEP");
        }
    }

    @Nested
    class Answers400 {
        @Test
        void what_is_missing_or_malformed_is_named() {
            Api api = seller.api();
            String path = "/api/v1/flows/import";
            assertThat(api.post(path, seller.body("null"))
                            .expect(400, "VALIDATION_ERROR")
                            .text())
                    .contains("flow_json");
            api.post(path, seller.body("5")).expect(400, "VALIDATION_ERROR");
            api.post(path, seller.body("{\"a\" 1}")).expect(400, "VALIDATION_ERROR");
            api.post(path, "{\"flow_json\":{").expect(400, "VALIDATION_ERROR");
            api.post(path, "nothing").expect(400, "VALIDATION_ERROR");
            api.post(path, "").expect(400, "VALIDATION_ERROR");
            api.post(path, "[]").expect(400, "VALIDATION_ERROR");
            String twice = seller.body(SOUND).replaceFirst("\\{", "{\"flowJson\":{},");
            api.post(path, twice).expect(400, "VALIDATION_ERROR");
            assertThat(api.post(path, "{\"flow_json\":" + SOUND + "}")
                            .expect(400)
                            .text())
                    .contains("provider_uuid");
            Map<String, Object> body = new HashMap<>(Map.of("provider_uuid", seller.org(), "flow_json", SOUND));
            assertThat(api.post(path, body).expect(400).text()).contains("name", "category");
            api.post(path, seller.body(SOUND).replace("agents", "toasters")).expect(400);
            api.post(path, seller.body(SOUND).replace(seller.org(), "no-uuid")).expect(400);
            api.post(path, seller.body("\"half \\uD800\"")).expect(400);
        }

        @Test
        void an_artifact_is_named_by_a_key_and_64_hex_digits() {
            String path = "/api/v1/offerings/" + seller.offering() + "/versions";
            seller.api().post(path, Map.of("version_label", "x")).expect(400, "VALIDATION_ERROR");
            Map<String, Object> artifact = Map.of("s3_key", "../../etc/passwd", "sha256", "a".repeat(64));
            seller.api()
                    .post(path, Map.of("version_label", "x", "artifact", artifact))
                    .expect(400, "VALIDATION_ERROR");
            artifact = Map.of("s3_key", "flows/x/flow.json", "sha256", "abc");
            seller.api()
                    .post(path, Map.of("version_label", "x", "artifact", artifact))
                    .expect(400, "VALIDATION_ERROR");
        }
    }

    @Nested
    class Answers401And403And404 {
        @Test
        void strangers_learn_nothing_and_members_without_the_right_are_told() {
            String offering = seller.offering();
            Seller other = Seller.open();
            String flow = "{\"flow_json\":" + SOUND + "}";
            for (String verb : List.of("validate_flow", "import_flow")) {
                String path = "/api/v1/offerings/" + offering + "/" + verb;
                seller.api().anonymous().post(path, flow).expect(401, "UNAUTHENTICATED");
                String foreign =
                        other.api().post(path, flow).expect(404, "NOT_FOUND").at("/error/message");
                String unknown = other.api()
                        .post("/api/v1/offerings/00000000-0000-7000-8000-000000000000/" + verb, flow)
                        .expect(404)
                        .at("/error/message");
                assertThat(foreign).isEqualTo(unknown);
            }
            other.api().post("/api/v1/flows/import", seller.body(SOUND)).expect(404, "NOT_FOUND");

            Signed member = Signed.in();
            seller.api()
                    .post(
                            "/api/v1/orgs/" + seller.org() + "/members",
                            Map.of("user_id", member.subject(), "role", "member"))
                    .expect(201);
            member.api().post("/api/v1/flows/import", seller.body(SOUND)).expect(403, "PERMISSION_DENIED");
            member.api()
                    .post("/api/v1/offerings/" + offering + "/import_flow", flow)
                    .expect(403, "PERMISSION_DENIED");
        }
    }

    @Nested
    class Answers413And415 {
        @Test
        void a_flow_of_50_megabytes_is_refused_before_it_is_read() {
            byte[] large = new byte[50 * 1024 * 1024];
            java.util.Arrays.fill(large, (byte) ' ');
            seller.api().post("/api/v1/flows/import", large).expect(413, "REQUEST_TOO_LARGE");
        }

        @Test
        void only_json_is_taken() {
            seller.api()
                    .with("Content-Type", "text/plain")
                    .post("/api/v1/flows/import", seller.body(SOUND))
                    .expect(415, "UNSUPPORTED_MEDIA_TYPE");
        }
    }

    @Nested
    class Answers422 {
        @Test
        void a_flow_with_a_raw_secret_outside_of_its_notes_is_never_stored_and_no_secret_is_ever_shown() {
            Graph graph = Graph.chat("gpt-4o").node("p", "Prompt", "template", "key: " + Planted.openAi());
            String offering = seller.offering();
            Api.Reply imported = seller.imports(graph.json().toString()).expect(422, "FLOW_HOLDS_SECRET");
            assertThat(imported.text()).contains("sk-…3fd2").doesNotContain(Planted.openAi());
            String body = "{\"flow_json\":" + graph.json() + "}";
            assertThat(seller.api()
                            .post("/api/v1/offerings/" + offering + "/import_flow", body)
                            .expect(422, "FLOW_HOLDS_SECRET")
                            .text())
                    .doesNotContain(Planted.openAi());
            Api.Reply checked = seller.api()
                    .post("/api/v1/offerings/" + offering + "/validate_flow", body)
                    .expect(200);
            assertThat(checked.text()).contains("sk-…3fd2").doesNotContain(Planted.openAi());
            assertThat(seller.api()
                            .get("/api/v1/offerings/" + offering + "/versions")
                            .at("/count"))
                    .isEqualTo("1");
        }

        @Test
        void a_broken_graph_is_refused_with_all_its_errors_and_a_refusal_is_remembered() {
            String broken = new Graph()
                    .node("a", "Prompt", "template", "x")
                    .edge("a", "gone", "x")
                    .json()
                    .toString();
            String key = Harness.unique("key");
            String body = seller.body(broken);
            Api.Reply reply =
                    seller.api().key(key).post("/api/v1/flows/import", body).expect(422, "FLOW_REFUSED");
            assertThat(reply.json().at("/error/details").size()).isEqualTo(3);
            assertThat(seller.api()
                            .key(key)
                            .post("/api/v1/flows/import", body)
                            .expect(422)
                            .text())
                    .isEqualTo(reply.text());
        }

        @Test
        void a_hundred_thousand_nodes_and_ten_thousand_levels_are_refused_quickly() {
            String many = "{\"data\":{\"nodes\":[" + "{\"id\":\"n\"},".repeat(99_999) + "{}],\"edges\":[]}}";
            long before = System.nanoTime();
            assertThat(seller.imports(many).expect(422, "FLOW_REFUSED").text()).contains("100000");
            assertThat(System.nanoTime() - before).isLessThan(10_000_000_000L);
            String deep = "{\"data\":" + "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_001);
            seller.imports(deep).expect(422, "FLOW_REFUSED");
            seller.imports(quoted(deep)).expect(422, "FLOW_REFUSED");
        }

        @Test
        void an_artifact_of_another_offering_or_with_another_hash_does_not_exist() {
            Api.Reply mine = seller.imports(SOUND).expect(201);
            Seller other = Seller.open();
            Api.Reply theirs = other.imports(SOUND).expect(201);
            Version foreign = other.version(theirs.at("/version_id"));
            Version own = seller.version(mine.at("/version_id"));
            String path = "/api/v1/offerings/" + mine.at("/offering_uuid") + "/versions";
            for (List<String> artifact : List.of(
                    List.of(String.valueOf(foreign.artifactS3Key()), foreign.artifactSha256()),
                    List.of(String.valueOf(own.artifactS3Key()), "0".repeat(64)),
                    List.of("flows/" + mine.at("/offering_uuid") + "/nothing/flow.json", own.artifactSha256()))) {
                seller.api()
                        .post(
                                path,
                                Map.of(
                                        "version_label",
                                        "x",
                                        "artifact",
                                        Map.of("s3_key", artifact.get(0), "sha256", artifact.get(1))))
                        .expect(422, "SEMANTIC_ERROR");
            }
        }

        @Test
        void a_capability_that_is_not_in_the_registry_is_refused() {
            Api.Reply mine = seller.imports(SOUND).expect(201);
            Version own = seller.version(mine.at("/version_id"));
            seller.api()
                    .post(
                            "/api/v1/offerings/" + mine.at("/offering_uuid") + "/versions",
                            Map.of(
                                    "version_label", "x",
                                    "artifact",
                                            Map.of(
                                                    "s3_key",
                                                    String.valueOf(own.artifactS3Key()),
                                                    "sha256",
                                                    own.artifactSha256()),
                                    "capabilities", List.of("time_travel")))
                    .expect(422, "SEMANTIC_ERROR");
        }
    }
}
