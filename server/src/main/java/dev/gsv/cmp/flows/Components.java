package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The component types that the native engine knows, and what it refuses of them. */
public final class Components {
    private static final Map<String, Behaviour> BEHAVIOURS = Map.ofEntries(
            Map.entry("ChatInput", Entries::chatInput),
            Map.entry("TextInput", Entries::textInput),
            Map.entry("Prompt", Prompts::prompt),
            Map.entry("Prompt Template", Prompts::prompt),
            Map.entry("Memory", Recall::memory),
            Map.entry("KnowledgeRetrieval", Retrieval::passages),
            Map.entry("LanguageModelComponent", ModelNodes::answer),
            Map.entry("OpenAIModel", ModelNodes::answer),
            Map.entry("OpenAIModelComponent", ModelNodes::answer),
            Map.entry("AnthropicModel", ModelNodes::answer),
            Map.entry("OllamaModel", ModelNodes::answer),
            Map.entry("AzureOpenAIModel", ModelNodes::answer),
            Map.entry("TypeConverterComponent", Conversions::convert),
            Map.entry("MessagetoData", Conversions::messageToData),
            Map.entry("DataToDataFrame", Conversions::dataToTable),
            Map.entry("Webhook", Entries::webhook),
            Map.entry("StoreMessage", Recall::store),
            Map.entry("ParserComponent", Parsers::parser),
            Map.entry("parser", Parsers::parser),
            Map.entry("ParseData", Parsers::data),
            Map.entry("ParseDataFrame", Parsers::frame),
            Map.entry("CombineText", Texts::combine),
            Map.entry("Pass", Texts::pass),
            Map.entry("SplitText", Splits::split),
            Map.entry("ConditionalRouter", Routes::ifElse),
            Map.entry(Loops.TYPE, Loops::rounds),
            Map.entry("StructuredOutput", Structures::structured),
            Map.entry("Agent", Agents::answer),
            Map.entry("CalculatorComponent", Calculator::evaluate),
            Map.entry("URL", Web::pages),
            Map.entry("URLComponent", Web::pages),
            Map.entry("APIRequest", Web::request),
            Map.entry("ChatOutput", Exits::text),
            Map.entry("TextOutput", Exits::text));

    static final Set<String> MODELS = Set.of(
            "LanguageModelComponent",
            "OpenAIModel",
            "OpenAIModelComponent",
            "AnthropicModel",
            "OllamaModel",
            "AzureOpenAIModel");

    /**
     * A node that the native engine cannot execute.
     *
     * @param executed whether a run would reach it; one that it would not reach still works in Langflow, for its
     *     effects
     * @param reason one sentence for the seller, without the file's own values
     */
    public record Unsupported(String node, String type, String displayName, boolean executed, String reason) {}

    private Components() {}

    /** Types that the native engine executes. */
    public static Set<String> known() {
        return BEHAVIOURS.keySet();
    }

    /** Everything connected in a flow that needs a Langflow runtime; empty for a flow that runs natively. */
    public static List<Unsupported> unsupported(Flow flow) {
        Set<String> reached = Plan.reachesExit(flow);
        Set<String> connected = new HashSet<>(reached);
        flow.edges().forEach(edge -> {
            connected.add(edge.source());
            connected.add(edge.target());
        });
        List<Unsupported> found = new ArrayList<>();
        for (Flow.Node node : flow.nodes()) {
            if (connected.contains(node.id())) {
                reason(flow, node)
                        .ifPresent(reason -> found.add(new Unsupported(
                                node.id(), node.type(), node.displayName(), reached.contains(node.id()), reason)));
            }
        }
        return List.copyOf(found);
    }

    static Behaviour behaviour(Flow.Node node) {
        Behaviour behaviour = BEHAVIOURS.get(node.type());
        if (behaviour == null) {
            throw new NodeFault(Fault.NEEDS_RUNTIME, "A component of this flow needs a Langflow runtime.");
        }
        return behaviour;
    }

    private static Optional<String> reason(Flow flow, Flow.Node node) {
        if (!BEHAVIOURS.containsKey(node.type())) {
            return Optional.of("The native engine does not know this component; it needs a Langflow runtime.");
        }
        if (node.edited()) {
            return Optional.of("The code of this component was changed by hand; only a Langflow runtime executes it.");
        }
        if ((node.type().equals("Memory") || Recall.stores(node)) && fed(flow, node, "memory")) {
            return Optional.of("A Message History over an external memory needs a Langflow runtime.");
        }
        if (node.type().equals(Loops.TYPE)) {
            return Loops.reason(flow, node);
        }
        if (node.type().equals("Agent")) {
            return Agents.reason(flow, node);
        }
        if (node.type().equals("URLComponent")
                && Work.whole(node.text("max_depth")).orElse(1) > 1) {
            return Optional.of("A URL component that follows links needs a Langflow runtime.");
        }
        if (node.type().equals("APIRequest")
                && (node.text("mode").equals("cURL") || node.text("use_curl").equals("true"))) {
            return Optional.of("An API Request in cURL mode needs a Langflow runtime.");
        }
        Optional<String> tool = Tools.reason(flow, node);
        if (tool.isPresent()) {
            return tool;
        }
        if (MODELS.contains(node.type())) {
            if (fed(flow, node, "model") || ModelNodes.connectsOther(node)) {
                return Optional.of("A model that another component builds needs a Langflow runtime.");
            }
            if (flow.edges().stream()
                    .anyMatch(edge -> edge.source().equals(node.id())
                            && edge.output().equals("model_output")
                            && !takesModel(flow, edge))) {
                return Optional.of("A model that is handed to another component needs a Langflow runtime.");
            }
        }
        return Optional.empty();
    }

    /** Types that take a model from another component. */
    private static boolean takesModel(Flow flow, Flow.Edge edge) {
        return flow.node(edge.target())
                .map(target -> target.type().equals("StructuredOutput")
                        || target.type().equals("Agent"))
                .orElse(false);
    }

    /** Whether a node asks a model when it works. */
    static boolean asks(Flow.Node node) {
        return MODELS.contains(node.type())
                || node.type().equals("StructuredOutput")
                || node.type().equals("Agent");
    }

    private static boolean fed(Flow flow, Flow.Node node, String field) {
        return flow.edges().stream()
                .anyMatch(
                        edge -> edge.target().equals(node.id()) && edge.field().equals(field));
    }
}
