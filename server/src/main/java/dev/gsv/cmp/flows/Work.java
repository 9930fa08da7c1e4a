package dev.gsv.cmp.flows;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a node sees while it works: its own fields, what reached them, and its run.
 *
 * @param inputs values by the name of the field that they reached
 */
record Work(Flow.Node node, Map<String, List<Value>> inputs, Run run, Meter meter) {
    /**
     * The surroundings of every node of one run.
     *
     * @param toStore what the flow itself wants remembered, once the run has answered
     * @param audit what happened inside of nodes: a loop's rounds, an agent's tools
     * @param fetches how often the run went to the network for its flow
     */
    record Run(
            Plan plan,
            RunInput input,
            Surroundings around,
            Deadline deadline,
            Clock clock,
            OpenAiClient client,
            ModelSettings models,
            FetchClient fetcher,
            Queue<Turn> toStore,
            Queue<Step> audit,
            AtomicInteger fetches) {
        Run(
                Plan plan,
                RunInput input,
                Surroundings around,
                Deadline deadline,
                Clock clock,
                OpenAiClient client,
                ModelSettings models,
                FetchClient fetcher) {
            this(
                    plan,
                    input,
                    around,
                    deadline,
                    clock,
                    client,
                    models,
                    fetcher,
                    new ConcurrentLinkedQueue<>(),
                    new ConcurrentLinkedQueue<>(),
                    new AtomicInteger());
        }

        /** Ends the node that asks when the run is over; for work that waits for nobody. */
        void goOn() {
            if (deadline.passed() || Thread.currentThread().isInterrupted()) {
                throw new ModelHttpClient.RunOver();
            }
        }
    }

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

    /** What reached the field as rows; several values follow one another. */
    List<ObjectNode> rows(String field) {
        List<Value> reached = inputs.getOrDefault(field, List.of(value(field)));
        return reached.stream()
                .flatMap(value -> value.toTable().rows().stream())
                .toList();
    }

    List<Passage> passages(String field) {
        List<Passage> passages = new ArrayList<>();
        inputs.getOrDefault(field, List.of()).forEach(value -> Value.addNew(passages, value.passages()));
        return List.copyOf(passages);
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
