package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random graphs give what a simple evaluator gives, one node after the other. */
class RandomGraphTest {
    private static final int GRAPHS = 300;

    private record Drawn(Graph graph, List<List<Integer>> sources) {}

    @Test
    void a_random_graph_answers_like_a_sequential_evaluation() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        try (Bench bench = Bench.offline().asking("q")) {
            for (int i = 0; i < GRAPHS; i++) {
                Drawn drawn = draw(random);
                String expected = evaluate(drawn.sources());
                assertThat(bench.answered(drawn.graph()).text())
                        .as("seed %d, graph %d: %s", seed, i, drawn.sources())
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void a_random_graph_with_an_edge_backwards_is_a_cycle_or_answers() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        try (Bench bench = Bench.offline().asking("q")) {
            for (int i = 0; i < GRAPHS; i++) {
                Drawn drawn = draw(random);
                int last = drawn.sources().size() - 1;
                int from = 1 + random.nextInt(last);
                int to = 1 + random.nextInt(from);
                drawn.graph().edge("n" + from, "n" + to, "v0");
                boolean reaches = reaches(drawn.sources(), to, from) && reaches(drawn.sources(), to, last);
                Outcome outcome = bench.run(drawn.graph());
                assertThat(outcome instanceof Outcome.Failed failed && failed.fault() == Fault.FLOW_HAS_CYCLE)
                        .as("seed %d, graph %d: %s plus %d to %d gave %s", seed, i, drawn.sources(), from, to, outcome)
                        .isEqualTo(reaches);
            }
        }
    }

    /** Node 0 is the question; each other one is a prompt with up to three earlier sources; the last one answers. */
    private static Drawn draw(Random random) {
        int size = 2 + random.nextInt(12);
        Graph graph = new Graph().node("n0", "ChatInput");
        List<List<Integer>> sources = new ArrayList<>(List.of(List.of()));
        for (int i = 1; i < size; i++) {
            List<Integer> from = new ArrayList<>();
            StringBuilder template = new StringBuilder("<" + i);
            for (int v = random.nextInt(4) - 1; v >= 0; v--) {
                int source = random.nextInt(i);
                template.append(" {v").append(from.size()).append('}');
                graph.edge("n" + source, "n" + i, "v" + from.size());
                from.add(source);
            }
            graph.node("n" + i, "Prompt", "template", template.append('>'));
            sources.add(from);
        }
        graph.node("out", "ChatOutput").edge("n" + (size - 1), "out", "input_value");
        return new Drawn(graph.shuffled(random), sources);
    }

    private static String evaluate(List<List<Integer>> sources) {
        Map<Integer, String> texts = new HashMap<>(Map.of(0, "q"));
        for (int i = 1; i < sources.size(); i++) {
            StringBuilder text = new StringBuilder("<" + i);
            sources.get(i).forEach(source -> text.append(' ').append(texts.get(source)));
            texts.put(i, text.append('>').toString());
        }
        return String.valueOf(texts.get(sources.size() - 1));
    }

    private static boolean reaches(List<List<Integer>> sources, int from, int to) {
        return from == to || sources.get(to).stream().anyMatch(source -> reaches(sources, from, source));
    }
}
