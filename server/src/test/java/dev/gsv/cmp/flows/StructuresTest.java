package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class StructuresTest {
    private static final JsonNode SCHEMA = Bench.json(List.of(
            Map.of("name", "who", "description", "a name", "type", "str", "multiple", "False"),
            Map.of("name", "age", "description", "in years", "type", "int", "multiple", false),
            Map.of("name", "tags", "description", "words", "type", "str", "multiple", true)));
    private static final String ANN = "{\"who\":\"Ann\",\"age\":3,\"tags\":[\"x\"]}";

    private FakeModel fake;
    private Bench bench;

    @BeforeEach
    void open() throws Exception {
        fake = new FakeModel();
        bench = Bench.with(fake).asking("Ann is three.");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
        fake.close();
    }

    private static Graph graph() {
        return new Graph()
                .node("in", "ChatInput")
                .node("x", "StructuredOutput", "output_schema", SCHEMA, "model", "gpt-4o", "system_prompt", "Extract.")
                .node("p", "ParserComponent", "pattern", "{who}:{age}:{tags}")
                .node("out", "ChatOutput")
                .edge("in", "message", "x", "input_value")
                .edge("x", "structured_output", "p", "input_data")
                .edge("p", "parsed_text", "out", "input_value");
    }

    private void says(String text) {
        fake.next(exchange -> exchange.ok(text, 20, 10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"objects\":[" + ANN + "]}",
                "[" + ANN + "]",
                ANN,
                "```json\n{\"objects\":[" + ANN + "]}\n```",
                "Here you are: {\"objects\":[" + ANN + "]} Anything else?",
                "{\"objects\":[{\"who\":\"Ann\",\"age\":\"3\",\"tags\":\"x\"}]}"
            })
    void an_answer_that_fits_becomes_a_row_in_whatever_it_was_wrapped(String text) {
        says(text);
        assertThat(bench.answered(graph()).text()).isEqualTo("Ann:3:[\"x\"]");
        assertThat(fake.requests).hasSize(1);
        assertThat(fake.requests.getFirst().contents().getFirst())
                .startsWith("system: Extract.")
                .contains("JSON Schema", "\"who\"", "\"integer\"", "in years");
    }

    @Test
    void several_findings_are_several_rows() {
        says("{\"objects\":[" + ANN + ",{\"who\":\"Bob\",\"age\":null,\"tags\":[]}]}");
        assertThat(bench.answered(graph()).text()).isEqualTo("Ann:3:[\"x\"]\nBob::[]");
    }

    @Test
    void a_misfit_is_shown_to_the_model_once_and_both_calls_are_counted() {
        says("{\"objects\":[{\"who\":\"Ann\",\"age\":\"three\"}]}");
        says("{\"objects\":[" + ANN + "]}");
        Outcome.Answered answered = bench.answered(graph());
        assertThat(answered.text()).startsWith("Ann:3");
        assertThat(answered.usage().llmTokensIn()).isEqualTo(40);
        assertThat(fake.requests.getLast().contents())
                .hasSize(4)
                .last()
                .asString()
                .contains("\"age\" is no int", "no \"tags\"");
    }

    @Test
    void a_second_misfit_ends_the_run_with_what_it_used() {
        fake.always(exchange -> exchange.ok("I would rather not.", 20, 10));
        Outcome.Failed failed = bench.failed(graph());
        assertThat(failed.fault()).isEqualTo(Fault.STRUCTURE_MISFIT);
        assertThat(failed.usage().llmTokensOut()).isEqualTo(20);
        assertThat(fake.requests).hasSize(Structures.MAX_ATTEMPTS);
    }

    @Test
    void the_model_may_come_from_another_component() {
        says("{\"objects\":[" + ANN + "]}");
        Graph graph = graph().node("llm", "LanguageModelComponent", "model_name", "gpt-4.1", "max_tokens", 77)
                .edge("llm", "model_output", "x", "llm");
        Outcome.Answered answered = bench.answered(graph);
        assertThat(fake.requests.getFirst().json().path("model").asString()).isEqualTo("gpt-4.1");
        assertThat(fake.requests.getFirst().json().path("max_tokens").asInt()).isEqualTo(77);
        assertThat(answered.trace())
                .extracting(Step::node)
                .doesNotContain("llm")
                .contains("x");
        assertThat(bench.engine.models(graph.flow(), bench.input, bench.config))
                .extracting(ModelUse::node, ModelUse::model)
                .containsExactly(org.assertj.core.api.Assertions.tuple("x", "gpt-4.1"));
    }

    @Test
    void a_schema_without_fields_and_a_model_that_only_quotes_are_refused() {
        Graph empty = Samples.fed("StructuredOutput", "input_value", "structured_output", "model", "gpt-4o");
        assertThat(bench.failed(empty).fault()).isEqualTo(Fault.FLOW_INVALID);
        Graph quoting = Samples.fed(
                "StructuredOutput",
                "input_value",
                "structured_output",
                "output_schema",
                SCHEMA,
                "model",
                "cmp/extractive");
        assertThat(bench.failed(quoting).fault()).isEqualTo(Fault.MODEL_NOT_CONFIGURED);
    }

    @Test
    void the_bound_covers_the_answer_and_its_repair() {
        Usage bound = bench.engine.bound(graph().flow(), bench.input, bench.config);
        fake.always(exchange -> exchange.ok("no", 20, 10));
        assertThat(bench.failed(graph()).usage().llmTokensOut()).isLessThanOrEqualTo(bound.llmTokensOut());
        assertThat(bound.llmTokensOut()).isEqualTo(2L * ModelNodes.DEFAULT_MAX_TOKENS);
    }
}
