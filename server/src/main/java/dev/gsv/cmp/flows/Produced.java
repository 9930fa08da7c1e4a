package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a node leaves behind: one value on all of its outputs, or a value on each output that it took. */
sealed interface Produced permits Value, Produced.Each {

    /** What leaves by this output; null when it was not taken, so that nothing behind it works. */
    @Nullable
    Value at(String output);

    /** Values by the name of the output; an output that is missing was not taken. */
    record Each(Map<String, Value> byOutput) implements Produced {
        @Override
        public @Nullable Value at(String output) {
            return byOutput.get(output);
        }
    }

    /**
     * The values that reach a node, by field; empty when it has no part in this run: something that it needs lies on a
     * way that was not taken. Where several ways meet in one field, one of them is enough.
     */
    static Optional<Map<String, List<Value>>> gather(
            List<Flow.Edge> into, Function<Flow.Edge, @Nullable Value> source) {
        Map<String, List<Value>> inputs = new HashMap<>();
        Set<String> fields = new HashSet<>();
        for (Flow.Edge edge : into) {
            fields.add(edge.field());
            Value value = source.apply(edge);
            if (value != null) {
                inputs.computeIfAbsent(edge.field(), field -> new ArrayList<>()).add(value);
            }
        }
        return inputs.keySet().containsAll(fields) ? Optional.of(inputs) : Optional.empty();
    }
}
