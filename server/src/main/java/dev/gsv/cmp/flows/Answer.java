package dev.gsv.cmp.flows;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What leaves a flow: the first exit that has a text, {@code ChatOutput} before {@code TextOutput}.
 *
 * @param exit id of that exit
 */
record Answer(String text, ObjectNode data, String exit) {
    static Answer of(Plan plan, Map<String, Produced> values) {
        Flow.Node chosen = plan.exits().stream()
                .filter(exit -> !text(exit, values).isBlank())
                .findFirst()
                .orElse(plan.exits().getFirst());
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        if (values.get(chosen.id()) instanceof Value.Text message && message.data() != null) {
            data.setAll(message.data());
        }
        if (plan.exits().size() > 1) {
            ArrayNode outputs = data.putArray("outputs");
            for (Flow.Node exit : plan.exits()) {
                outputs.addObject()
                        .put("node", Value.storable(exit.id()))
                        .put("component", exit.type())
                        .put("text", text(exit, values));
            }
        }
        return new Answer(text(chosen, values), data, chosen.id());
    }

    private static String text(Flow.Node exit, Map<String, Produced> values) {
        return values.get(exit.id()) instanceof Value value ? value.asText() : "";
    }

    /** The turns that the flow's chat nodes want stored: the question, then this answer. */
    List<Turn> turns(Plan plan, Map<String, Produced> values, Instant now) {
        List<Turn> turns = new ArrayList<>();
        for (Flow.Node node : plan.order()) {
            if (node.type().equals("ChatInput") && stores(node) && values.get(node.id()) instanceof Value value) {
                turns.add(new Turn(Turn.USER, value.asText(), node.text("sender_name"), now));
                break;
            }
        }
        Flow.Node last = plan.node(exit);
        if (last.type().equals("ChatOutput") && stores(last)) {
            turns.add(new Turn(Turn.ASSISTANT, text, last.text("sender_name"), now));
        }
        return turns;
    }

    private static boolean stores(Flow.Node node) {
        return node.field("should_store_message")
                .map(field -> field.value().asBoolean(true))
                .orElse(true);
    }
}
