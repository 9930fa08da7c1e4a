package dev.gsv.cmp.journeys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.flows.FakeModel;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The main job as two people do it, with real Langflow exports and nothing but HTTP. */
class SellerToBuyerTest {

    private static final String SIMPLE = "simple-chat-no-llm.json";
    private static final String PROMPTING = "basic-prompting.langflow-1.8.0.json";
    private static final String MEMORY = "memory-chatbot-no-llm.langflow-1.4.2.json";

    private final Harness harness = Harness.shared();

    @Test
    void a_simple_chat_is_imported_published_found_subscribed_and_run() {
        String name = Harness.unique("Simple chat");
        String offering = Seller.at(harness).sells(Flows.export(SIMPLE), name);
        Buyer buyer = Buyer.at(harness);

        JsonNode found = buyer.api()
                .anonymous()
                .get("/api/v1/offerings?search=" + name.replace(' ', '+'))
                .expect(200)
                .json();
        assertThat(found.path("count").asInt()).isEqualTo(1);
        assertThat(found.at("/results/0/id").asString()).isEqualTo(offering);

        String instance = buyer.subscribes(offering);
        Api.Reply first = buyer.run(instance, "s-1", "Hallo {you} 👋 שלום").expect(200);
        assertThat(first.at("/output/text")).isEqualTo("Hallo {you} 👋 שלום");
        paid(buyer, instance, first, 99, 1);

        Api key = harness.caller().as(buyer.key(instance));
        Api.Reply second =
                key.post("/v1/runs", Map.of("input", Map.of("query", "By key"))).expect(200);
        assertThat(second.at("/output/text")).isEqualTo("By key");
        paid(buyer, instance, second, 98, 2);

        assertThat(key.get("/api/v1/runs/" + second.at("/run_id")).expect(200).at("/status"))
                .isEqualTo("succeeded");
        buyer.api()
                .post("/api/v1/offerings/" + offering + "/reviews", Map.of("stars", 5, "text", "It repeats. 👍"))
                .expect(201);
    }

    /** What was debited is the same number wherever it is shown; the balance and the day's usage agree with it. */
    private static void paid(Buyer buyer, String instance, Api.Reply reply, int balance, int runsToday) {
        JsonNode run = reply.json();
        String id = run.path("run_id").asString();
        int debited = run.at("/billing/debited").asInt();
        assertThat(debited).isGreaterThanOrEqualTo(1);
        assertThat(run.at("/billing/status").asString()).isEqualTo("settled");
        assertThat(run.at("/billing/balance").asInt()).isEqualTo(balance);
        assertThat(run.at("/usage/requests").asInt()).isEqualTo(1);

        JsonNode line = buyer.ledger().path(0);
        assertThat(line.path("amount").asInt()).isEqualTo(-debited);
        assertThat(line.path("entry_type").asString()).isEqualTo("usage");
        assertThat(line.path("run_id").asString()).isEqualTo(id);
        assertThat(line.path("instance_id").asString()).isEqualTo(instance);
        assertThat(line.path("balance").asInt()).isEqualTo(balance);
        int sum = buyer.ledger()
                .valueStream()
                .mapToInt(entry -> entry.path("amount").asInt())
                .sum();
        assertThat(buyer.money().path("balance").asInt()).isEqualTo(balance).isEqualTo(sum);
        assertThat(buyer.money().path("reserved").asInt()).isZero();

        JsonNode stored = buyer.api().get("/api/v1/runs/" + id).expect(200).json();
        assertThat(stored.path("status").asString()).isEqualTo("succeeded");
        assertThat(stored.at("/billing/debited").asInt()).isEqualTo(debited);
        JsonNode usage = buyer.api().get("/runs/" + id + "/usage/").expect(200).json();
        assertThat(usage.at("/usage")).isEqualTo(run.path("usage"));
        assertThat(usage.at("/billing/debited").asInt()).isEqualTo(debited);

        JsonNode today = buyer.api()
                .get("/api/v1/instances/" + instance + "/usage?group_by=day")
                .expect(200)
                .json();
        assertThat(today.at("/totals/api_calls").asInt()).isEqualTo(runsToday);
        assertThat(today.at("/totals/credits").asInt()).isEqualTo(100 - balance);
        assertThat(today.at("/days/0/api_calls").asInt()).isEqualTo(runsToday);
    }

    @Test
    void a_prompt_is_answered_through_any_openai_compatible_server() throws Exception {
        try (FakeModel model = new FakeModel();
                Harness own = Harness.start(Map.of("OPENAI_BASE_URL", model.url(), "OPENAI_API_KEY", "sk-of-a-test"))) {
            model.always(exchange -> exchange.ok("A flow is a graph.", 2000, 700));
            String offering = Seller.at(own).sells(Flows.export(PROMPTING), "Prompting");
            Buyer buyer = Buyer.at(own);
            String instance = buyer.subscribes(offering);
            Api.Reply reply = buyer.run(instance, "s-1", "What is a flow?").expect(200);
            assertThat(reply.at("/output/text")).isEqualTo("A flow is a graph.");
            assertThat(reply.at("/usage/llm_tokens_in")).isEqualTo("2000");
            assertThat(reply.at("/usage/llm_tokens_out")).isEqualTo("700");
            // floor(2000 / 1000) + floor(2 * 700 / 1000) + 1 request
            assertThat(reply.at("/billing/debited")).isEqualTo("4");
            paid(buyer, instance, reply, 96, 1);
            assertThat(model.requests.getFirst().head()).containsIgnoringCase("Authorization: Bearer sk-of-a-test");
            assertThat(model.requests.getFirst().contents()).contains("user: What is a flow?");
        }
    }

    @Test
    void a_prompt_without_any_model_server_says_what_is_missing_and_costs_nothing() {
        String offering = Seller.at(harness).sells(Flows.export(PROMPTING), Harness.unique("Prompting"));
        Buyer buyer = Buyer.at(harness);
        Api.Reply reply =
                buyer.run(buyer.subscribes(offering), "s-1", "What is a flow?").expect(502, "EXECUTION_FAILED");
        assertThat(reply.at("/detail")).containsIgnoringCase("model");
        assertThat(buyer.money().path("available").asInt()).isEqualTo(100);
        assertThat(buyer.ledger().size()).isEqualTo(1);
    }

    @Test
    void a_memory_is_of_one_session_of_one_instance() {
        String offering = Seller.at(harness).sells(Flows.export(MEMORY), Harness.unique("Memory"));
        Buyer anna = Buyer.at(harness);
        Buyer ben = Buyer.at(harness);
        String annas = anna.subscribes(offering);
        String another = anna.subscribes(offering);
        String bens = ben.subscribes(offering);

        assertThat(said(anna, annas, "s-1", "My name is Anna.")).contains("My name is Anna.");
        assertThat(said(anna, annas, "s-1", "Who am I?")).contains("My name is Anna.", "Who am I?");
        assertThat(said(anna, annas, "s-2", "Who am I?")).doesNotContain("Anna");
        assertThat(said(anna, another, "s-1", "Who am I?")).doesNotContain("Anna");
        assertThat(said(ben, bens, "s-1", "Who am I?")).doesNotContain("Anna");
    }

    private static String said(Buyer buyer, String instance, String session, String query) {
        return buyer.run(instance, session, query).expect(200).at("/output/text");
    }

    @ParameterizedTest
    @CsvSource({
        "webhook-test.langflow-1.1.1.json, CustomComponent",
        "vector-store-rag.langflow-1.8.0.json, AstraDB",
    })
    void what_this_engine_cannot_execute_is_imported_with_its_findings_and_not_published(
            String file, String component) {
        Seller seller = Seller.at(harness);
        Seller.Imported imported = seller.imports(Flows.export(file), Harness.unique("Other"));
        assertThat(imported.answer().path("valid").asBoolean()).isFalse();
        assertThat(imported.answer().path("runtime").asString()).isEqualTo("langflow");
        assertThat(imported.answer().path("findings").toString()).contains(component, "Langflow runtime");
        seller.freePlan(imported.offering());
        Api.Reply refused = seller.publish(imported.offering()).expect(422, "NOT_PUBLISHABLE");
        assertThat(refused.json().at("/error/details").toString()).contains("needs the runtime 'langflow'");
        assertThat(seller.api()
                        .get("/api/v1/offerings/" + imported.offering())
                        .expect(200)
                        .at("/status"))
                .isEqualTo("draft");
        assertThat(Buyer.at(harness)
                        .api()
                        .get("/api/v1/offerings/" + imported.offering())
                        .status())
                .isEqualTo(404);
    }
}
