package dev.gsv.cmp.flows;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code ChatInput}, {@code TextInput} and {@code Webhook}: where the caller's question enters. */
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

    /** The payload of a call: what the caller sent, as JSON when it is JSON; else the sample inside the flow. */
    static Value webhook(Work work) {
        String sent = work.run().input().text();
        String payload = sent.isBlank() ? work.text("data") : sent;
        if (payload.isBlank()) {
            return new Value.Data(JsonNodeFactory.instance.objectNode(), List.of());
        }
        return new Value.Data(
                Jsons.parse(payload)
                        .filter(JsonNode::isContainer)
                        .orElseGet(() -> JsonNodeFactory.instance.objectNode().put("payload", payload)),
                List.of());
    }

    /**
     * Whether the caller's question enters here. A chat input takes it alone, or a webhook; without those, text inputs
     * that were left empty take it, and when each has a text of its own, the first.
     */
    static boolean takesQuestion(Plan plan, Flow.Node node) {
        for (String alone : new String[] {"ChatInput", "Webhook"}) {
            if (plan.all().anyMatch(other -> other.type().equals(alone))) {
                return node.type().equals(alone);
            }
        }
        List<Flow.Node> inputs =
                plan.all().filter(other -> other.type().equals("TextInput")).toList();
        boolean someEmpty =
                inputs.stream().anyMatch(other -> other.text("input_value").isBlank());
        return someEmpty ? node.text("input_value").isBlank() : inputs.indexOf(node) == 0;
    }
}
