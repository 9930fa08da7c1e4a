package dev.gsv.cmp.flows;

import java.util.List;

/** {@code ChatInput} and {@code TextInput}: where the caller's question enters. */
final class Entries {
    private Entries() {}

    static Value chatInput(Work work) {
        String text = work.run().input().text();
        return text.isEmpty() ? work.value("input_value").toText() : new Value.Text(text);
    }

    static Value textInput(Work work) {
        if (work.connected("input_value")) {
            return work.value("input_value").toText();
        }
        return takesQuestion(work.run().plan(), work.node())
                ? new Value.Text(work.run().input().text())
                : new Value.Text(work.node().text("input_value"));
    }

    /**
     * Whether the caller's question enters here. A chat input takes it alone; without one, text inputs that were left
     * empty take it, and when each has a text of its own, the first.
     */
    static boolean takesQuestion(Plan plan, Flow.Node node) {
        if (plan.order().stream().anyMatch(other -> other.type().equals("ChatInput"))) {
            return node.type().equals("ChatInput");
        }
        List<Flow.Node> inputs = plan.order().stream()
                .filter(other -> other.type().equals("TextInput"))
                .toList();
        boolean someEmpty =
                inputs.stream().anyMatch(other -> other.text("input_value").isBlank());
        return someEmpty ? node.text("input_value").isBlank() : inputs.indexOf(node) == 0;
    }
}
