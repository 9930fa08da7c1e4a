package dev.gsv.cmp.flows;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code LoopComponent}: the nodes between its output {@code item} and the edge that leads back to it work once for
 * each row; what they send back becomes a row of {@code done}.
 */
final class Loops {
    static final String TYPE = "LoopComponent";
    /** Most rows that a loop goes through. */
    static final int MAX_ROUNDS = 200;
    /** Most nodes that one loop executes, all rounds together. */
    static final int MAX_LOOP_STEPS = 5_000;

    private static final String ITEM = "item";
    private static final String DATA = "data";

    /**
     * The inside of a loop.
     *
     * @param ids of the nodes inside
     * @param back the edge that ends a round
     */
    record Body(Set<String> ids, Flow.Edge back) {}

    private Loops() {}

    /** The inside of a loop; empty when nothing leads back to it, or more than one edge. */
    static Optional<Body> body(Flow.Node loop, List<Flow.Edge> edges) {
        List<Flow.Edge> back = edges.stream()
                .filter(edge -> edge.target().equals(loop.id()) && !edge.field().equals(DATA))
                .toList();
        if (back.size() != 1) {
            return Optional.empty();
        }
        Map<String, List<String>> next = new HashMap<>();
        Map<String, List<String>> previous = new HashMap<>();
        for (Flow.Edge edge : edges) {
            boolean outward = edge.source().equals(loop.id()) && !edge.output().equals(ITEM);
            if (!outward && !edge.target().equals(loop.id())) {
                next.computeIfAbsent(edge.source(), id -> new ArrayList<>()).add(edge.target());
                previous.computeIfAbsent(edge.target(), id -> new ArrayList<>()).add(edge.source());
            }
        }
        Set<String> inside = walk(next, loop.id());
        Set<String> leadBack = walk(previous, back.getFirst().source());
        inside.retainAll(leadBack);
        inside.remove(loop.id());
        return inside.contains(back.getFirst().source())
                ? Optional.of(new Body(Set.copyOf(inside), back.getFirst()))
                : Optional.empty();
    }

    private static Set<String> walk(Map<String, List<String>> ways, String from) {
        Set<String> walked = new HashSet<>();
        List<String> open = new ArrayList<>(List.of(from));
        while (!open.isEmpty()) {
            String id = open.removeLast();
            if (walked.add(id)) {
                open.addAll(ways.getOrDefault(id, List.of()));
            }
        }
        return walked;
    }

    /** Why this loop needs a Langflow runtime; empty when it does not. */
    static Optional<String> reason(Flow flow, Flow.Node loop) {
        Optional<Body> found = body(loop, flow.edges());
        if (found.isEmpty()) {
            return Optional.of("A Loop without exactly one edge that leads back to it needs a Langflow runtime.");
        }
        Body body = found.get();
        boolean leaves = flow.edges().stream()
                .filter(edge -> !edge.equals(body.back()))
                .anyMatch(edge ->
                        body.ids().contains(edge.source()) && !body.ids().contains(edge.target())
                                || edge.source().equals(loop.id())
                                        && edge.output().equals(ITEM)
                                        && !body.ids().contains(edge.target()));
        if (leaves) {
            return Optional.of("A Loop whose rounds feed something outside of it needs a Langflow runtime.");
        }
        boolean nested = flow.nodes().stream()
                .anyMatch(node -> node.type().equals(TYPE) && body.ids().contains(node.id()));
        return nested ? Optional.of("A Loop inside a Loop needs a Langflow runtime.") : Optional.empty();
    }

    /** The field of a loop under which it takes, once, what reaches a node inside from outside. */
    static String port(Flow.Edge inward) {
        return inward.target() + "\n" + inward.field();
    }

    static Produced rounds(Work work) {
        List<ObjectNode> rows = work.rows(DATA);
        List<Flow.Node> nodes = work.run().plan().inside(work.node());
        if (rows.size() > MAX_ROUNDS || (long) rows.size() * nodes.size() > MAX_LOOP_STEPS) {
            throw new NodeFault(
                    Fault.FLOW_TOO_LARGE,
                    "A Loop would take " + rows.size() + " rounds of " + nodes.size() + " steps; it may take "
                            + MAX_ROUNDS + " rounds and " + MAX_LOOP_STEPS + " steps.");
        }
        Map<String, Inner> steps = new LinkedHashMap<>();
        nodes.forEach(node -> steps.put(node.id(), new Inner(node, work.meter().beside())));
        List<ObjectNode> done = new ArrayList<>();
        long chars = 0;
        try {
            for (ObjectNode row : rows) {
                Value result = round(work, steps, new Value.Data(row, List.of()));
                if (result != null) {
                    chars += result.asText().length();
                    Value.bounded(chars);
                    done.addAll(result.toTable().rows());
                }
            }
        } finally {
            steps.values().stream()
                    .map(Inner::step)
                    .flatMap(Optional::stream)
                    .forEach(work.run().audit()::add);
        }
        return new Value.Table(List.copyOf(done), "", List.of());
    }

    private static @Nullable Value round(Work work, Map<String, Inner> steps, Value item) {
        Map<String, Produced> produced = new HashMap<>();
        produced.put(work.node().id(), item);
        for (Inner inner : steps.values()) {
            work.run().goOn();
            Produced.gather(work.run().plan().into(inner.node), edge -> {
                        if (!steps.containsKey(edge.source())
                                && !edge.source().equals(work.node().id())) {
                            return Value.joined(work.inputs().getOrDefault(port(edge), List.of()));
                        }
                        Produced source = produced.get(edge.source());
                        return source == null ? null : source.at(edge.output());
                    })
                    .ifPresent(inputs -> produced.put(inner.node.id(), inner.run(work, inputs)));
        }
        Flow.Edge back = work.run().plan().back(work.node());
        Produced last = produced.get(back.source());
        return last == null ? null : last.at(back.output());
    }

    /** A node inside a loop, through all of its rounds: one step of the trace. */
    private static final class Inner {
        private final Flow.Node node;
        private final Meter meter;
        private @Nullable Instant started;
        private long nanos;
        private String outcome = Step.OK;

        Inner(Flow.Node node, Meter meter) {
            this.node = node;
            this.meter = meter;
        }

        Produced run(Work work, Map<String, List<Value>> inputs) {
            started = started == null ? work.run().clock().instant() : started;
            long began = System.nanoTime();
            outcome = Step.FAILED;
            Produced produced = Components.behaviour(node).run(new Work(node, inputs, work.run(), meter));
            outcome = Step.OK;
            nanos += System.nanoTime() - began;
            return produced;
        }

        /** Empty when no round reached it. */
        Optional<Step> step() {
            return Optional.ofNullable(started).map(at -> Step.of(node, at, Duration.ofNanos(nanos), outcome, meter));
        }
    }
}
