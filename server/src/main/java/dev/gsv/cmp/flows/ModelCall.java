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
 */
record ModelCall(
        String model,
        String system,
        List<Turn> before,
        String prompt,
        String question,
        List<Passage> passages,
        OptionalDouble temperature,
        int maxTokens) {
    /** Tokens that this call sends, counted. */
    long tokens() {
        long tokens = Tokens.PER_MESSAGE + Tokens.count(prompt) + Tokens.PER_MESSAGE;
        if (!system.isBlank()) {
            tokens += Tokens.count(system) + Tokens.PER_MESSAGE;
        }
        for (Turn turn : before) {
            tokens += Tokens.count(turn.content()) + Tokens.PER_MESSAGE;
        }
        return tokens;
    }
}
