package dev.gsv.cmp.flows;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/**
 * What a node sees while it works: its own fields, what reached them, and its run.
 *
 * @param inputs values by the name of the field that they reached
 */
record Work(Flow.Node node, Map<String, List<Value>> inputs, Run run, Meter meter) {
    /** The surroundings of every node of one run. */
    record Run(
            Plan plan,
            RunInput input,
            Surroundings around,
            Deadline deadline,
            OpenAiClient client,
            ModelSettings models) {}

    boolean connected(String field) {
        return inputs.containsKey(field);
    }

    /** What reached the field, else the field's own value as text. */
    Value value(String field) {
        List<Value> reached = inputs.get(field);
        return reached == null ? new Value.Text(node.text(field)) : Value.joined(reached);
    }

    String text(String field) {
        return value(field).asText();
    }

    boolean flag(String field, boolean otherwise) {
        return node.field(field)
                .map(found -> found.value().asBoolean(otherwise))
                .orElse(otherwise);
    }

    static OptionalInt whole(String text) {
        OptionalDouble number = number(text);
        return number.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) number.getAsDouble());
    }

    static OptionalDouble number(String text) {
        try {
            double number = text.isBlank() ? Double.NaN : Double.parseDouble(text.strip());
            return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }

    static OptionalDouble number(JsonNode config, String name) {
        return config.path(name).isNumber()
                ? OptionalDouble.of(config.path(name).asDouble())
                : OptionalDouble.empty();
    }
}
