package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code Prompt}: a template filled with what reached its variables. */
final class Prompts {
    private Prompts() {}

    static Value prompt(Work work) {
        List<Passage> passages = new ArrayList<>();
        Map<String, String> texts = new HashMap<>();
        Function<String, @Nullable String> values = name -> {
            boolean known = work.connected(name) || work.node().field(name).isPresent();
            if (!known) {
                return null;
            }
            return texts.computeIfAbsent(name, variable -> {
                Value value = work.value(variable);
                Value.addNew(passages, value.passages());
                return value.asText();
            });
        };
        String template = work.text("template");
        String text =
                doubleBraces(work.node()) ? Template.fillDouble(template, values) : Template.fill(template, values);
        return new Value.Text(text, List.copyOf(passages), null);
    }

    static boolean doubleBraces(Flow.Node node) {
        return node.field("use_double_brackets")
                        .map(field -> field.value().asBoolean(false))
                        .orElse(false)
                || node.text("mode").equals("{{variable}}")
                || node.text("mode").equals("mustache");
    }
}
