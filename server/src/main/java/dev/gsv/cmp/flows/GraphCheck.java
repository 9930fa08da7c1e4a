package dev.gsv.cmp.flows;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Whether the graph of a flow can carry a question to an answer. Notes are not part of it. */
final class GraphCheck {
    private static final int NODES_SHOWN = 8;

    private final Flow flow;
    private final Shown shown;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, List<String>> next = new HashMap<>();

    private GraphCheck(Flow flow, Shown shown) {
        this.flow = flow;
        this.shown = shown;
        for (Flow.Edge edge : flow.edges()) {
            if (flow.node(edge.source()).isPresent() && flow.node(edge.target()).isPresent()) {
                next.computeIfAbsent(edge.source(), id -> new ArrayList<>()).add(edge.target());
            }
        }
    }

    static List<Finding> of(Flow flow, Shown shown) {
        GraphCheck check = new GraphCheck(flow, shown);
        check.shape();
        check.ids();
        check.nuls();
        check.dangling();
        check.ends();
        check.cycles();
        return List.copyOf(check.findings);
    }

    /** The entries from which a run reaches an exit, {@code ChatInput} first. */
    static List<Flow.Node> connectedEntries(Flow flow) {
        GraphCheck check = new GraphCheck(flow, Shown.plain());
        Set<String> exits = flow.exits().stream().map(Flow.Node::id).collect(Collectors.toSet());
        List<Flow.Node> connected = new ArrayList<>();
        for (Flow.Node entry : flow.entries()) {
            if (check.reached(List.of(entry.id())).stream().anyMatch(exits::contains)) {
                connected.add(entry.type().equals("ChatInput") ? 0 : connected.size(), entry);
            }
        }
        return connected;
    }

    private void shape() {
        if (flow.isComponent()) {
            error(
                    Finding.Code.IS_COMPONENT,
                    "This file is one saved component, not a flow.",
                    "Build a flow around the component in Langflow and export the flow.");
        }
        if (!FlowCheck.graph(flow).path("edges").isArray()) {
            error(
                    Finding.Code.NOT_A_FLOW,
                    "The file has no list of edges.",
                    "Send the file exactly as Langflow exported it.");
        }
        long strange = FlowCheck.graph(flow)
                .path("nodes")
                .valueStream()
                .filter(node -> !node.isObject())
                .count();
        if (strange > 0) {
            error(
                    Finding.Code.NOT_A_FLOW,
                    strange + " of the entries in the list of nodes are no nodes.",
                    "Send the file exactly as Langflow exported it.");
        }
    }

    private void ids() {
        for (String id : flow.duplicateIds()) {
            Flow.Node node = flow.node(id).orElseThrow();
            findings.add(on(
                    node,
                    Finding.Severity.ERROR,
                    Finding.Code.DUPLICATE_NODE,
                    "Several nodes have the same id, so their edges cannot be told apart.",
                    "Delete the copies in Langflow, add them again and export the flow anew."));
        }
    }

    /** No database takes the character, and no editor writes it. */
    private void nuls() {
        for (Flow.Node node : flow.nodes()) {
            JsonNode data = node.data();
            boolean found = Stream.of(
                            data.path("type"),
                            data.path("display_name"),
                            data.path("node").path("display_name"))
                    .anyMatch(name -> Flow.exact(name).indexOf('\0') >= 0);
            if (found || node.id().indexOf('\0') >= 0) {
                findings.add(on(
                        node,
                        Finding.Severity.WARNING,
                        Finding.Code.NUL_CHARACTER,
                        "The id, type or name of this component holds a NUL character, which is left out.",
                        "Type the name anew in Langflow and export the flow again."));
            }
        }
    }

    private void dangling() {
        if (flow.repeatedEdges() > 0) {
            findings.add(Finding.file(
                    Finding.Severity.WARNING,
                    Finding.Code.REPEATED_EDGE,
                    flow.repeatedEdges() + (flow.repeatedEdges() == 1 ? " edge says" : " edges say")
                            + " the same as an earlier one; a connection counts once.",
                    "Nothing, if the flow works; delete the copies in Langflow to be rid of this."));
        }
        for (Flow.Edge edge : flow.dangling()) {
            String known = flow.node(edge.source()).isPresent() ? edge.source() : edge.target();
            String lost = known.equals(edge.source()) ? edge.target() : edge.source();
            String message = "An edge leads to " + quoted(lost) + ", which is not in the flow.";
            String fix = "Delete that edge in Langflow, or restore the missing component, and export again.";
            findings.add(flow.node(known)
                    .map(node -> on(node, Finding.Severity.ERROR, Finding.Code.DANGLING_EDGE, message, fix))
                    .orElseGet(() -> Finding.file(
                            Finding.Severity.ERROR,
                            Finding.Code.DANGLING_EDGE,
                            "An edge connects two nodes that are not in the flow: " + quoted(edge.source()) + " and "
                                    + quoted(edge.target()) + ".",
                            fix)));
        }
    }

    private void ends() {
        if (flow.entries().isEmpty()) {
            error(
                    Finding.Code.NO_ENTRY,
                    "Nothing takes the customer's question: the flow has no Chat Input, Text Input or Webhook.",
                    "Add a Chat Input and connect it.");
        }
        if (flow.exits().isEmpty()) {
            error(
                    Finding.Code.NO_EXIT,
                    "Nothing gives an answer: the flow has no Chat Output, Text Output or Data Output.",
                    "Add a Chat Output and connect it.");
        }
        if (flow.entries().isEmpty() || flow.exits().isEmpty()) {
            return;
        }
        List<Flow.Node> connected = connectedEntries(flow);
        if (connected.isEmpty()) {
            error(
                    Finding.Code.NOT_CONNECTED,
                    "No input of the flow leads to an output, so a question never becomes an answer.",
                    "Connect the input with the output, directly or through other components.");
        }
        for (Flow.Node entry : flow.entries()) {
            if (!connected.isEmpty() && !connected.contains(entry)) {
                findings.add(on(
                        entry,
                        Finding.Severity.WARNING,
                        Finding.Code.UNUSED_ENTRY,
                        "This input leads to no output; what is connected to it has no part in the answer.",
                        "Connect it, or delete it if it is not needed."));
            }
        }
        if (flow.entries().stream().noneMatch(node -> node.type().equals("ChatInput"))) {
            findings.add(Finding.file(
                    Finding.Severity.WARNING,
                    Finding.Code.NO_CHAT_INPUT,
                    "The flow has no Chat Input: it can be called, but it is not made for a conversation.",
                    "Add a Chat Input if customers shall chat with it."));
        }
    }

    /** A circle is fine only where a component of it is made to loop. */
    private void cycles() {
        Map<String, Integer> waiting = new HashMap<>();
        flow.nodes().stream().filter(node -> !loops(node)).forEach(node -> waiting.put(node.id(), 0));
        next.forEach((source, targets) -> {
            if (waiting.containsKey(source)) {
                targets.forEach(target -> waiting.computeIfPresent(target, (id, edges) -> edges + 1));
            }
        });
        Deque<String> ready = new ArrayDeque<>();
        waiting.forEach((id, edges) -> {
            if (edges == 0) {
                ready.add(id);
            }
        });
        while (!ready.isEmpty()) {
            String id = ready.remove();
            waiting.remove(id);
            for (String target : next.getOrDefault(id, List.of())) {
                if (waiting.containsKey(target) && waiting.merge(target, -1, Integer::sum) == 0) {
                    ready.add(target);
                }
            }
        }
        Set<String> circle = circle(waiting.keySet());
        if (!circle.isEmpty()) {
            Flow.Node first = flow.nodes().stream()
                    .filter(node -> circle.contains(node.id()))
                    .findFirst()
                    .orElseThrow();
            findings.add(on(
                    first,
                    Finding.Severity.ERROR,
                    Finding.Code.CYCLE,
                    "These components feed each other in a circle, and none of them is a Loop: " + names(circle) + ".",
                    "Remove one edge of the circle, or use a Loop component."));
        }
    }

    /** Of the nodes behind or on circles, those on one: each has a successor and a predecessor among them. */
    private Set<String> circle(Collection<String> stuck) {
        Set<String> rest = new HashSet<>(stuck);
        boolean changed = true;
        while (changed) {
            changed = rest.removeIf(
                    id -> next.getOrDefault(id, List.of()).stream().noneMatch(rest::contains));
        }
        return rest;
    }

    private static boolean loops(Flow.Node node) {
        return node.type().equals("LoopComponent")
                || node.data()
                        .path("node")
                        .path("outputs")
                        .valueStream()
                        .anyMatch(output -> output.path("allows_loop").asBoolean(false));
    }

    private Set<String> reached(List<String> from) {
        Set<String> reached = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(from);
        while (!open.isEmpty()) {
            String id = open.remove();
            if (reached.add(id)) {
                open.addAll(next.getOrDefault(id, List.of()));
            }
        }
        return reached;
    }

    private String names(Set<String> ids) {
        String names = flow.nodes().stream()
                .filter(node -> ids.contains(node.id()))
                .limit(NODES_SHOWN)
                .map(node -> quoted(node.displayName()))
                .collect(Collectors.joining(", "));
        return names + (ids.size() > NODES_SHOWN ? ", …" : "");
    }

    private String quoted(String text) {
        return "“" + shown.text(text) + "”";
    }

    private Finding on(Flow.Node node, Finding.Severity severity, Finding.Code code, String message, String fix) {
        return new Finding(severity, code, shown.text(node.id()), shown.text(node.displayName()), null, message, fix);
    }

    private void error(Finding.Code code, String message, String fix) {
        findings.add(Finding.file(Finding.Severity.ERROR, code, message, fix));
    }
}
