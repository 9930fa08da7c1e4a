package dev.gsv.cmp.flows;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The part of a flow that reaches an exit, in an order in which every node comes after those that feed it.
 *
 * @param nodes executed nodes by id, in that order
 * @param exits the exits, {@code ChatOutput} first
 * @param incoming edges into each executed node, in the order of the file
 */
record Plan(Map<String, Flow.Node> nodes, List<Flow.Node> exits, Map<String, List<Flow.Edge>> incoming) {
    /** Most nodes in one run. */
    static final int MAX_STEPS = 500;

    static Plan of(Flow flow) {
        List<Flow.Node> exits = flow.exits();
        if (exits.isEmpty()) {
            throw new NodeFault(Fault.FLOW_INVALID, "The flow has no exit: it needs a Chat Output or a Text Output.");
        }
        Map<String, List<Flow.Edge>> incoming = flow.edges().stream()
                .collect(Collectors.groupingBy(Flow.Edge::target, HashMap::new, Collectors.toList()));
        Set<String> reached = reached(exits, incoming);
        incoming.keySet().retainAll(reached);
        refuseBroken(flow, reached);
        Map<String, Flow.Node> nodes = new LinkedHashMap<>();
        order(flow, reached, incoming).forEach(node -> nodes.put(node.id(), node));
        return new Plan(nodes, exits, incoming);
    }

    List<Flow.Node> order() {
        return List.copyOf(nodes.values());
    }

    List<Flow.Edge> into(Flow.Node node) {
        return incoming.getOrDefault(node.id(), List.of());
    }

    /** An executed node. */
    Flow.Node node(String id) {
        return Objects.requireNonNull(nodes.get(id), "every source of an executed node is executed");
    }

    /** The ids of the nodes that a run would execute. */
    static Set<String> reachesExit(Flow flow) {
        return reached(flow.exits(), flow.edges().stream().collect(Collectors.groupingBy(Flow.Edge::target)));
    }

    /** The ids of the nodes that a run would execute; unknown ends of edges are among them. */
    private static Set<String> reached(List<Flow.Node> exits, Map<String, List<Flow.Edge>> incoming) {
        Set<String> reached = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        exits.forEach(exit -> open.add(exit.id()));
        while (!open.isEmpty()) {
            String id = open.remove();
            if (reached.add(id)) {
                incoming.getOrDefault(id, List.of()).forEach(edge -> open.add(edge.source()));
            }
        }
        return reached;
    }

    private static void refuseBroken(Flow flow, Set<String> reached) {
        for (String id : reached) {
            if (flow.node(id).isEmpty()) {
                throw new NodeFault(
                        Fault.FLOW_INVALID, "An edge begins at " + named(id) + ", which is not in the flow.");
            }
            if (flow.duplicateIds().contains(id)) {
                throw new NodeFault(Fault.FLOW_INVALID, "Two nodes have the id " + named(id) + ".");
            }
        }
        if (reached.size() > MAX_STEPS) {
            throw new NodeFault(
                    Fault.FLOW_TOO_LARGE,
                    "A run would take " + reached.size() + " steps; it may take " + MAX_STEPS + ".");
        }
    }

    private static List<Flow.Node> order(Flow flow, Set<String> reached, Map<String, List<Flow.Edge>> incoming) {
        Map<String, Integer> waiting = new LinkedHashMap<>();
        Map<String, List<String>> outgoing = new HashMap<>();
        for (Flow.Node node : flow.nodes()) {
            if (reached.contains(node.id())) {
                List<Flow.Edge> edges = incoming.getOrDefault(node.id(), List.of());
                waiting.put(node.id(), edges.size());
                edges.forEach(edge -> outgoing.computeIfAbsent(edge.source(), id -> new ArrayList<>())
                        .add(node.id()));
            }
        }
        Deque<String> ready = new ArrayDeque<>();
        waiting.forEach((id, edges) -> {
            if (edges == 0) {
                ready.add(id);
            }
        });
        List<Flow.Node> order = new ArrayList<>();
        while (!ready.isEmpty()) {
            String id = ready.remove();
            order.add(flow.node(id).orElseThrow());
            waiting.remove(id);
            for (String next : outgoing.getOrDefault(id, List.of())) {
                if (waiting.merge(next, -1, Integer::sum) == 0) {
                    ready.add(next);
                }
            }
        }
        if (!waiting.isEmpty()) {
            throw new NodeFault(Fault.FLOW_HAS_CYCLE, cycle(waiting.keySet(), incoming));
        }
        return List.copyOf(order);
    }

    /** Walks backwards among the nodes that never became ready: whatever feeds one of them is one of them. */
    private static String cycle(Set<String> stuck, Map<String, List<Flow.Edge>> incoming) {
        Set<String> walked = new LinkedHashSet<>();
        String at = stuck.iterator().next();
        while (walked.add(at)) {
            at = incoming.getOrDefault(at, List.of()).stream()
                    .map(Flow.Edge::source)
                    .filter(stuck::contains)
                    .findFirst()
                    .orElseThrow();
        }
        List<String> names = new ArrayList<>(walked).subList(new ArrayList<>(walked).indexOf(at), walked.size());
        String shown = names.reversed().stream().limit(10).map(Plan::named).collect(Collectors.joining(" → "));
        return "The flow runs in a circle, and no component of it allows that: " + shown
                + (names.size() > 10 ? " → …" : "") + ".";
    }

    private static String named(String id) {
        return Value.storable("\"" + (id.length() > 80 ? id.substring(0, 80) + "…" : id) + "\"");
    }
}
