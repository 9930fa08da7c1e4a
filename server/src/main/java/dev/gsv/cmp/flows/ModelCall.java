package dev.gsv.cmp.flows;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One question to a model.
 *
 * @param before earlier turns of the conversation
 * @param question what the caller of the run asked, in the caller's own words
 * @param passages what the flow retrieved for this call
 * @param maxTokens most tokens of the answer
 * @param tools what the model may use instead of answering
 * @param exchanges what it used already, after the prompt
 */
record ModelCall(
        String model,
        String system,
        List<Turn> before,
        String prompt,
        String question,
        List<Passage> passages,
        OptionalDouble temperature,
        int maxTokens,
        List<Spec> tools,
        List<Exchange> exchanges) {
    private static final long TOKENS_PER_TOOL = 20;

    /** A tool with one argument, which is a text. */
    record Spec(String name, String description, String field, String argument, boolean required) {}

    /** A model's wish to use a tool; the arguments are JSON if the model got them right. */
    record ToolCall(String id, String name, String arguments) {}

    /** What a model wanted to use, and what came of it, in the same order. */
    record Exchange(String text, List<ToolCall> calls, List<String> results) {}

    /** A question without tools. */
    ModelCall(
            String model,
            String system,
            List<Turn> before,
            String prompt,
            String question,
            List<Passage> passages,
            OptionalDouble temperature,
            int maxTokens) {
        this(model, system, before, prompt, question, passages, temperature, maxTokens, List.of(), List.of());
    }

    /** The same question to another model. */
    ModelCall to(String other) {
        return new ModelCall(
                other, system, before, prompt, question, passages, temperature, maxTokens, tools, exchanges);
    }

    /** Tokens that this call sends, counted. */
    long tokens() {
        long tokens = Tokens.PER_MESSAGE + Tokens.count(prompt) + Tokens.PER_MESSAGE;
        if (!system.isBlank()) {
            tokens += Tokens.count(system) + Tokens.PER_MESSAGE;
        }
        for (Turn turn : before) {
            tokens += Tokens.count(turn.content()) + Tokens.PER_MESSAGE;
        }
        for (Spec tool : tools) {
            tokens += TOKENS_PER_TOOL + Tokens.count(tool.name() + " " + tool.description() + " " + tool.argument());
        }
        for (Exchange exchange : exchanges) {
            tokens += Tokens.count(exchange.text()) + Tokens.PER_MESSAGE;
            for (int i = 0; i < exchange.calls().size(); i++) {
                ToolCall call = exchange.calls().get(i);
                tokens += Tokens.count(call.name() + call.arguments())
                        + Tokens.count(exchange.results().get(i))
                        + 3L * Tokens.PER_MESSAGE;
            }
        }
        return tokens;
    }
}
