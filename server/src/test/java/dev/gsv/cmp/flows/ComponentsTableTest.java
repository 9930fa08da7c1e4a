package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Keeps {@code docs/guides/components.md} and the engine one. */
class ComponentsTableTest {
    private static final Path GUIDE = Path.of("..", "docs", "guides", "components.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| ([^|]*[^| ]) *\\|");
    private static final List<String> VERDICTS = List.of("native", "native with limits", "Langflow only");

    private static Map<String, String> table() throws Exception {
        Map<String, String> table = new TreeMap<>();
        String components = Files.readString(GUIDE).split("## What flows reach", -1)[0];
        for (MatchResult row : ROW.matcher(components).results().toList()) {
            assertThat(table.put(row.group(1), row.group(2)))
                    .as(row.group(1) + " once")
                    .isNull();
        }
        return table;
    }

    @Test
    void every_row_has_one_of_three_verdicts() throws Exception {
        assertThat(table().values()).hasSizeGreaterThan(40).allMatch(VERDICTS::contains);
    }

    @Test
    void what_the_engine_knows_is_native_in_the_table_and_nothing_else_is() throws Exception {
        Map<String, String> table = table();
        table.values().removeIf(verdict -> verdict.equals("Langflow only"));
        assertThat(table.keySet()).containsExactlyInAnyOrderElementsOf(Components.known());
    }

    @Test
    void every_native_component_of_the_table_answers_in_a_run() throws Exception {
        try (FakeModel fake = new FakeModel();
                Bench bench = new Bench(
                        new ModelSettings(fake.url(), "", ""),
                        new FetchSettings(
                                List.of(), List.of(URI.create(fake.url()).getAuthority())))) {
            fake.always(exchange -> exchange.ok("{\"objects\":[{\"field\":\"found\"}]}", 11, 5));
            bench.retriever = (query, topK) -> List.of(Bench.passage("title", "text"));
            for (String type : Components.known()) {
                Graph graph = Samples.of(type, fake.url());
                assertThat(Components.unsupported(graph.flow())).as(type).isEmpty();
                assertThat(bench.asking("{\"text\":\"Hello\"}").answered(graph).text())
                        .as(type)
                        .isNotBlank();
            }
        }
    }

    @Test
    void what_the_table_leaves_to_langflow_is_refused() throws Exception {
        try (Bench bench = Bench.offline()) {
            table().forEach((type, verdict) -> {
                if (verdict.equals("Langflow only")) {
                    Graph graph = new Graph()
                            .node("x", type)
                            .node("out", "ChatOutput")
                            .edge("x", "out", "input_value");
                    assertThat(bench.failed(graph).fault()).as(type).isEqualTo(Fault.NEEDS_RUNTIME);
                }
            });
        }
    }
}
