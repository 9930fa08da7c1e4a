package dev.gsv.cmp.flows;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What an agent may use: the components at its {@code tools}, and the date. */
final class Tools {
    /** Most tools of one agent. */
    static final int MAX_TOOLS = 32;

    private static final String DEFAULT_ZONE = "UTC";

    /** How a type of component is offered: the name and description of its tool, and the field that the model fills. */
    private record Offer(String name, String description, String field, String argument) {}

    private static final Map<String, Offer> OFFERS = Map.of(
            "CalculatorComponent",
            new Offer(
                    "evaluate_expression",
                    "Calculates an expression with numbers, + - * / // % ** and parentheses.",
                    "expression",
                    "The expression, for instance 4*4*(33/22)+12-20."),
            "KnowledgeRetrieval",
            new Offer(
                    "retrieve_data",
                    "Finds passages in the documents of this assistant.",
                    "search_query",
                    "What to look for, in words."),
            "URL",
            new Offer("fetch_content", "Reads web pages.", "urls", "The address of a page, with https://."),
            "URLComponent",
            new Offer("fetch_content", "Reads web pages.", "urls", "The address of a page, with https://."),
            "APIRequest",
            new Offer("make_api_request", "Calls an address of an API.", "url_input", "The address, with https://."));

    /** Types that can be handed to an agent. */
    static final Set<String> TYPES = OFFERS.keySet();

    /**
     * One tool of one agent.
     *
     * @param node what stands behind it in the trace
     * @param field the one argument that the model gives
     * @param required whether the tool does without it
     */
    record Tool(ModelCall.Spec spec, Flow.Node node, String field, boolean required, Function<String, Value> use) {}

    private Tools() {}

    static Map<String, Tool> of(Work work) {
        Map<String, Tool> tools = new HashMap<>();
        for (Flow.Node node : work.run().plan().handed(work.node(), "tools")) {
            Offer offer = OFFERS.get(node.type());
            if (offer != null) {
                String field = node.type().equals("APIRequest")
                                && node.field("url_input").isEmpty()
                        ? "urls"
                        : offer.field();
                add(tools, node, named(node, offer), field, offer.argument(), text -> run(work, node, field, text));
            }
        }
        if (work.flag("add_current_date_tool", true)) {
            ModelCall.Spec spec = new ModelCall.Spec(
                    "get_current_date",
                    "Says the date and the time.",
                    "timezone",
                    "For instance Europe/Berlin.",
                    false);
            tools.putIfAbsent(spec.name(), new Tool(spec, work.node(), "timezone", false, zone -> date(work, zone)));
        }
        if (tools.size() > MAX_TOOLS) {
            throw new NodeFault(Fault.FLOW_TOO_LARGE, "An Agent may have " + MAX_TOOLS + " tools.");
        }
        return tools;
    }

    private static void add(
            Map<String, Tool> tools,
            Flow.Node node,
            ModelCall.Spec named,
            String field,
            String argument,
            Function<String, Value> use) {
        String name = named.name();
        for (int n = 2; tools.containsKey(name); n++) {
            name = named.name() + "_" + n;
        }
        ModelCall.Spec spec = new ModelCall.Spec(name, named.description(), field, argument, true);
        tools.put(name, new Tool(spec, node, field, true, use));
    }

    /** The name and description that the seller gave the tool in the editor, else our own. */
    private static ModelCall.Spec named(Flow.Node node, Offer offer) {
        JsonNode first = node.field("tools_metadata")
                .map(field -> field.value().path(0))
                .orElse(JsonNodeFactory.instance.missingNode());
        String name = Flow.text(first.path("name"));
        String description = Flow.text(first.path("description"));
        return new ModelCall.Spec(
                name.matches("[A-Za-z0-9_-]{1,56}") ? name : offer.name(),
                description.isBlank() || description.length() > 1_000 ? offer.description() : description,
                "",
                "",
                true);
    }

    private static Value run(Work work, Flow.Node node, String field, String text) {
        Work own = new Work(node, Map.of(field, List.of(new Value.Text(text))), work.run(), work.meter());
        return (Value) Components.behaviour(node).run(own);
    }

    private static Value date(Work work, String zone) {
        ZoneId id;
        try {
            id = ZoneId.of(zone.isBlank() ? DEFAULT_ZONE : zone.strip());
        } catch (DateTimeException e) {
            throw new NodeFault(Fault.NODE_FAILED, "There is no such time zone.");
        }
        return new Value.Text(ZonedDateTime.ofInstant(work.run().clock().instant(), id)
                .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss VV", java.util.Locale.ROOT)));
    }

    /** Why a node that is handed to an agent needs a Langflow runtime; empty when it does not. */
    static Optional<String> reason(Flow flow, Flow.Node node) {
        List<Flow.Edge> handed = flow.edges().stream()
                .filter(edge -> edge.source().equals(node.id()) && edge.output().equals("component_as_tool"))
                .toList();
        if (handed.isEmpty()) {
            return Optional.empty();
        }
        boolean toAgents = handed.stream()
                .allMatch(edge -> flow.node(edge.target())
                        .map(target ->
                                target.type().equals("Agent") && edge.field().equals("tools"))
                        .orElse(false));
        if (!TYPES.contains(node.type()) || !toAgents) {
            return Optional.of("This component as a tool of an agent needs a Langflow runtime.");
        }
        Set<String> fed = flow.edges().stream()
                .filter(edge -> edge.target().equals(node.id()))
                .map(Flow.Edge::field)
                .collect(Collectors.toSet());
        return fed.isEmpty()
                ? Optional.empty()
                : Optional.of("A tool that another component feeds needs a Langflow runtime.");
    }

    static List<ModelCall.Spec> specs(Map<String, Tool> tools) {
        List<ModelCall.Spec> specs = new ArrayList<>();
        tools.values().forEach(tool -> specs.add(tool.spec()));
        specs.sort(java.util.Comparator.comparing(ModelCall.Spec::name));
        return List.copyOf(specs);
    }
}
