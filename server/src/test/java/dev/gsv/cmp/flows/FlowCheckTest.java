package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class FlowCheckTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    static FlowReport check(ObjectNode flow) {
        return FlowCheck.check(flow.toString().getBytes(StandardCharsets.UTF_8));
    }

    static FlowReport check(Graph graph) {
        return check(graph.json());
    }

    static FlowReport check(String text) {
        return FlowCheck.check(text.getBytes(StandardCharsets.UTF_8));
    }

    static List<Finding.Code> errors(FlowReport report) {
        return report.findings().stream()
                .filter(Finding::error)
                .map(Finding::code)
                .toList();
    }

    static List<Finding.Code> codes(FlowReport report) {
        return report.findings().stream().map(Finding::code).toList();
    }

    @Test
    void a_sound_flow_is_valid_and_runs_natively() {
        FlowReport report = check(Graph.chat("gpt-4o"));
        assertThat(report.findings()).isEmpty();
        assertThat(report.valid()).isTrue();
        assertThat(report.runtime()).isEqualTo(FlowReport.NATIVE);
    }

    @Test
    void the_same_edge_many_times_counts_once_and_is_said() {
        Graph graph = Graph.chat("gpt-4o");
        for (int i = 0; i < 3_000; i++) {
            graph.edge("in", "llm", "input_value");
        }
        FlowReport report = check(graph);
        assertThat(codes(report)).containsExactly(Finding.Code.REPEATED_EDGE);
        assertThat(report.findings().getFirst().message()).startsWith("3000 edges");
        assertThat(report.valid()).isTrue();
        assertThat(graph.flow().edges()).hasSize(2);
    }

    @Test
    void a_nul_in_a_name_is_left_out_and_said() {
        Graph graph = Graph.chat("gpt-4o");
        ((ObjectNode) graph.last().path("data").path("node")).put("display_name", "An\u0000swer");
        FlowReport report = check(graph);
        assertThat(codes(report)).containsExactly(Finding.Code.NUL_CHARACTER);
        assertThat(report.toString()).doesNotContain("\u0000");
        assertThat(report.valid()).isTrue();
    }

    @Test
    void a_secret_in_a_note_is_a_warning_and_shown_masked() {
        ObjectNode flow = Graph.chat("gpt-4o").json();
        ObjectNode note = JSON.objectNode().put("id", "note-1").put("type", "noteNode");
        note.putObject("data")
                .put("type", "note")
                .putObject("node")
                .put("description", "Our key: " + Planted.openAi() + ", see https://example.org/a8f5f167f44f4964");
        flow.withArray("/data/nodes").add(note);
        FlowReport report = check(flow);
        assertThat(codes(report)).containsExactly(Finding.Code.SECRET_IN_NOTE);
        assertThat(report.valid()).isTrue();
        assertThat(report.findings().toString()).contains("sk-…3fd2").doesNotContain(Planted.openAi());
    }

    @Test
    void everything_that_is_wrong_is_said_at_once() {
        Graph graph = new Graph()
                .node("a", "Prompt", "template", "{x}")
                .node("b", "Prompt", "template", "{x}")
                .node("b", "Prompt", "template", "again")
                .node("c", "SomethingElse", "note", Planted.openAi())
                .edge("a", "b", "x")
                .edge("b", "a", "x")
                .edge("nowhere", "a", "y");
        FlowReport report = check(graph);
        assertThat(errors(report))
                .contains(
                        Finding.Code.SECRET,
                        Finding.Code.DUPLICATE_NODE,
                        Finding.Code.DANGLING_EDGE,
                        Finding.Code.NO_ENTRY,
                        Finding.Code.NO_EXIT,
                        Finding.Code.CYCLE,
                        Finding.Code.NEEDS_RUNTIME);
        assertThat(report.findings()).allSatisfy(finding -> {
            assertThat(finding.message()).isNotBlank().endsWith(".");
            assertThat(finding.fix()).isNotBlank();
        });
        assertThat(report.storable()).isFalse();
    }

    @Test
    void a_component_that_the_engine_does_not_know_is_named_and_needs_a_langflow_runtime() {
        FlowReport report = check(Graph.chat("gpt-4o").node("File-1", "File"));
        Finding finding = report.findings().getFirst();
        assertThat(finding.code()).isEqualTo(Finding.Code.NEEDS_RUNTIME);
        assertThat(finding.node()).isEqualTo("File-1");
        assertThat(finding.message()).contains("File").contains("needs a Langflow runtime");
        assertThat(report.valid()).isFalse();
        assertThat(report.storable()).isTrue();
        assertThat(report.runtime()).isEqualTo(FlowReport.LANGFLOW);
    }

    @Nested
    class Files {
        @Test
        void what_is_no_flow_is_said_in_plain_words() {
            assertThat(errors(check("hello"))).containsExactly(Finding.Code.NOT_JSON);
            assertThat(errors(check(""))).hasSize(1);
            assertThat(errors(check("null"))).containsExactly(Finding.Code.NOT_A_FLOW);
            assertThat(errors(check("{\"data\":{}}"))).containsExactly(Finding.Code.NOT_A_FLOW);
            assertThat(errors(check("{\"data\":{\"nodes\":[1,2],\"edges\":[]}}")))
                    .contains(Finding.Code.NOT_A_FLOW);
            assertThat(errors(check("{\"data\":{\"nodes\":[]}}"))).contains(Finding.Code.NOT_A_FLOW);
            assertThat(errors(check("PK\u0003\u0004"))).containsExactly(Finding.Code.NOT_A_FLOW);
            assertThat(errors(FlowCheck.check(new byte[] {(byte) 0xC3, 0x28}))).containsExactly(Finding.Code.NOT_UTF8);
        }

        @Test
        void a_saved_component_is_refused() {
            ObjectNode flow = Graph.chat("gpt-4o").json();
            flow.put("is_component", true);
            assertThat(errors(check(flow))).containsExactly(Finding.Code.IS_COMPONENT);
        }

        @Test
        void limits_of_size_depth_and_number_answer_quickly() {
            assertThat(errors(check("[".repeat(10_000) + "]".repeat(10_000)))).containsExactly(Finding.Code.TOO_DEEP);
            assertThat(errors(check("{\"data\":" + "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_001))))
                    .containsExactly(Finding.Code.TOO_DEEP);
            String many =
                    "{\"data\":{\"nodes\":[" + "{\"id\":\"n\"},".repeat(99_999) + "{\"id\":\"n\"}],\"edges\":[]}}";
            long before = System.nanoTime();
            assertThat(errors(check(many))).containsExactly(Finding.Code.TOO_MANY_NODES);
            assertThat(System.nanoTime() - before).isLessThan(5_000_000_000L);
            String large = "{\"data\":{\"nodes\":[],\"edges\":[]},\"x\":\"" + "y".repeat(FlowFile.MAX_BYTES) + "\"}";
            assertThat(errors(check(large))).containsExactly(Finding.Code.TOO_LARGE);
        }

        @Test
        void a_member_that_is_named_twice_is_refused_with_its_place() {
            String text = Graph.chat("gpt-4o").json().toString();
            FlowReport report = check("{\"name\":\"one\"," + text.substring(1));
            assertThat(errors(report)).containsExactly(Finding.Code.DUPLICATE_KEY);
            assertThat(report.findings().getFirst().message()).contains("line 1");
        }

        @Test
        void a_byte_order_mark_an_api_row_a_list_of_one_and_a_bare_graph_are_read() {
            ObjectNode flow = Graph.chat("gpt-4o").json();
            assertThat(check("\uFEFF" + flow).valid()).isTrue();
            ObjectNode row = flow.deepCopy();
            row.put("user_id", "u")
                    .put("folder_id", "f")
                    .put("access_type", "PRIVATE")
                    .put("webhook", false);
            row.put("endpoint_name", "None");
            assertThat(check(row).valid()).isTrue();
            assertThat(check("{\"flows\":[" + flow + "],\"folder_name\":\"x\"}").valid())
                    .isTrue();
            assertThat(check("[" + flow + "]").valid()).isTrue();
            assertThat(check(flow.path("data").toString()).valid()).isTrue();
        }

        @Test
        void of_several_flows_the_seller_is_asked_which_and_exactly_its_bytes_are_taken() {
            String one = "{ \"name\": \"One\",  "
                    + Graph.chat("gpt-4o").json().toString().substring("{\"name\":\"a flow\",".length());
            String two = one.replace("One", "Zw\\u0065i 👋");
            String file = "{\"folder_name\":\"x\",\"flows\":[\n " + one + " ,\n" + two + "\n]}";
            FlowReport asked = check(file);
            assertThat(errors(asked)).containsExactly(Finding.Code.SEVERAL_FLOWS);
            assertThat(asked.findings().getFirst().message()).contains("“One”").contains("“Zwei 👋”");
            byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
            assertThat(FlowCheck.check(bytes, "One").bytes()).isEqualTo(one.getBytes(StandardCharsets.UTF_8));
            assertThat(FlowCheck.check(bytes, "Zwei 👋").bytes()).isEqualTo(two.getBytes(StandardCharsets.UTF_8));
            assertThat(errors(FlowCheck.check(bytes, "Three"))).containsExactly(Finding.Code.UNKNOWN_FLOW_NAME);
        }
    }

    @Nested
    class Graphs {
        @Test
        void an_edge_to_nowhere_names_the_node_that_is_there() {
            FlowReport report = check(Graph.chat("gpt-4o").edge("llm", "ghost", "x"));
            assertThat(errors(report)).containsExactly(Finding.Code.DANGLING_EDGE);
            assertThat(report.findings().getFirst().node()).isEqualTo("llm");
            assertThat(report.findings().getFirst().message()).contains("ghost");
        }

        @Test
        void an_entry_that_leads_to_no_exit_is_an_error_when_no_other_does() {
            Graph apart = new Graph().node("in", "ChatInput").node("out", "ChatOutput");
            assertThat(errors(check(apart))).containsExactly(Finding.Code.NOT_CONNECTED);
            FlowReport second = check(Graph.chat("gpt-4o").node("other", "TextInput"));
            assertThat(errors(second)).isEmpty();
            assertThat(codes(second)).containsExactly(Finding.Code.UNUSED_ENTRY);
        }

        @Test
        void a_circle_is_an_error_unless_a_loop_component_is_in_it() {
            Graph circle = new Graph()
                    .node("in", "ChatInput")
                    .node("a", "Prompt", "template", "{x}{y}")
                    .node("b", "Prompt", "template", "{x}")
                    .node("out", "ChatOutput")
                    .edge("in", "a", "x")
                    .edge("a", "b", "x")
                    .edge("b", "a", "y")
                    .edge("b", "out", "input_value");
            FlowReport report = check(circle);
            assertThat(errors(report)).containsExactly(Finding.Code.CYCLE);
            assertThat(report.findings().getFirst().message())
                    .contains("“Prompt”")
                    .doesNotContain("ChatOutput");

            Graph loop = new Graph()
                    .node("in", "ChatInput")
                    .node("l", "LoopComponent")
                    .node("b", "Prompt", "template", "{x}")
                    .node("out", "ChatOutput")
                    .edge("in", "l", "data")
                    .edge("l", "b", "x")
                    .edge("b", "l", "item")
                    .edge("l", "out", "input_value");
            assertThat(errors(check(loop))).containsExactly(Finding.Code.NEEDS_RUNTIME);
        }

        @Test
        void without_a_chat_input_there_is_only_a_warning() {
            Graph graph = new Graph()
                    .node("in", "TextInput")
                    .node("out", "ChatOutput")
                    .edge("in", "out", "input_value");
            FlowReport report = check(graph);
            assertThat(report.valid()).isTrue();
            assertThat(codes(report)).containsExactly(Finding.Code.NO_CHAT_INPUT);
            assertThat(report.shape().orElseThrow().entryType()).isEqualTo("TextInput");
        }

        @Test
        void notes_count_for_nothing() {
            ObjectNode flow = Graph.chat("gpt-4o").json();
            ObjectNode note = JSON.objectNode().put("id", "in").put("type", "noteNode");
            note.putObject("data").put("type", "note").put("text", Planted.openAi());
            flow.withArray("/data/nodes").add(note);
            FlowReport report = check(flow);
            assertThat(errors(report)).isEmpty();
            assertThat(report.valid()).isTrue();
            assertThat(report.holdsSecret()).isFalse();
        }
    }

    @Nested
    class RawSecrets {
        private static final Random RANDOM = new Random(7);

        private void found(Graph graph, String secret, String field) {
            found(graph.json(), secret, field);
        }

        private void found(ObjectNode flow, String secret, String field) {
            FlowReport report = check(flow);
            assertThat(errors(report)).contains(Finding.Code.SECRET);
            assertThat(report.holdsSecret()).isTrue();
            assertThat(report.storable()).isFalse();
            assertThat(report.findings().toString()).doesNotContain(secret);
            assertThat(report.findings())
                    .anySatisfy(finding -> assertThat(finding.field()).isEqualTo(field));
        }

        @Test
        void a_filled_password_field_is_refused_whatever_its_value_looks_like() {
            Graph graph = Graph.chat("gpt-4o");
            ObjectNode template = (ObjectNode) graph.last().at("/data/node/template");
            template.putObject("api_key").put("password", true).put("value", "hunter2");
            found(graph, "hunter2", "api_key");
        }

        @Test
        void a_secret_in_a_text_in_code_in_a_name_and_beside_the_graph_is_found() {
            String secret = Planted.secret(RANDOM);
            found(Graph.chat("gpt-4o").node("p", "Prompt", "template", "use " + secret), secret, "template");
            found(Graph.chat("gpt-4o").node("p", "Prompt", "code", "KEY = '" + secret + "'\n"), secret, "code");
            found(Graph.chat("gpt-4o").node(secret, "Prompt", "template", "x"), secret, "id");
            ObjectNode flow = Graph.chat("gpt-4o").json();
            flow.put("description", "my key is " + secret);
            found(flow, secret, "description");
        }

        @Test
        void a_secret_where_the_name_of_a_variable_belongs_is_found() {
            Graph graph = Graph.chat("gpt-4o");
            ObjectNode template = (ObjectNode) graph.last().at("/data/node/template");
            String secret = Planted.openAi();
            template.putObject("api_key").put("load_from_db", true).put("value", secret);
            found(graph, secret, "api_key");
        }

        @Test
        void a_password_that_is_repeated_in_a_name_is_not_shown_there_either() {
            Graph graph = Graph.chat("gpt-4o").node("x", "Correct Horse");
            ObjectNode node = (ObjectNode) graph.last().at("/data/node");
            node.put("display_name", "battery of Correct Horse");
            ((ObjectNode) node.path("template"))
                    .putObject("pw")
                    .put("password", true)
                    .put("value", "Correct Horse");
            FlowReport report = check(graph);
            assertThat(report.holdsSecret()).isTrue();
            assertThat(report.findings().toString()).doesNotContain("Correct Horse");
        }

        @Test
        void a_name_of_a_variable_in_a_password_field_is_asked_for_and_not_refused() {
            Graph graph = Graph.chat("gpt-4o");
            ObjectNode template = (ObjectNode) graph.last().at("/data/node/template");
            template.putObject("api_key").put("password", true).put("value", "TAVILY_API_KEY");
            FlowReport report = check(graph);
            assertThat(report.findings()).isEmpty();
            assertThat(report.variables())
                    .singleElement()
                    .satisfies(variable -> assertThat(variable.name()).isEqualTo("TAVILY_API_KEY"));
        }
    }
}
