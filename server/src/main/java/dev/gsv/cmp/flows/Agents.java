package dev.gsv.cmp.flows;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Agent}: a model that uses tools until it has an answer.
 *
 * <p>A tool that fails tells the model so; only the end of the run, or of its credit, ends the agent at once. Each use
 * of a tool is a step of the trace.
 */
final class Agents {
    /** Most times that one agent asks its model. */
    static final int MAX_STEPS = 15;
    /** Most tools that a model may use at once. */
    static final int MAX_CALLS_AT_ONCE = 8;
    /** So many answers in a row may hold no usable call. */
    static final int MAX_INVALID = 3;
    /** Longest result of a tool that a model is shown, in characters. */
    static final int MAX_RESULT_CHARS = 20_000;

    private static final String INSTRUCTIONS = "You are a helpful assistant that can use tools.";

    private Agents() {}

    /** What became of one call: its result, and whether it was a call at all. */
    private record Used(String result, boolean valid, List<Passage> passages) {}

    static Value answer(Work work) {
        Flow.Node chooser = ModelNodes.chooser(work.run().plan(), work.node());
        String model = ModelNodes.model(chooser, work.run().models());
        if (model.equals(Extractive.NAME)) {
            throw new NodeFault(
                    Fault.MODEL_NOT_CONFIGURED, "An Agent needs a language model, and cmp/extractive only quotes.");
        }
        String input = work.text("input_value");
        if (input.isBlank()) {
            throw new NodeFault(Fault.INPUT_MISSING, "Nothing reached the Agent.");
        }
        Map<String, Tools.Tool> tools = Tools.of(work);
        List<ModelCall.Exchange> exchanges = new ArrayList<>();
        List<Passage> passages = new ArrayList<>();
        List<Turn> before = before(work);
        int steps = steps(work.node());
        int invalid = 0;
        for (int step = 0; step < steps; step++) {
            work.run().goOn();
            ModelReply reply =
                    ModelNodes.ask(work, chooser, call(work, chooser, model, before, input, tools, exchanges));
            if (reply.calls().isEmpty()) {
                return answered(reply, passages);
            }
            List<String> results = new ArrayList<>();
            boolean usable = false;
            for (ModelCall.ToolCall call : reply.calls()) {
                Used used = results.size() < MAX_CALLS_AT_ONCE
                        ? use(work, tools, call)
                        : new Used("Error: too many tools at once.", false, List.of());
                results.add(used.result());
                usable |= used.valid();
                Value.addNew(passages, used.passages());
            }
            invalid = usable ? 0 : invalid + 1;
            if (invalid == MAX_INVALID) {
                throw new NodeFault(
                        Fault.AGENT_BAD_CALLS,
                        "The model called tools that do not exist, or with broken arguments, " + MAX_INVALID
                                + " times in a row.");
            }
            exchanges.add(new ModelCall.Exchange(reply.text(), reply.calls(), results));
        }
        throw new NodeFault(
                Fault.AGENT_STEP_LIMIT, "The agent asked its model " + steps + " times and still had no answer.");
    }

    /** As in the editor, but never more than the limit of CMP. */
    static int steps(Flow.Node node) {
        return Math.clamp(Work.whole(node.text("max_iterations")).orElse(MAX_STEPS), 1, MAX_STEPS);
    }

    /** Whether an agent knows the conversation. */
    static boolean remembers(Flow.Node node) {
        return node.type().equals("Agent") && Recall.limit(node) > 0;
    }

    private static List<Turn> before(Work work) {
        return remembers(work.node()) ? Recall.turns(work, work.node()).reversed() : List.of();
    }

    private static Value answered(ModelReply reply, List<Passage> passages) {
        ObjectNode data = reply.data();
        if (!passages.isEmpty()) {
            Citations.put(data, "sources", passages);
        }
        return new Value.Text(reply.text(), List.of(), data);
    }

    private static ModelCall call(
            Work work,
            Flow.Node chooser,
            String model,
            List<Turn> before,
            String input,
            Map<String, Tools.Tool> tools,
            List<ModelCall.Exchange> exchanges) {
        JsonNode config = work.run().around().config();
        String configured = Flow.text(config.path("system_prompt"));
        String own = work.text("system_prompt");
        boolean made = work.connected("system_prompt") && !configured.isBlank();
        String system = made ? configured + "\n\n" + own : configured.isBlank() ? own : configured;
        return new ModelCall(
                model,
                system.isBlank() ? INSTRUCTIONS : system,
                before,
                input,
                work.run().input().text(),
                List.of(),
                ModelNodes.temperature(chooser, config),
                ModelNodes.maxTokens(chooser, config),
                Tools.specs(tools),
                List.copyOf(exchanges));
    }

    private static Used use(Work work, Map<String, Tools.Tool> tools, ModelCall.ToolCall call) {
        Tools.Tool tool = tools.get(call.name());
        if (tool == null) {
            return new Used("Error: there is no tool of that name.", false, List.of());
        }
        Optional<ObjectNode> arguments = Jsons.parse(call.arguments().isBlank() ? "{}" : call.arguments())
                .filter(ObjectNode.class::isInstance)
                .map(ObjectNode.class::cast);
        JsonNode argument =
                arguments.map(object -> object.path(tool.field())).orElse(JsonNodeFactory.instance.missingNode());
        if (arguments.isEmpty() || tool.required() && argument.isMissingNode()) {
            return new Used("Error: the arguments are no JSON object with \"" + tool.field() + "\".", false, List.of());
        }
        work.run().goOn();
        work.meter().tool();
        Instant started = work.run().clock().instant();
        long nanos = System.nanoTime();
        String outcome = Step.FAILED;
        try {
            Value value = tool.use().apply(words(argument));
            outcome = Step.OK;
            String text = value.asText();
            return new Used(
                    text.length() > MAX_RESULT_CHARS
                            ? Value.storable(text.substring(0, MAX_RESULT_CHARS)) + "\n[cut off]"
                            : text,
                    true,
                    value.passages());
        } catch (NodeFault fault) {
            return new Used("Error: " + fault.safe(), true, List.of());
        } finally {
            Duration took = Duration.ofNanos(System.nanoTime() - nanos);
            work.run().audit().add(Step.of(tool.node(), started, took, outcome, new Meter()));
        }
    }

    /** Models give one address as a list now and then. */
    private static String words(JsonNode argument) {
        return argument.isArray()
                ? String.join(" ", argument.valueStream().map(Flow::text).toList())
                : Value.cell(argument);
    }

    /** Why this agent needs a Langflow runtime; empty when it does not. */
    static Optional<String> reason(Flow flow, Flow.Node node) {
        List<Flow.Edge> into = flow.edges().stream()
                .filter(edge -> edge.target().equals(node.id()))
                .toList();
        boolean model = into.stream().anyMatch(edge -> edge.output().equals("model_output"));
        boolean custom = ModelNodes.connectsOther(node)
                || node.text("agent_llm").equals("Custom")
                || node.text("agent_llm").equals("connect_other_models");
        if (custom && !model) {
            return Optional.of("An Agent with a model that is not in the flow needs a Langflow runtime.");
        }
        if (into.stream().anyMatch(edge -> edge.field().equals("memory"))) {
            return Optional.of("An Agent with a memory of its own needs a Langflow runtime.");
        }
        if (into.stream().anyMatch(edge -> edge.field().equals("tools") && !Plan.hands(edge))) {
            return Optional.of("An Agent with tools that are no components needs a Langflow runtime.");
        }
        boolean structured = flow.edges().stream()
                .anyMatch(
                        edge -> edge.source().equals(node.id()) && edge.output().equals("structured_response"));
        return structured
                ? Optional.of("An Agent's structured response needs a Langflow runtime; use a Structured Output.")
                : Optional.empty();
    }
}
