package dev.gsv.cmp.flows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The most that a run can be expected to consume, for the credit that is held before it.
 *
 * <p>It walks the graph with lengths in place of texts. Texts that only the run will know (history, passages) count
 * with the limits that the engine keeps for them, at three bytes a token, which few languages exceed.
 */
final class Bounds {
    /** Two texts that are joined can have a few tokens more than both apart. */
    private static final long SEAM = 4;

    private static final int BYTES_PER_TOKEN = 3;
    /** What a passage is expected to have at most; the engine would carry more, knowledge is cut into less. */
    private static final long PASSAGE_TOKENS = 500;
    /** What a JSON Schema says around the fields of a table, and the sentences around it. */
    private static final long SCHEMA_TOKENS = 400;
    /** "User: " and the like, for each remembered turn. */
    private static final long TURN_TOKENS = 8;

    /** Times that an agent is expected to ask its model. */
    static final int EXPECTED_STEPS = 3;

    private static final long TOOL_TOKENS = 100;
    private static final long RESULT_TOKENS = 1_000;

    /** Rounds of a loop whose rows only the run will know; more is held while it goes on. */
    static final int EXPECTED_ROUNDS = 10;

    private static final Pattern VARIABLE = Pattern.compile("\\{([^{}\\n]{1,120})}");

    private final Plan plan;
    private final RunInput input;
    private final JsonNode config;
    private final ModelSettings models;
    private final Map<String, Long> tokens = new HashMap<>();
    private final List<ModelUse> uses = new ArrayList<>();
    /** How often what is walked now is expected to work: more than once inside a loop. */
    private long times = 1;

    private long in;
    private long out;
    private long rag;
    private long used;

    private Bounds(Plan plan, RunInput input, JsonNode config, ModelSettings models) {
        this.plan = plan;
        this.input = input;
        this.config = config;
        this.models = models;
    }

    /** The nodes that ask a model which costs something, each with its part of the bound. */
    static List<ModelUse> uses(Plan plan, RunInput input, JsonNode config, ModelSettings models) {
        Bounds bounds = new Bounds(plan, input, config, models);
        for (Flow.Node node : plan.order()) {
            bounds.tokens.put(node.id(), bounds.value(node));
        }
        List<ModelUse> all = new ArrayList<>(bounds.uses);
        bounds.uses.forEach(use -> Fallback.use(use.node(), models).ifPresent(all::add));
        return List.copyOf(all);
    }

    static Usage of(Plan plan, RunInput input, JsonNode config, ModelSettings models) {
        if (plan.all().noneMatch(node -> Components.asks(node) || node.type().equals(Loops.TYPE))) {
            long retrievals = plan.all()
                    .filter(node -> node.type().equals("KnowledgeRetrieval"))
                    .count();
            return new Usage(0, 0, 0, 1, retrievals, 0, Usage.NONE);
        }
        Bounds bounds = new Bounds(plan, input, config, models);
        for (Flow.Node node : plan.order()) {
            bounds.tokens.put(node.id(), bounds.value(node));
        }
        boolean asks = plan.all().anyMatch(Components::asks);
        return new Usage(bounds.in, bounds.out, bounds.used, 1, bounds.rag, 0, asks ? Usage.COUNTED : Usage.NONE);
    }

    private long value(Flow.Node node) {
        if (Components.MODELS.contains(node.type())) {
            return model(node);
        }
        return switch (node.type()) {
            case "ChatInput" -> Math.max(Tokens.count(input.text()), field(node, "input_value"));
            case "TextInput" ->
                Entries.takesQuestion(plan, node) ? Tokens.count(input.text()) : field(node, "input_value");
            case "Webhook" -> Math.max(Tokens.count(input.text()), field(node, "data"));
            case "Prompt", "Prompt Template" -> prompt(node);
            case "Memory" -> memory(node);
            case "KnowledgeRetrieval" -> {
                rag += times;
                yield Retrieval.topK(node) * PASSAGE_TOKENS;
            }
            case "TypeConverterComponent" -> field(node, "input_data") + SEAM * SEAM;
            case "StructuredOutput" -> structured(node);
            case "Agent" -> agent(node);
            case Loops.TYPE -> loop(node);
            case "ChatOutput", "TextOutput" -> field(node, "input_value");
            default -> everything(node);
        };
    }

    private long field(Flow.Node node, String field) {
        long sum = 0;
        boolean connected = false;
        for (Flow.Edge edge : plan.into(node)) {
            if (edge.field().equals(field)) {
                connected = true;
                sum += tokens.getOrDefault(edge.source(), 0L) + SEAM;
            }
        }
        return connected ? sum : Tokens.count(clipped(node.text(field)));
    }

    private long prompt(Flow.Node node) {
        String template = clipped(node.text("template"));
        Map<String, Long> known = new HashMap<>();
        Function<String, Long> variable = name -> field(node, name) + SEAM;
        long sum = Tokens.count(template);
        Matcher matcher = VARIABLE.matcher(template);
        while (matcher.find() && sum < Value.MAX_CHARS) {
            String name = matcher.group(1).replaceFirst("[!:].*$", "").strip();
            sum += known.computeIfAbsent(name, variable);
        }
        return Math.min(sum, Value.MAX_CHARS);
    }

    private long memory(Flow.Node node) {
        int limit = Recall.limit(node);
        long brought = input.before().stream()
                .mapToLong(turn -> turn.content().getBytes(StandardCharsets.UTF_8).length)
                .sum();
        long bytes = input.before().isEmpty() ? Recall.MAX_HISTORY_BYTES : Math.min(brought, Recall.MAX_HISTORY_BYTES);
        boolean nothing =
                limit == 0 || (input.before().isEmpty() && input.session().isBlank());
        return nothing ? 0 : bytes / BYTES_PER_TOKEN + TURN_TOKENS * limit;
    }

    private long model(Flow.Node node) {
        long system = Tokens.count(clipped(Flow.text(config.path("system_prompt"))));
        if (system == 0 || ModelNodes.madeInEachRun(plan, node)) {
            system += field(node, "system_message") + SEAM;
        }
        long conversation = 0;
        if (ModelNodes.seesConversation(plan, node)) {
            for (Turn turn : input.before()) {
                conversation += Tokens.count(turn.content()) + Tokens.PER_MESSAGE;
            }
        }
        long reads = system + conversation + field(node, "input_value") + 3L * Tokens.PER_MESSAGE;
        long most = ModelNodes.maxTokens(node, config);
        String name = ModelNodes.model(node, models);
        if (name.equals(Extractive.NAME)) {
            most = Extractive.MAX_TOKENS;
        } else {
            uses.add(new ModelUse(node.id(), ModelNodes.provider(node), name, reads * times, most * times));
        }
        in += reads * times;
        out += most * times;
        return most;
    }

    /** The answer, and once the whole again with what was wrong with it. */
    private long structured(Flow.Node node) {
        Flow.Node chooser = ModelNodes.chooser(plan, node);
        long most = ModelNodes.maxTokens(chooser, config);
        long once = everything(node) + SCHEMA_TOKENS + 3L * Tokens.PER_MESSAGE;
        long reads = (2 * once + most) * times;
        String name = ModelNodes.model(chooser, models);
        uses.add(new ModelUse(node.id(), ModelNodes.provider(chooser), name, reads, 2 * most * times));
        in += reads;
        out += 2 * most * times;
        return most;
    }

    /** A few steps, each of which reads all that came before it; more is held while it goes on. */
    private long agent(Flow.Node node) {
        Flow.Node chooser = ModelNodes.chooser(plan, node);
        long most = ModelNodes.maxTokens(chooser, config);
        long tools = plan.handed(node, "tools").size();
        long steps = Math.min(EXPECTED_STEPS, Agents.steps(node));
        long once = everything(node)
                + Tokens.count(clipped(Flow.text(config.path("system_prompt"))))
                + (Agents.remembers(node) ? memory(node) : 0)
                + (tools + 1) * TOOL_TOKENS
                + 3L * Tokens.PER_MESSAGE;
        long reads = (steps * once + steps * (steps - 1) / 2 * (most + RESULT_TOKENS)) * times;
        uses.add(new ModelUse(
                node.id(),
                ModelNodes.provider(chooser),
                ModelNodes.model(chooser, models),
                reads,
                steps * most * times));
        in += reads;
        out += steps * most * times;
        used += (steps - 1) * times;
        return most;
    }

    private long loop(Flow.Node node) {
        tokens.put(node.id(), everything(node));
        long outside = times;
        times = outside * EXPECTED_ROUNDS;
        long last = 0;
        for (Flow.Node inner : plan.inside(node)) {
            last = value(inner);
            tokens.put(inner.id(), last);
        }
        times = outside;
        return last * EXPECTED_ROUNDS;
    }

    /** Whatever reaches a node, and whatever it brings along. */
    private long everything(Flow.Node node) {
        long sum = 0;
        for (Flow.Edge edge : plan.into(node)) {
            sum += tokens.getOrDefault(edge.source(), 0L) + SEAM;
        }
        for (Flow.Field field : node.fields().values()) {
            if (!field.name().equals("code") && !field.name().equals("info")) {
                String text = field.value().isContainer() ? field.value().toString() : field.text();
                sum += Tokens.count(clipped(text));
            }
        }
        return Math.min(sum, Value.MAX_CHARS);
    }

    private static String clipped(String text) {
        return text.length() > Value.MAX_CHARS ? text.substring(0, Value.MAX_CHARS) : text;
    }
}
