package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What an import derives from a flow and from its components. */
class FlowFactsTest {

    private static ObjectNode field(Graph graph, String name) {
        return ((ObjectNode) graph.last().at("/data/node/template")).putObject(name);
    }

    private static List<Finding.Code> codes(Graph graph) {
        return FlowCheckTest.codes(FlowCheckTest.check(graph));
    }

    @Test
    void variables_name_their_kind_their_nodes_and_who_gives_them() {
        Graph graph = Graph.chat("gpt-4o").node("search", "TavilySearchComponent");
        field(graph, "api_key").put("password", true).put("load_from_db", true).put("value", "TAVILY_API_KEY");
        field(graph, "region").put("load_from_db", true).put("value", "MY_REGION");
        graph.node("again", "TavilySearchComponent");
        field(graph, "api_key").put("password", true).put("load_from_db", true).put("value", "TAVILY_API_KEY");
        List<Variable> variables = FlowCheckTest.check(graph).variables();
        assertThat(variables).extracting(Variable::name).containsExactly("TAVILY_API_KEY", "MY_REGION");
        assertThat(variables.getFirst().kind()).isEqualTo(Variable.CREDENTIAL);
        assertThat(variables.getFirst().givenBy()).isEqualTo(Variable.Giver.SELLER);
        assertThat(variables.getFirst().nodes()).extracting(Variable.Use::node).containsExactly("search", "again");
        assertThat(variables.getLast().kind()).isEqualTo(Variable.GENERIC);
    }

    @Test
    void options_that_nobody_switched_on_are_not_asked_for() {
        Graph graph = Graph.chat("gpt-4o").node("file", "File");
        field(graph, "aws_secret_access_key")
                .put("password", true)
                .put("load_from_db", true)
                .put("required", true)
                .put("show", false)
                .put("value", "");
        assertThat(FlowCheckTest.check(graph).variables()).isEmpty();
    }

    @Test
    void a_required_secret_without_a_value_is_asked_for_and_the_platform_gives_the_key_of_its_own_model() {
        Graph graph = Graph.chat("gpt-4o").node("db", "AstraDB");
        field(graph, "token").put("password", true).put("required", true).put("value", "");
        graph.node("m", "LanguageModelComponent");
        field(graph, "model")
                .put("type", "model")
                .putArray("value")
                .addObject()
                .put("name", "gpt-4o")
                .put("provider", "OpenAI");
        List<Variable> variables = FlowCheckTest.check(graph).variables();
        assertThat(variables).extracting(Variable::name).containsExactly("ASTRADB_TOKEN", "OPENAI_API_KEY");
        assertThat(variables)
                .extracting(Variable::givenBy)
                .containsExactly(Variable.Giver.SELLER, Variable.Giver.PLATFORM);
    }

    @Test
    void a_model_that_nobody_chose_is_the_platforms_and_only_a_warning() {
        Graph graph = Graph.chat("gpt-4o").node("m", "LanguageModelComponent");
        field(graph, "model").put("type", "model").put("required", true).putArray("value");
        FlowReport report = FlowCheckTest.check(graph);
        assertThat(report.valid()).isTrue();
        assertThat(report.findings().getFirst().message()).contains("platform's model");
    }

    @Test
    void a_file_that_the_export_cannot_contain_is_told() {
        Graph graph = Graph.chat("gpt-4o");
        field(graph, "files")
                .put("type", "file")
                .put("value", "")
                .putArray("file_path")
                .add("u/one.pdf");
        assertThat(codes(graph)).containsExactly(Finding.Code.FILE_MISSING);
    }

    @Test
    void unknown_code_asks_for_human_review_and_is_never_a_refusal() {
        Graph graph = Graph.chat("gpt-4o");
        field(graph, "code").put("type", "code").put("value", "class ChatOutput: pass\n");
        FlowReport report = FlowCheckTest.check(graph);
        assertThat(report.valid()).isTrue();
        assertThat(report.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Finding.Code.UNKNOWN_CODE);
            assertThat(finding.severity()).isEqualTo(Finding.Severity.INFO);
            assertThat(finding.message()).contains("human review");
        });
    }

    @Test
    void the_list_of_known_code_holds_full_hashes_and_trusts_no_hash_that_a_file_brings() {
        assertThat(KnownCode.size()).isGreaterThan(1_500);
        Graph graph = Graph.chat("gpt-4o");
        field(graph, "code").put("type", "code").put("value", "import os\n");
        ((ObjectNode) graph.last().at("/data/node"))
                .putObject("metadata")
                .put(
                        "code_hash",
                        Json.sha256("x".getBytes(StandardCharsets.UTF_8)).substring(0, 12));
        assertThat(codes(graph)).containsExactly(Finding.Code.UNKNOWN_CODE);
        assertThat(KnownCode.contains("7a26c54d89ed")).isFalse();
    }

    @Test
    void code_that_was_changed_by_hand_needs_a_runtime_even_in_a_known_component() {
        Graph graph = Graph.chat("gpt-4o");
        ((ObjectNode) graph.last().at("/data/node")).put("edited", true);
        assertThat(codes(graph)).contains(Finding.Code.NEEDS_RUNTIME);
    }

    @Test
    void risky_abilities_are_told() {
        assertThat(codes(Graph.chat("g").node("p", "PythonREPLComponent"))).contains(Finding.Code.RISKY_COMPONENT);
        Graph mcp = Graph.chat("g").node("m", "MCPTools");
        field(mcp, "mcp_server").putObject("value").putObject("config").put("command", "npx");
        assertThat(codes(mcp)).contains(Finding.Code.RISKY_COMPONENT);
        Graph code = Graph.chat("g").node("c", "CustomComponent", "code", "import subprocess\n");
        assertThat(codes(code)).contains(Finding.Code.RISKY_COMPONENT, Finding.Code.UNKNOWN_CODE);
        Graph inside = Graph.chat("g").node("a", "APIRequest", "url", "http://169.254.169.254/latest");
        assertThat(codes(inside)).contains(Finding.Code.RISKY_COMPONENT);
        assertThat(codes(Graph.chat("g").node("a", "APIRequest", "url", "https://example.org")))
                .doesNotContain(Finding.Code.RISKY_COMPONENT);
    }

    @Test
    void the_version_is_the_highest_that_any_part_names() {
        Graph graph = Graph.chat("gpt-4o");
        ((ObjectNode) graph.last().at("/data/node")).put("lf_version", "1.10.0.post2");
        ObjectNode flow = graph.json().put("last_tested_version", "1.9.3");
        assertThat(FlowCheckTest.check(flow).shape().orElseThrow().langflowVersion())
                .isEqualTo("1.10.0");
    }

    @Test
    void the_shape_names_entry_exit_capabilities_and_what_a_buyer_may_change() {
        Shape chat = FlowCheckTest.check(Graph.chat("gpt-4o")).shape().orElseThrow();
        assertThat(chat.entryType()).isEqualTo("ChatInput");
        assertThat(chat.exitNode()).isEqualTo("out");
        assertThat(chat.capabilities()).containsExactly("prompt_orchestrator", "api_endpoint", "chat_ui");
        assertThat(chat.defaults())
                .isEqualTo(JsonNodeFactory.instance.objectNode().put("system_prompt", "Be brief."));
        assertThat(chat.configSchema().at("/properties").propertyNames())
                .contains("system_prompt", "temperature", "max_output_tokens", "welcome_message");
        assertThat(chat.configSchema()
                        .at("/properties/max_output_tokens/maximum")
                        .asInt())
                .isEqualTo(8192);

        Shape faq = FlowCheckTest.check(Graph.faq()).shape().orElseThrow();
        assertThat(faq.capabilities()).contains("rag_knowledgebase");
        assertThat(faq.defaults()).isEmpty();

        Graph echo =
                new Graph().node("in", "ChatInput").node("out", "ChatOutput").edge("in", "out", "input_value");
        Shape plain = FlowCheckTest.check(echo).shape().orElseThrow();
        assertThat(plain.capabilities()).containsExactly("api_endpoint", "chat_ui");
        assertThat(plain.configSchema().at("/properties").propertyNames()).doesNotContain("system_prompt");
    }

    @Test
    void a_prompt_that_is_made_in_each_run_is_no_default() {
        Graph graph = new Graph()
                .node("in", "ChatInput")
                .node("sys", "Prompt", "template", "Today is {day}")
                .node("llm", "OpenAIModel", "temperature", 0.4, "max_tokens", 300)
                .node("out", "ChatOutput")
                .edge("in", "llm", "input_value")
                .edge("sys", "llm", "system_message")
                .edge("llm", "out", "input_value");
        assertThat(FlowCheckTest.check(graph).shape().orElseThrow().defaults())
                .isEqualTo(JsonNodeFactory.instance
                        .objectNode()
                        .put("temperature", 0.4)
                        .put("max_output_tokens", 300));
    }

    @Test
    void texts_of_a_file_are_shown_on_one_line_short_and_without_direction_marks() {
        Graph graph = new Graph().node("a\u0000b\n\u202Ec", "Strange " + "long ".repeat(50));
        Finding finding = FlowCheckTest.check(graph).findings().stream()
                .filter(found -> found.code() == Finding.Code.NEEDS_RUNTIME)
                .findFirst()
                .orElseThrow();
        assertThat(finding.node()).isEqualTo("a b c");
        assertThat(finding.nodeName()).hasSizeLessThanOrEqualTo(Shown.MAX_CHARS + 1);
        Graph names = new Graph().node("n", "שלום 👋🏽");
        assertThat(FlowCheckTest.check(names).findings().toString()).contains("שלום 👋🏽");
    }
}
