package dev.gsv.cmp.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.demo.DemoPeople.Person;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What a visitor of the demo does: each question that an offering shows gets its answer, quoted, cited and charged. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswersTest {

    private Harness node;
    private Api buyer;
    private Map<String, String> logins;
    private final Map<String, String> instances = new HashMap<>();

    @BeforeAll
    void start() {
        node = Harness.start(Map.of("CMP_DEMO", "true"));
        logins = new DemoFile(node.data()).read();
        buyer = node.caller()
                .as(node.caller()
                        .post(
                                "/api/v1/auth/login",
                                Map.of(
                                        "email",
                                        Person.BUYER.email(),
                                        "password",
                                        logins.get(Person.BUYER.passwordKey())))
                        .expect(200)
                        .at("/access_token"));
        instances.put(DemoSubscription.AGENT, logins.get(Demo.INSTANCE));
    }

    @AfterAll
    void stop() {
        node.close();
    }

    static Stream<Arguments> questions() {
        return Sample.all().stream()
                .flatMap(sample -> sample.card().exampleQuestions().stream()
                        .map(example -> Arguments.of(sample.card().slug(), example.question(), example.hint())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("questions")
    void each_example_question_is_answered_with_a_citation_that_holds_the_answer(
            String slug, String question, String hint) {
        String instance = instances.computeIfAbsent(
                slug,
                wanted -> buyer.post("/api/v1/instances/trial", Map.of("product_slug", wanted))
                        .expect(201)
                        .at("/instance_id"));
        JsonNode answer = buyer.post("/v1/runs", Map.of("instance_id", instance, "input", Map.of("query", question)))
                .expect(200)
                .json();
        assertThat(answer.at("/output/text").asString()).contains(hint).contains("cmp/extractive");
        assertThat(answer.at("/output/data/citations")
                        .valueStream()
                        .map(citation -> citation.path("text").asString()))
                .anySatisfy(text -> assertThat(text).contains(hint));
        assertThat(answer.at("/billing/debited").decimalValue()).isPositive();
    }

    @Test
    void the_offerings_show_these_questions() {
        for (Sample sample : Sample.all()) {
            JsonNode shown = node.caller()
                    .get("/api/v1/offerings/" + sample.card().slug())
                    .expect(200)
                    .json();
            List<String> questions = shown.path("example_questions")
                    .valueStream()
                    .map(JsonNode::asString)
                    .toList();
            assertThat(questions)
                    .isEqualTo(sample.card().exampleQuestions().stream()
                            .map(Sample.Example::question)
                            .toList());
        }
    }

    @Test
    void the_printed_key_runs_the_support_agent_and_the_ledger_shows_what_it_says() {
        JsonNode answer = node.caller()
                .as(logins.get(Demo.KEY))
                .post("/v1/runs", Map.of("input", Map.of("query", DemoStart.FIRST_QUESTION)))
                .expect(200)
                .json();
        assertThat(answer.at("/output/text").asString()).contains("30 days");
        assertThat(answer.at("/usage/requests").asInt()).isEqualTo(1);
        JsonNode newest = buyer.get("/api/v1/wallets/me/ledger?limit=1")
                .expect(200)
                .json()
                .path(0);
        assertThat(newest.path("amount").decimalValue().negate())
                .isEqualByComparingTo(answer.at("/billing/debited").decimalValue());
        assertThat(newest.path("balance").decimalValue())
                .isEqualByComparingTo(answer.at("/billing/balance").decimalValue());
    }
}
