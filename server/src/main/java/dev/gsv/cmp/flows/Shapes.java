package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Derives the {@link Shape} of a flow. The ranges are those of the capability registry. */
final class Shapes {
    private static final int MAX_SYSTEM_PROMPT = 12_000;
    private static final int MIN_OUTPUT_TOKENS = 64;
    private static final int MAX_OUTPUT_TOKENS = 8_192;
    private static final int MAX_WELCOME = 400;

    private static final Set<String> TOOL_MAKERS = Set.of("Agent", "ComposioAPI", "ToolCallingAgent");

    private Shapes() {}

    static Shape of(Flow flow) {
        List<Flow.Node> entries = GraphCheck.connectedEntries(flow);
        List<Flow.Node> models = flow.nodes().stream().filter(Shapes::model).toList();
        boolean chat = !entries.isEmpty()
                && entries.getFirst().type().equals("ChatInput")
                && flow.exits().stream().anyMatch(node -> node.type().equals("ChatOutput"));
        return new Shape(
                flow.version().orElse(null),
                entries.isEmpty() ? null : entries.getFirst().type(),
                exit(flow),
                capabilities(flow, chat, !models.isEmpty()),
                defaults(flow, models),
                schema(models, chat));
    }

    private static @Nullable String exit(Flow flow) {
        return flow.exits().isEmpty()
                ? null
                : Shown.of(flow).text(flow.exits().getFirst().id());
    }

    private static boolean model(Flow.Node node) {
        return Components.MODELS.contains(node.type())
                || node.type().equals("Agent")
                || (node.type().endsWith("Model")
                        && !node.type().toLowerCase(Locale.ROOT).contains("embedding"));
    }

    private static List<String> capabilities(Flow flow, boolean chat, boolean model) {
        List<String> found = new ArrayList<>();
        if (model) {
            found.add("prompt_orchestrator");
        }
        if (flow.nodes().stream().anyMatch(node -> TOOL_MAKERS.contains(node.type()))) {
            found.add("tool_connectors");
        }
        if (flow.nodes().stream().anyMatch(node -> node.type().startsWith("MCPTools"))) {
            found.add("mcp_tools");
        }
        found.add("api_endpoint");
        if (chat) {
            found.add("chat_ui");
        }
        if (flow.nodes().stream().anyMatch(node -> node.type().equals("KnowledgeRetrieval"))) {
            found.add("rag_knowledgebase");
        }
        return found;
    }

    /** Only of a single model: one setting cannot stand for the different ones of several. */
    private static ObjectNode defaults(Flow flow, List<Flow.Node> models) {
        ObjectNode defaults = JsonNodeFactory.instance.objectNode();
        if (models.size() != 1) {
            return defaults;
        }
        Flow.Node model = models.getFirst();
        String prompt = constantPrompt(flow, model);
        if (!prompt.isBlank() && prompt.length() <= MAX_SYSTEM_PROMPT && storable(prompt)) {
            defaults.put("system_prompt", prompt);
        }
        OptionalDouble temperature = Work.number(model.text("temperature"));
        if (temperature.isPresent() && temperature.getAsDouble() >= 0 && temperature.getAsDouble() <= 2) {
            defaults.put("temperature", temperature.getAsDouble());
        }
        OptionalInt tokens = Work.whole(model.text("max_tokens"));
        if (tokens.isPresent() && tokens.getAsInt() >= MIN_OUTPUT_TOKENS && tokens.getAsInt() <= MAX_OUTPUT_TOKENS) {
            defaults.put("max_output_tokens", tokens.getAsInt());
        }
        return defaults;
    }

    /** The database keeps no NUL and no half character. */
    private static boolean storable(String text) {
        return text.codePoints().noneMatch(c -> c == 0 || Character.getType(c) == Character.SURROGATE);
    }

    /**
     * The system message when it is the same in each run: written in the model's own field, or in a template without
     * variables. Only then may the configuration take its place without taking something from the flow.
     */
    private static String constantPrompt(Flow flow, Flow.Node model) {
        List<Flow.Edge> into = flow.edges().stream()
                .filter(edge -> edge.target().equals(model.id()) && edge.field().equals("system_message"))
                .toList();
        if (into.isEmpty()) {
            return model.text("system_message");
        }
        Flow.Node source =
                into.size() == 1 ? flow.node(into.getFirst().source()).orElse(null) : null;
        boolean constant = source != null
                && source.type().startsWith("Prompt")
                && flow.edges().stream().noneMatch(edge -> edge.target().equals(source.id()));
        String template = constant && source != null ? source.text("template") : "";
        return template.indexOf('{') < 0 ? template : "";
    }

    private static ObjectNode schema(List<Flow.Node> models, boolean chat) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        if (!models.isEmpty()) {
            if (models.size() == 1) {
                properties
                        .putObject("system_prompt")
                        .put("type", "string")
                        .put("title", "Instructions")
                        .put("maxLength", MAX_SYSTEM_PROMPT);
            }
            properties
                    .putObject("temperature")
                    .put("type", "number")
                    .put("title", "Temperature")
                    .put("minimum", 0)
                    .put("maximum", 2);
            properties
                    .putObject("max_output_tokens")
                    .put("type", "integer")
                    .put("title", "Longest answer, in tokens")
                    .put("minimum", MIN_OUTPUT_TOKENS)
                    .put("maximum", MAX_OUTPUT_TOKENS);
        }
        if (chat) {
            properties
                    .putObject("welcome_message")
                    .put("type", "string")
                    .put("title", "Welcome message")
                    .put("maxLength", MAX_WELCOME);
            properties
                    .putObject("session_timeout_min")
                    .put("type", "integer")
                    .put("title", "Minutes until a conversation is over")
                    .put("minimum", 5)
                    .put("maximum", 1_440);
        }
        return schema;
    }
}
