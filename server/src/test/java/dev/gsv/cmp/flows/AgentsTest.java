package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class AgentsTest {
    private FakeModel fake;
    private Bench bench;

    @BeforeEach
    void open() throws Exception {
        fake = new FakeModel();
        bench = Bench.with(fake).asking("What is 6 times 7?");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
        fake.close();
    }

    static Graph agent(Object... fields) {
        return new Graph()
                .node("in", "ChatInput")
                .node("agent", "Agent", fields)
                .node("calc", "CalculatorComponent")
                .node("out", "ChatOutput")
                .edge("in", "message", "agent", "input_value")
                .edge("calc", "component_as_tool", "agent", "tools")
                .edge("agent", "response", "out", "input_value");
    }

    /** A model that wants to use tools: name, arguments, name, arguments. */
    static String wants(String... calls) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < calls.length; i += 2) {
            all.add("{\"id\":\"c" + i + "\",\"type\":\"function\",\"function\":{\"name\":\"" + calls[i]
                    + "\",\"arguments\":" + Bench.json(calls[i + 1]) + "}}");
        }
        return "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"fake\","
                + "\"choices\":[{\"index\":0,"
                + "\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" + String.join(",", all)
                + "]},\"finish_reason\":\"tool_calls\"}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":4,"
                + "\"total_tokens\":14}}";
    }

    private void wanting(String... calls) {
        fake.next(exchange -> exchange.json(200, wants(calls)));
    }

    private String result(FakeModel.Request request) {
        return request.contents().getLast();
    }

    @Test
    void an_agent_uses_its_tools_until_it_has_an_answer_and_each_use_is_in_the_trace() {
        wanting("evaluate_expression", "{\"expression\":\"6*7\"}");
        fake.next(exchange -> exchange.ok("It is 42.", 20, 5));
        Outcome.Answered answered = bench.answered(agent("model_name", "gpt-4o", "system_prompt", "Be exact."));
        assertThat(answered.text()).isEqualTo("It is 42.");
        assertThat(answered.usage()).isEqualTo(new Usage(30, 9, 1, 1, 0, 0, Usage.REPORTED));
        assertThat(answered.trace())
                .extracting(Step::node, Step::outcome)
                .containsExactly(tuple("in", "ok"), tuple("agent", "ok"), tuple("calc", "ok"), tuple("out", "ok"));
        FakeModel.Request first = fake.requests.getFirst();
        assertThat(first.contents()).containsExactly("system: Be exact.", "user: What is 6 times 7?");
        assertThat(first.json().path("tools").valueStream())
                .extracting(tool -> tool.at("/function/name").asString())
                .containsExactly("evaluate_expression", "get_current_date");
        assertThat(result(fake.requests.getLast())).startsWith("tool: ").contains("42");
        assertThat(fake.requests.getLast().json().path("messages").path(2).path("tool_calls"))
                .hasSize(1);
    }

    @Test
    void a_tool_that_fails_tells_the_model_and_not_the_caller() {
        wanting("evaluate_expression", "{\"expression\":\"1/0\"}");
        Outcome.Answered answered = bench.answered(agent());
        assertThat(result(fake.requests.getLast())).contains("Error: Nothing can be divided by zero.");
        assertThat(answered.trace()).extracting(Step::node, Step::outcome).contains(tuple("calc", "failed"));
    }

    @Test
    void a_model_that_calls_for_ever_ends_with_its_steps_and_what_it_used() {
        fake.always(exchange -> exchange.json(200, wants("evaluate_expression", "{\"expression\":\"1+1\"}")));
        Outcome.Failed failed = bench.failed(agent("max_iterations", 4));
        assertThat(failed.fault()).isEqualTo(Fault.AGENT_STEP_LIMIT);
        assertThat(failed.node()).isEqualTo("agent");
        assertThat(failed.usage()).isEqualTo(new Usage(40, 16, 4, 1, 0, 0, Usage.REPORTED));
        assertThat(failed.trace()).extracting(Step::node).contains("calc");
        fake.requests.clear();
        assertThat(bench.failed(agent("max_iterations", 1_000)).message()).contains("" + Agents.MAX_STEPS);
        assertThat(fake.requests).hasSize(Agents.MAX_STEPS);
    }

    @Test
    void invalid_calls_are_shown_to_the_model_and_end_the_run_when_nothing_else_comes() {
        wanting("rm_rf", "{}");
        wanting("evaluate_expression", "{\"expression\":");
        wanting("evaluate_expression", "[1]");
        Outcome.Failed failed = bench.failed(agent());
        assertThat(failed.fault()).isEqualTo(Fault.AGENT_BAD_CALLS);
        assertThat(failed.usage()).isEqualTo(new Usage(30, 12, 0, 1, 0, 0, Usage.REPORTED));
        assertThat(fake.requests).hasSize(Agents.MAX_INVALID);
        assertThat(result(fake.requests.getLast())).contains("the arguments are no JSON object");
    }

    @Test
    void one_good_call_among_bad_ones_goes_on() {
        for (int i = 0; i < Agents.MAX_INVALID; i++) {
            wanting("nothing", "{}", "evaluate_expression", "{\"expression\":\"2\"}");
        }
        assertThat(bench.answered(agent()).text()).isEqualTo("Hello from the fake model.");
    }

    @Test
    void so_many_tools_at_once_and_no_more() {
        String[] many = new String[2 * (Agents.MAX_CALLS_AT_ONCE + 3)];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = "evaluate_expression";
            many[i + 1] = "{\"expression\":\"2\"}";
        }
        wanting(many);
        assertThat(bench.answered(agent()).usage().toolCalls()).isEqualTo(Agents.MAX_CALLS_AT_ONCE);
        assertThat(result(fake.requests.getLast())).contains("too many tools at once");
    }

    @Test
    void an_agent_stops_when_nobody_pays_for_its_next_step() {
        fake.always(exchange -> exchange.json(200, wants("evaluate_expression", "{\"expression\":\"1+1\"}")));
        bench.spending = most -> most.toolCalls() < 2;
        Outcome.Failed failed = bench.failed(agent());
        assertThat(failed.fault()).isEqualTo(Fault.CREDIT_EXHAUSTED);
        assertThat(failed.usage().toolCalls()).isEqualTo(2);
        assertThat(fake.requests).hasSize(2);
    }

    @Test
    void knowledge_as_a_tool_is_searched_and_cited() {
        bench.retriever = (query, topK) -> List.of(Bench.passage("Handbook", "about " + query));
        wanting("look_up", "{\"search_query\":\"refunds\"}");
        JsonNode metadata = Bench.json(List.of(Map.of("name", "look_up", "description", "Our handbook.")));
        Graph graph = agent().node("kb", "KnowledgeRetrieval", "tools_metadata", metadata)
                .edge("kb", "component_as_tool", "agent", "tools");
        Outcome.Answered answered = bench.answered(graph);
        assertThat(result(fake.requests.getLast())).contains("about refunds");
        assertThat(answered.data().path("sources").path(0).path("title").asString())
                .isEqualTo("Handbook");
        assertThat(answered.usage().ragQueries()).isEqualTo(1);
        assertThat(fake.requests.getFirst().body()).contains("Our handbook.");
    }

    @Test
    void an_agent_remembers_its_session_and_only_that() {
        bench.in("i:a").asking("I am Ann.").answered(agent("n_messages", 10));
        bench.in("i:a").asking("Who am I?").answered(agent("n_messages", 10));
        assertThat(fake.requests.getLast().contents())
                .containsSubsequence("user: I am Ann.", "assistant: Hello from the fake model.", "user: Who am I?");
        bench.in("i:b").asking("Who am I?").answered(agent("n_messages", 10));
        assertThat(fake.requests.getLast().contents()).noneMatch(line -> line.contains("Ann"));
    }

    @Test
    void the_model_may_come_from_another_component() {
        Graph graph = agent("agent_llm", "Custom")
                .node("llm", "OpenAIModel", "model_name", "gpt-4.1")
                .edge("llm", "model_output", "agent", "agent_llm");
        bench.answered(graph);
        assertThat(fake.requests.getFirst().json().path("model").asString()).isEqualTo("gpt-4.1");
    }

    @Test
    void the_bound_covers_a_few_steps() {
        Usage bound = bench.engine.bound(agent().flow(), bench.input, bench.config);
        assertThat(bound.llmTokensOut()).isEqualTo((long) Bounds.EXPECTED_STEPS * ModelNodes.DEFAULT_MAX_TOKENS);
        assertThat(bound.toolCalls()).isEqualTo(Bounds.EXPECTED_STEPS - 1);
        assertThat(bench.engine.models(agent("model_name", "gpt-4o").flow(), bench.input, bench.config))
                .extracting(ModelUse::node, ModelUse::model)
                .containsExactly(tuple("agent", "gpt-4o"));
    }

    @Nested
    class NeedsLangflow {
        private void refused(Graph graph) {
            assertThat(bench.failed(graph).fault()).isEqualTo(Fault.NEEDS_RUNTIME);
        }

        @Test
        void what_is_no_tool_here() {
            refused(agent().node("x", "TavilySearchComponent").edge("x", "component_as_tool", "agent", "tools"));
            refused(agent().node("x", "Prompt").edge("x", "component_as_tool", "agent", "tools"));
            refused(agent().node("x", "Prompt").edge("x", "prompt", "calc", "expression"));
            refused(agent().node("x", "CalculatorComponent").edge("x", "api_run_model", "agent", "tools"));
        }

        @Test
        void models_and_answers_that_only_langflow_makes() {
            refused(agent("agent_llm", "Custom"));
            refused(agent("model", "connect_other_models"));
            refused(agent().edge("agent", "structured_response", "out", "input_value"));
        }
    }
}
