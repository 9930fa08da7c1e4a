package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PartsTest {
    private final Bench bench = Bench.offline();

    @AfterEach
    void close() {
        bench.close();
    }

    private String answer(Graph graph) {
        return bench.answered(graph).text();
    }

    @Nested
    class Parsing {
        private Graph rows(String type, String field, String output, Object... fields) {
            return new Graph()
                    .node("hook", "Webhook")
                    .node("x", type, fields)
                    .node("out", "ChatOutput")
                    .edge("hook", "output_data", "x", field)
                    .edge("x", output, "out", "input_value");
        }

        @Test
        void a_parser_fills_its_template_for_each_row() {
            bench.asking("{\"results\":[{\"n\":\"Ann\",\"a\":3},{\"n\":\"Bob\",\"more\":{\"x\":1}}]}");
            assertThat(answer(rows(
                            "ParserComponent", "input_data", "parsed_text", "pattern", "{n} is {a}", "sep", " / ")))
                    .isEqualTo("Ann is 3 / Bob is ");
            assertThat(answer(rows("parser", "input_data", "parsed_text", "pattern", "{more}", "sep", "\\n")))
                    .isEqualTo("\n{\"x\":1}");
            assertThat(answer(rows("ParserComponent", "input_data", "parsed_text", "mode", "Stringify")))
                    .contains("\"Ann\"", "\"Bob\"");
        }

        @Test
        void parse_data_has_a_text_and_a_list() {
            bench.asking("[{\"n\":\"Ann\"},{\"n\":\"Bob\"}]");
            assertThat(answer(rows("ParseData", "data", "text", "template", "{n}!")))
                    .isEqualTo("Ann!\nBob!");
            Graph list = rows("ParseData", "data", "data_list", "template", "{n}!");
            assertThat(answer(list)).isEqualTo("Ann!\nBob!");
            assertThat(answer(rows("ParseData", "data", "text", "template", "{data}")))
                    .contains("{\"n\":\"Ann\"}");
            assertThat(answer(rows("ParseDataFrame", "df", "text", "template", "{n}")))
                    .isEqualTo("Ann\nBob");
        }

        @Test
        void rows_that_would_fill_the_memory_are_stopped() {
            Graph graph = new Graph()
                    .node("hook", "Webhook")
                    .node("split", "SplitText", "text_key", "t", "separator", " ", "chunk_size", 1, "chunk_overlap", 0)
                    .node("x", "ParseData", "template", "{big}")
                    .node("out", "ChatOutput")
                    .edge("hook", "output_data", "split", "data_inputs")
                    .edge("split", "dataframe", "x", "data")
                    .edge("x", "data_list", "out", "input_value");
            String payload = "{\"t\":\"" + "a ".repeat(9_000) + "\",\"big\":\"" + "x".repeat(500_000) + "\"}";
            assertThat(bench.asking(payload).failed(graph).fault()).isEqualTo(Fault.OUTPUT_TOO_LARGE);
        }

        @Test
        void braces_inside_a_row_are_text() {
            bench.asking("{\"n\":\"{secret}\",\"secret\":\"no\"}");
            assertThat(answer(rows("ParserComponent", "input_data", "parsed_text", "pattern", "{n}")))
                    .isEqualTo("{secret}");
        }

        @Test
        void a_payload_that_is_no_json_is_a_payload() {
            bench.asking("just text");
            assertThat(answer(rows("ParserComponent", "input_data", "parsed_text", "pattern", "{payload}")))
                    .isEqualTo("just text");
            bench.asking("[".repeat(5_000));
            assertThat(answer(rows("ParserComponent", "input_data", "parsed_text", "pattern", "{payload}")))
                    .startsWith("[[[");
        }

        @Test
        void combined_texts_keep_their_order() {
            Graph graph = new Graph()
                    .node("x", "CombineText", "text1", "a", "text2", "b", "delimiter", "-")
                    .node("out", "ChatOutput")
                    .edge("x", "combined_text", "out", "input_value");
            assertThat(answer(graph)).isEqualTo("a-b");
        }
    }

    @Nested
    class Splitting {
        private List<String> chunks(String text, Object... fields) {
            Graph graph = new Graph()
                    .node("in", "ChatInput")
                    .node("x", "SplitText", fields)
                    .node("p", "ParserComponent", "pattern", "{text}", "sep", "|")
                    .node("out", "ChatOutput")
                    .edge("in", "message", "x", "data_inputs")
                    .edge("x", "dataframe", "p", "input_data")
                    .edge("p", "parsed_text", "out", "input_value");
            return List.of(split(text, graph).split("\\|", -1));
        }

        private String split(String text, Graph graph) {
            return bench.asking(text).answered(graph).text();
        }

        @Test
        void chunks_are_full_and_begin_with_the_end_of_the_one_before() {
            String text = IntStream.range(10, 30).mapToObj(Integer::toString).collect(Collectors.joining(" "));
            List<String> chunks = chunks(text, "separator", " ", "chunk_size", 14, "chunk_overlap", 5);
            assertThat(chunks).startsWith("10 11 12 13 14", "13 14 15 16 17").allMatch(chunk -> chunk.length() <= 14);
            assertThat(chunks.getLast()).endsWith("29");
        }

        @Test
        void separators_are_understood_as_they_were_typed() {
            assertThat(chunks("a\n\nb\nc", "separator", "\\n", "chunk_size", 1, "chunk_overlap", 0))
                    .containsExactly("a", "b", "c");
            assertThat(chunks("a\n\nb\nc", "separator", "/n/n", "chunk_size", 3, "chunk_overlap", 0))
                    .containsExactly("a", "b\nc");
            assertThat(chunks("a;b", "separator", ";", "keep_separator", "End", "chunk_size", 2, "chunk_overlap", 0))
                    .containsExactly("a;", "b");
            assertThat(chunks("a;b", "separator", ";", "keep_separator", "Start", "chunk_size", 2, "chunk_overlap", 0))
                    .containsExactly("a", ";b");
        }

        @Test
        void recursively_every_chunk_fits() {
            String text = "First paragraph is short.\n\n" + "x".repeat(95) + " " + "word ".repeat(30);
            assertThat(chunks(text, "mode", "Recursive", "chunk_size", 40, "chunk_overlap", 0))
                    .startsWith("First paragraph is short.")
                    .allMatch(chunk -> chunk.length() <= 40);
        }

        @Test
        void more_chunks_than_the_limit_and_an_overlap_beyond_the_size_are_refused() {
            Graph graph = Samples.fed(
                    "SplitText", "data_inputs", "dataframe", "separator", " ", "chunk_size", 1, "chunk_overlap", 0);
            assertThat(bench.asking("a ".repeat(Splits.MAX_CHUNKS + 1))
                            .failed(graph)
                            .fault())
                    .isEqualTo(Fault.OUTPUT_TOO_LARGE);
            Graph odd = Samples.fed("SplitText", "data_inputs", "dataframe", "chunk_size", 5, "chunk_overlap", 9);
            assertThat(bench.asking("a").failed(odd).fault()).isEqualTo(Fault.FLOW_INVALID);
        }
    }

    @Nested
    class Routing {
        private Graph graph(String operator, String match) {
            return new Graph()
                    .node("in", "ChatInput")
                    .node("x", "ConditionalRouter", "operator", operator, "match_text", match)
                    .node("yes", "Prompt", "template", "yes {t}")
                    .node("no", "Prompt", "template", "no {t}")
                    .node("out", "ChatOutput")
                    .edge("in", "message", "x", "input_text")
                    .edge("x", "true_result", "yes", "t")
                    .edge("x", "false_result", "no", "t")
                    .edge("yes", "prompt", "out", "input_value")
                    .edge("no", "prompt", "out", "input_value");
        }

        private String routed(String text, String operator, String match) {
            return bench.asking(text).answered(graph(operator, match)).text();
        }

        @Test
        void what_lies_only_behind_a_way_that_was_not_taken_does_not_work() {
            Outcome.Answered answered = bench.asking("Hello").answered(graph("equals", "HELLO"));
            assertThat(answered.text()).isEqualTo("yes Hello");
            assertThat(answered.trace()).extracting(Step::node).containsExactly("in", "x", "yes", "out");
        }

        @Test
        void every_comparison() {
            assertThat(routed("Hello", "not equals", "x")).startsWith("yes");
            assertThat(routed("Hello", "contains", "ELL")).startsWith("yes");
            assertThat(routed("Hello", "starts with", "lo")).startsWith("no");
            assertThat(routed("Hello", "ends with", "lo")).startsWith("yes");
            assertThat(routed("Hello", "regex", "h.*")).startsWith("no");
            assertThat(routed("Hello", "regex", "H[a-z]+")).startsWith("yes");
            assertThat(routed("Hello", "regex", "H[")).startsWith("no");
            assertThat(routed("9", "less than", "10")).startsWith("yes");
            assertThat(routed("9", "greater than or equal", "10")).startsWith("no");
        }

        @Test
        void a_pattern_that_looks_for_years_is_stopped() {
            Outcome.Failed failed = bench.asking("a".repeat(60) + "!").failed(graph("regex", "(a|aa)+(b)\\2$"));
            assertThat(failed.fault()).isEqualTo(Fault.NODE_FAILED);
            assertThat(failed.message()).contains("too long");
        }

        @Test
        void each_way_has_its_own_message() {
            Graph graph = new Graph()
                    .node("in", "ChatInput")
                    .node(
                            "x",
                            "ConditionalRouter",
                            "match_text",
                            "a",
                            "true_case_message",
                            "T",
                            "false_case_message",
                            "F")
                    .node("out", "ChatOutput")
                    .edge("in", "message", "x", "input_text")
                    .edge("x", "true_result", "out", "input_value")
                    .edge("x", "false_result", "out", "input_value");
            assertThat(bench.asking("a").answered(graph).text()).isEqualTo("T");
            assertThat(bench.asking("b").answered(graph).text()).isEqualTo("F");
        }

        @Test
        void what_needs_both_ways_does_not_work() {
            Graph graph = graph("equals", "a")
                    .node("both", "Prompt", "template", "{a}{b}")
                    .node("more", "TextOutput")
                    .edge("yes", "both", "a")
                    .edge("no", "both", "b")
                    .edge("both", "more", "input_value");
            assertThat(bench.asking("a").answered(graph).trace())
                    .extracting(Step::node)
                    .doesNotContain("both", "more", "no");
        }
    }

    @Nested
    class Looping {
        @Test
        void every_row_goes_round_once_in_its_order() {
            Outcome.Answered answered = bench.asking("a\nb\nc").answered(Samples.loop());
            assertThat(answered.text()).isEqualTo("[a]+[b]+[c]");
            assertThat(answered.trace())
                    .extracting(Step::node)
                    .contains("x", "line", "data")
                    .hasSize(7);
        }

        @Test
        void what_comes_from_outside_is_the_same_in_every_round() {
            Graph graph = new Graph()
                    .node("hook", "Webhook")
                    .node("word", "TextInput", "input_value", "hi")
                    .node("x", Loops.TYPE)
                    .node("line", "ParserComponent", "pattern", "{n}")
                    .node("p", "CombineText", "delimiter", " ")
                    .node("all", "ParserComponent", "pattern", "{text}", "sep", "+")
                    .node("out", "ChatOutput")
                    .edge("hook", "output_data", "x", "data")
                    .edge("x", "item", "line", "input_data")
                    .edge("word", "text", "p", "text1")
                    .edge("line", "parsed_text", "p", "text2")
                    .edge("p", "combined_text", "x", "item")
                    .edge("x", "done", "all", "input_data")
                    .edge("all", "parsed_text", "out", "input_value");
            assertThat(bench.asking("[{\"n\":1},{\"n\":2}]").answered(graph).text())
                    .isEqualTo("hi 1+hi 2");
        }

        @Test
        void more_rounds_than_the_limit_are_refused_before_the_first() {
            Outcome.Failed failed =
                    bench.asking("x\n".repeat(Loops.MAX_ROUNDS + 1)).failed(Samples.loop());
            assertThat(failed.fault()).isEqualTo(Fault.FLOW_TOO_LARGE);
            assertThat(failed.trace()).extracting(Step::node).doesNotContain("line");
        }

        @Test
        void a_loop_that_cmp_cannot_follow_needs_a_runtime() {
            Graph leaves = Samples.loop().node("more", "TextOutput").edge("line", "more", "input_value");
            assertThat(bench.failed(leaves).fault()).isEqualTo(Fault.NEEDS_RUNTIME);
            Graph open =
                    new Graph().node("x", Loops.TYPE).node("out", "ChatOutput").edge("x", "done", "out", "input_value");
            assertThat(bench.failed(open).fault()).isEqualTo(Fault.NEEDS_RUNTIME);
        }
    }

    @Nested
    class Remembering {
        @Test
        void a_flow_keeps_what_it_stores_once_the_run_has_answered() {
            Graph graph = new Graph()
                    .node("in", "ChatInput", "should_store_message", false)
                    .node("note", "Prompt", "template", "noted: {q}")
                    .node("keep", "Memory", "mode", "Store", "sender", "Machine", "sender_name", "Clerk")
                    .node("out", "ChatOutput", "should_store_message", false)
                    .edge("in", "message", "note", "q")
                    .edge("note", "prompt", "keep", "message")
                    .edge("in", "message", "out", "input_value");
            assertThat(bench.in("i:s").asking("Hi").answered(graph).text()).isEqualTo("Hi");
            assertThat(bench.history.turns.get("i:s"))
                    .extracting(Turn::role, Turn::content, Turn::name)
                    .containsExactly(org.assertj.core.api.Assertions.tuple("assistant", "noted: Hi", "Clerk"));
        }

        @Test
        void a_run_stores_so_many_messages_and_no_more() {
            Graph graph = new Graph()
                    .node("hook", "Webhook")
                    .node("x", Loops.TYPE)
                    .node("keep", "StoreMessage", "sender", "User")
                    .node("out", "ChatOutput")
                    .edge("hook", "output_data", "x", "data")
                    .edge("x", "item", "keep", "message")
                    .edge("keep", "stored_messages", "x", "item")
                    .edge("x", "done", "out", "input_value");
            String row = "{\"text\":\"kept\"}";
            String most = ("," + row).repeat(Recall.MAX_STORED).substring(1);
            assertThat(bench.in("i:s")
                            .asking("[" + most + "," + row + "]")
                            .failed(graph)
                            .fault())
                    .isEqualTo(Fault.FLOW_TOO_LARGE);
            assertThat(bench.history.turns).isEmpty();
            bench.asking("[" + most + "]").answered(graph);
            assertThat(bench.history.turns.get("i:s")).hasSize(Recall.MAX_STORED + 1);
        }

        @Test
        void the_kind_of_sender_has_a_field_of_its_own_in_newer_files() {
            bench.in("i:s").history.append("i:s", List.of(new Turn("user", "asked"), new Turn("assistant", "said")));
            Graph graph = Samples.single(
                    "Memory", "messages_text", "sender", "User", "sender_type", "Machine", "template", "{text}");
            assertThat(answer(graph)).isEqualTo("said");
        }
    }
}
