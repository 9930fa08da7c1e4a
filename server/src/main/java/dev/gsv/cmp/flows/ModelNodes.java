package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code LanguageModelComponent} and the models of single providers: one question to a model. */
final class ModelNodes {
    /** Tokens of an answer when neither the configuration nor the node limits them. */
    static final int DEFAULT_MAX_TOKENS = 1_024;

    static final int LARGEST_MAX_TOKENS = 32_768;
    /** Whose language the installation's model server speaks. */
    static final String DEFAULT_PROVIDER = "openai";

    /** Fields in which components name a server of their own. */
    private static final List<String> ADDRESSES =
            List.of("openai_api_base", "base_url", "ollama_base_url", "azure_endpoint", "anthropic_api_url");

    private static final Map<String, String> PROVIDERS = Map.of(
            "AnthropicModel", ModelSettings.ANTHROPIC,
            "OllamaModel", ModelSettings.OLLAMA,
            "AzureOpenAIModel", ModelSettings.AZURE);

    private static final String OTHER_MODELS = "connect_other_models";
    private static final Set<String> CONSTANTS = Set.of("Prompt", "Prompt Template", "TextInput");

    private static final JsonNode NONE = JsonNodeFactory.instance.missingNode();

    private ModelNodes() {}

    static Value answer(Work work) {
        ModelSettings models = work.run().models();
        String model = model(work.node(), models);
        ModelCall call = call(work, model);
        if (call.system().isBlank() && call.prompt().isBlank()) {
            throw new NodeFault(
                    Fault.INPUT_MISSING, "Nothing reached the model: neither an input nor a system message.");
        }
        ModelReply reply;
        if (model.equals(Extractive.NAME)) {
            reply = Extractive.answer(call);
            work.meter().model(reply.tokensIn(), reply.tokensOut(), reply.reported());
        } else {
            reply = ask(work, work.node(), call);
        }
        return new Value.Text(reply.text(), List.of(), reply.data());
    }

    /**
     * Asks a language model for a node and counts what that used.
     *
     * @param chooser the node that names the model: the node itself, or one that was handed to it
     */
    static ModelReply ask(Work work, Flow.Node chooser, ModelCall call) {
        ModelServer server = work.run().models().server(provider(chooser));
        if (!server.configured()) {
            throw new NodeFault(
                    Fault.MODEL_NOT_CONFIGURED,
                    "This flow needs a language model, and this installation has no model server configured.");
        }
        for (String field : ADDRESSES) {
            boolean variable = chooser.field(field).map(Flow.Field::loadFromDb).orElse(false);
            if (!variable && !server.allows(chooser.text(field))) {
                throw new NodeFault(
                        Fault.MODEL_SERVER_NOT_ALLOWED,
                        "The flow names a model server that this installation does not use.");
            }
        }
        try {
            return paid(work, server, call, work.meter());
        } catch (NodeFault fault) {
            if (!Fallback.helps(fault, work.run().models(), call)) {
                throw fault;
            }
            return Fallback.ask(work, call);
        }
    }

    /** One call, when somebody pays for the most that it can use. */
    static ModelReply paid(Work work, ModelServer server, ModelCall call, Meter meter) {
        long in = call.tokens();
        if (!meter.begins(in, call.maxTokens(), work.run().around().spending())) {
            throw new NodeFault(
                    Fault.CREDIT_EXHAUSTED,
                    "The run was cut off before its next model call, because there is no credit left for it.");
        }
        try {
            ModelReply reply = work.run().client().ask(server, call, work.run().deadline(), meter);
            meter.model(reply.tokensIn(), reply.tokensOut(), reply.reported());
            return reply;
        } finally {
            meter.ends(in, call.maxTokens());
        }
    }

    /** The model's name: the node's, else the installation's. */
    static String model(Flow.Node node, ModelSettings models) {
        JsonNode chosen = node.field("model").map(Flow.Field::value).orElse(NONE);
        JsonNode first = chosen.isArray() ? chosen.path(0) : chosen;
        String name = Flow.text(first.isObject() ? first.path("name") : first);
        String provider = first.isObject() ? Flow.text(first.path("provider")) : node.text("provider");
        if (name.isBlank()) {
            name = node.text("model_name");
        }
        if (name.isBlank()) {
            name = node.text("azure_deployment");
        }
        if (name.isBlank()) {
            return models.model();
        }
        boolean own = provider.toLowerCase(Locale.ROOT).equals("cmp") && name.equals("extractive");
        return own ? Extractive.NAME : name.strip();
    }

    /** Whose model the node names, lower case. */
    static String provider(Flow.Node node) {
        String fixed = PROVIDERS.get(node.type());
        if (fixed != null) {
            return fixed;
        }
        JsonNode chosen = node.field("model").map(Flow.Field::value).orElse(NONE);
        JsonNode first = chosen.isArray() ? chosen.path(0) : chosen;
        String provider = first.isObject() ? Flow.text(first.path("provider")) : node.text("provider");
        provider = provider.isBlank() ? node.text("agent_llm") : provider;
        return provider.isBlank() ? DEFAULT_PROVIDER : provider.strip().toLowerCase(Locale.ROOT);
    }

    /**
     * The node that names the model of one which may have it from another: that which was handed to it, else itself.
     */
    static Flow.Node chooser(Plan plan, Flow.Node node) {
        for (String field : List.of("llm", "agent_llm", "model")) {
            List<Flow.Node> handed = plan.handed(node, field);
            if (!handed.isEmpty()) {
                return handed.getFirst();
            }
        }
        return node;
    }

    /** Whether the node expects its model from another component. */
    static boolean connectsOther(Flow.Node node) {
        JsonNode chosen = node.field("model").map(Flow.Field::value).orElse(NONE);
        return Flow.text(chosen).equals(OTHER_MODELS)
                || Flow.text(chosen.path(0)).equals(OTHER_MODELS);
    }

    private static ModelCall call(Work work, String model) {
        Value input = work.value("input_value");
        Value system = work.value("system_message");
        List<Passage> passages = new ArrayList<>(system.passages());
        Value.addNew(passages, input.passages());
        JsonNode config = work.run().around().config();
        return new ModelCall(
                model,
                system(work, config, system),
                seesConversation(work.run().plan(), work.node())
                        ? work.run().input().before()
                        : List.of(),
                input.asText(),
                work.run().input().text(),
                List.copyOf(passages),
                temperature(work.node(), config),
                maxTokens(work.node(), config));
    }

    /**
     * The configured prompt takes the place of a system message that never changes. One that is made in each run, of
     * passages or of the conversation, stays below it: without those the flow would not do what it is for.
     */
    private static String system(Work work, JsonNode config, Value system) {
        String configured = Flow.text(config.path("system_prompt"));
        if (configured.isBlank()) {
            return system.asText();
        }
        return madeInEachRun(work.run().plan(), work.node()) ? configured + "\n\n" + system.asText() : configured;
    }

    static boolean madeInEachRun(Plan plan, Flow.Node node) {
        return plan.into(node).stream()
                .filter(edge -> edge.field().equals("system_message"))
                .anyMatch(edge -> !constant(plan, edge.source()));
    }

    private static boolean constant(Plan plan, String id) {
        Flow.Node source = plan.node(id);
        return CONSTANTS.contains(source.type())
                && plan.into(source).isEmpty()
                && !(source.type().equals("TextInput") && Entries.takesQuestion(plan, source));
    }

    /**
     * Whether the caller's messages go to this model: it answers the caller, and no Message History brings them
     * already.
     */
    static boolean seesConversation(Plan plan, Flow.Node node) {
        boolean remembered = plan.all().anyMatch(other -> other.type().equals("Memory") && !Recall.stores(other));
        return !remembered
                && plan.into(node).stream()
                        .filter(edge -> edge.field().equals("input_value"))
                        .map(edge -> plan.node(edge.source()).type())
                        .anyMatch(type -> Flow.ENTRIES.contains(type) || type.startsWith("Prompt"));
    }

    static OptionalDouble temperature(Flow.Node node, JsonNode config) {
        OptionalDouble configured = Work.number(config, "temperature");
        OptionalDouble chosen = configured.isPresent() ? configured : Work.number(node.text("temperature"));
        int most = provider(node).equals(ModelSettings.ANTHROPIC) ? 1 : 2;
        return chosen.isPresent() ? OptionalDouble.of(Math.clamp(chosen.getAsDouble(), 0, most)) : chosen;
    }

    static int maxTokens(Flow.Node node, JsonNode config) {
        OptionalDouble configured = Work.number(config, "max_output_tokens");
        int own = Work.whole(node.text("max_tokens")).orElse(0);
        int chosen = configured.isPresent() ? (int) configured.getAsDouble() : own > 0 ? own : DEFAULT_MAX_TOKENS;
        return Math.clamp(chosen, 1, LARGEST_MAX_TOKENS);
    }
}
