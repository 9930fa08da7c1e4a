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
import java.util.stream.Stream;

/**
 * The part of a flow that reaches an exit, in an order in which every node comes after those that feed it.
 *
 * @param nodes executed nodes by id, in that order; those inside a loop stand behind it
 * @param exits the exits, {@code ChatOutput} first
 * @param incoming edges into each executed node, in the order of the file
 * @param loops the inside of each loop, by the id of the loop
 * @param handed nodes that are not executed but handed to another one, a model or tools: by the id that they go to
 */
record Plan(
        Map<String, Flow.Node> nodes,
        List<Flow.Node> exits,
        Map<String, List<Flow.Edge>> incoming,
        Map<String, Loops.Body> loops,
        Map<String, List<Handed>> handed) {
    /** Most nodes in one run. */
    static final int MAX_STEPS = 500;

    /** A node that another one takes as it is, to use it itself. */
    record Handed(Flow.Node node, String field) {}

    static Plan of(Flow flow) {
        List<Flow.Node> exits = flow.exits();
        if (exits.isEmpty()) {
            throw new NodeFault(Fault.FLOW_INVALID, "The flow has no exit: it needs a Chat Output or a Text Output.");
        }
        List<Flow.Edge> working =
                flow.edges().stream().filter(edge -> !hands(edge)).toList();
        Map<String, List<Flow.Edge>> incoming = byTarget(working);
        Set<String> reached = reached(roots(flow), incoming);
        incoming.keySet().retainAll(reached);
        refuseBroken(flow, reached);
        Map<String, Loops.Body> loops = new LinkedHashMap<>();
        for (Flow.Node node : flow.nodes()) {
            if (node.type().equals(Loops.TYPE) && reached.contains(node.id())) {
                Loops.body(node, working).ifPresent(body -> loops.put(node.id(), body));
            }
        }
        loops.forEach((id, body) -> enclose(id, body, incoming));
        Map<String, Flow.Node> nodes = new LinkedHashMap<>();
        for (Flow.Node node : order(flow, outside(reached, loops), incoming)) {
            nodes.put(node.id(), node);
            if (loops.containsKey(node.id())) {
                Loops.Body body = Objects.requireNonNull(loops.get(node.id()));
                order(flow, body.ids(), within(body, incoming)).forEach(inner -> nodes.put(inner.id(), inner));
            }
        }
        return new Plan(nodes, exits, incoming, loops, handed(flow));
    }

    /** What reaches a loop's inside from outside reaches the loop itself first; the edge back is no step of a run. */
    private static void enclose(String loop, Loops.Body body, Map<String, List<Flow.Edge>> incoming) {
        List<Flow.Edge> into = new ArrayList<>(incoming.getOrDefault(loop, List.of()));
        into.remove(body.back());
        for (String id : body.ids()) {
            for (Flow.Edge edge : incoming.getOrDefault(id, List.of())) {
                if (!body.ids().contains(edge.source()) && !edge.source().equals(loop)) {
                    into.add(new Flow.Edge(edge.source(), edge.output(), loop, Loops.port(edge)));
                }
            }
        }
        incoming.put(loop, List.copyOf(into));
    }

    private static Set<String> outside(Set<String> reached, Map<String, Loops.Body> loops) {
        Set<String> outside = new HashSet<>(reached);
        loops.values().forEach(body -> outside.removeAll(body.ids()));
        return outside;
    }

    private static Map<String, List<Flow.Edge>> within(Loops.Body body, Map<String, List<Flow.Edge>> incoming) {
        return body.ids().stream()
                .collect(Collectors.toMap(
                        id -> id,
                        id -> incoming.getOrDefault(id, List.of()).stream()
                                .filter(edge -> body.ids().contains(edge.source()))
                                .toList()));
    }

    private static Map<String, List<Handed>> handed(Flow flow) {
        Map<String, List<Handed>> handed = new HashMap<>();
        for (Flow.Edge edge : flow.edges()) {
            if (hands(edge)) {
                flow.node(edge.source())
                        .ifPresent(node -> handed.computeIfAbsent(edge.target(), id -> new ArrayList<>())
                                .add(new Handed(node, edge.field())));
            }
        }
        return handed;
    }

    /** Whether an edge carries a component itself and not what it produces. */
    static boolean hands(Flow.Edge edge) {
        return edge.output().equals("model_output") || edge.output().equals("component_as_tool");
    }

    private static Map<String, List<Flow.Edge>> byTarget(List<Flow.Edge> edges) {
        return edges.stream().collect(Collectors.groupingBy(Flow.Edge::target, HashMap::new, Collectors.toList()));
    }

    /** Where a run ends: at its exits, and where something is to be remembered. */
    private static List<Flow.Node> roots(Flow flow) {
        return Stream.concat(flow.exits().stream(), flow.nodes().stream().filter(Recall::stores))
                .toList();
    }

    /** The executed nodes of the run itself, without those inside loops. */
    List<Flow.Node> order() {
        Set<String> inside =
                loops.values().stream().flatMap(body -> body.ids().stream()).collect(Collectors.toSet());
        return nodes.values().stream()
                .filter(node -> !inside.contains(node.id()))
                .toList();
    }

    /** Every executed node. */
    Stream<Flow.Node> all() {
        return nodes.values().stream();
    }

    /** The nodes inside a loop, in their order. */
    List<Flow.Node> inside(Flow.Node loop) {
        Loops.Body body = loops.get(loop.id());
        return body == null
                ? List.of()
                : all().filter(node -> body.ids().contains(node.id())).toList();
    }

    /** The edge that ends a round of a loop. */
    Flow.Edge back(Flow.Node loop) {
        return Objects.requireNonNull(loops.get(loop.id()), "a loop that is executed has an inside")
                .back();
    }

    /** What was handed to a node's field. */
    List<Flow.Node> handed(Flow.Node node, String field) {
        return handed.getOrDefault(node.id(), List.of()).stream()
                .filter(each -> each.field().equals(field))
                .map(Handed::node)
                .toList();
    }

    List<Flow.Edge> into(Flow.Node node) {
        return incoming.getOrDefault(node.id(), List.of());
    }

    /** An executed node. */
    Flow.Node node(String id) {
        return Objects.requireNonNull(nodes.get(id), "every source of an executed node is executed");
    }

    /** The ids of the nodes that a run would execute, or use. */
    static Set<String> reachesExit(Flow flow) {
        return reached(roots(flow), byTarget(flow.edges()));
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
