package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class TemplateTest {
    private static final Function<String, @Nullable String> VALUES =
            Map.of("name", "Ada", "a b", "spaced", "שם", "רות", "evil", "{name} {{name}}", "emoji", "👩‍🚀")::get;

    @Test
    void variables_are_filled_and_doubled_braces_are_braces() {
        assertThat(Template.fill("Hi {name}, {{not}} {{{name}}}", VALUES)).isEqualTo("Hi Ada, {not} {Ada}");
        assertThat(Template.fill("{a b} {שם} {emoji}", VALUES)).isEqualTo("spaced רות 👩‍🚀");
        assertThat(Template.fill("{name!r} {name:>10}", VALUES)).isEqualTo("Ada Ada");
    }

    @Test
    void a_missing_variable_is_empty_and_json_stays() {
        assertThat(Template.fill("[{missing}]", VALUES)).isEqualTo("[]");
        assertThat(Template.fill("{\"a\": {name} }", VALUES)).isEqualTo("{\"a\": Ada }");
        assertThat(Template.fill("{\"a\": 1} { {name} } {} { {", VALUES)).isEqualTo("{\"a\": 1} { Ada } {} { {");
    }

    @Test
    void braces_inside_a_value_are_never_expanded() {
        assertThat(Template.fill("{evil}", VALUES)).isEqualTo("{name} {{name}}");
        assertThat(Template.fillDouble("{{evil}}", VALUES)).isEqualTo("{name} {{name}}");
    }

    @Test
    void double_brackets_leave_single_ones_alone() {
        assertThat(Template.fillDouble("{name} {{name}} {{ name }} {{missing}} {{\"x\"}}", VALUES))
                .isEqualTo("{name} Ada Ada  {{\"x\"}}");
    }

    @Test
    void a_million_open_braces_cost_no_more_than_their_length() {
        String braces = "{ ".repeat(400_000);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            assertThat(Template.fill(braces, VALUES)).isEqualTo(braces);
            assertThat(Template.fillDouble("{{" + " ".repeat(800_000), VALUES)).startsWith("{{ ");
        });
    }

    @Test
    void a_prompt_takes_fields_and_edges_in_both_modes() {
        try (Bench bench = Bench.offline().asking("{x} 👋 שלום")) {
            Graph graph = new Graph()
                    .node("in", "ChatInput")
                    .node("p", "Prompt Template", "template", "{a}+{b}+{c}", "a", "from a field", "c", "")
                    .node("m", "Prompt", "template", "{a}+{{b}}+{{p}}", "use_double_brackets", true)
                    .node("out", "ChatOutput")
                    .edge("in", "p", "b")
                    .edge("in", "m", "b")
                    .edge("p", "m", "p")
                    .edge("m", "out", "input_value");
            assertThat(bench.answered(graph).text()).isEqualTo("{a}+{x} 👋 שלום+from a field+{x} 👋 שלום+");
        }
    }
}
