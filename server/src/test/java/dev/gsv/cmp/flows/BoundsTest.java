package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundsTest {
    private static Usage bound(Bench bench, Graph graph) {
        return bench.engine.bound(graph.flow(), bench.input, bench.config);
    }

    @Test
    void a_flow_without_a_model_has_no_tokens() {
        try (Bench bench = Bench.offline()) {
            Graph graph = new Graph()
                    .node("in", "ChatInput")
                    .node("kb", "KnowledgeRetrieval")
                    .node("out", "ChatOutput")
                    .edge("in", "kb", "search_query")
                    .edge("kb", "out", "input_value");
            assertThat(bound(bench, graph)).isEqualTo(new Usage(0, 0, 0, 1, 1, 0, Usage.NONE));
        }
    }

    @Test
    void a_flow_that_cannot_run_is_bounded_too() {
        try (Bench bench = Bench.offline()) {
            assertThat(bound(bench, new Graph())).isEqualTo(new Usage(0, 0, 0, 1, 0, 0, Usage.NONE));
        }
    }

    @Test
    void output_is_bounded_by_the_limit_of_each_model_node() {
        try (Bench bench = new Bench("http://127.0.0.1:1", "")) {
            assertThat(bound(bench, Graph.chat("gpt-4o")).llmTokensOut()).isEqualTo(ModelNodes.DEFAULT_MAX_TOKENS);
            bench.config.put("max_output_tokens", 300);
            Graph two = Graph.chat("gpt-4o").node("more", "OpenAIModel").edge("more", "out", "input_value");
            assertThat(bound(bench, two).llmTokensOut()).isEqualTo(600);
        }
    }

    @Test
    void a_run_stays_within_its_bound() throws Exception {
        try (FakeModel fake = new FakeModel();
                Bench bench = Bench.with(fake)) {
            fake.always(exchange -> exchange.json(200, FakeModel.completion("word ".repeat(200), "length", "")));
            bench.config.put("max_output_tokens", 256);
            bench.retriever = (query, topK) -> IntStream.range(0, topK)
                    .mapToObj(i -> Bench.passage("t" + i, "A sentence about shipping. ".repeat(40)))
                    .toList();
            Graph graph = new Graph()
                    .node("in", "ChatInput")
                    .node("memory", "Memory")
                    .node("kb", "KnowledgeRetrieval", "top_k", 6)
                    .node("p", "Prompt", "template", "{h}\n{c}\n{q}\n{q} 👋 {x:>3}", "x", "literal")
                    .node("one", "OpenAIModel", "system_message", "Be brief.")
                    .node("two", "OpenAIModel", "system_message", "Shorter.")
                    .node("out", "ChatOutput")
                    .edge("in", "kb", "search_query")
                    .edge("memory", "p", "h")
                    .edge("kb", "p", "c")
                    .edge("in", "p", "q")
                    .edge("p", "one", "input_value")
                    .edge("one", "two", "input_value")
                    .edge("two", "out", "input_value");
            for (String question :
                    List.of("Hi", "Où est ma commande ? ".repeat(50), "配送はどこですか".repeat(30), "🧾".repeat(99))) {
                bench.asking(question);
                bench.history.append(
                        bench.input.session(), List.of(new Turn("user", "some earlier words ".repeat(60))));
                Usage bound = bound(bench, graph);
                Usage used = bench.answered(graph).usage();
                assertThat(used.llmTokensIn()).as(question).isLessThanOrEqualTo(bound.llmTokensIn());
                assertThat(used.llmTokensOut()).isLessThanOrEqualTo(bound.llmTokensOut());
                assertThat(used.ragQueries()).isEqualTo(bound.ragQueries());
            }
        }
    }

    @Test
    void the_extractive_model_stays_within_its_bound() {
        try (Bench bench = Bench.offline()) {
            bench.retriever = (query, topK) -> IntStream.range(0, topK)
                    .mapToObj(i -> Bench.passage("t" + i, "Shipping of kind " + i + " takes days. ".repeat(60)))
                    .toList();
            bench.asking("How long does shipping take?");
            Usage bound = bound(bench, Graph.faq());
            Usage used = bench.answered(Graph.faq()).usage();
            assertThat(bound.llmTokensIn()).isBetween(used.llmTokensIn(), 5_000L);
            assertThat(used.llmTokensOut()).isBetween(1L, bound.llmTokensOut());
        }
    }
}
