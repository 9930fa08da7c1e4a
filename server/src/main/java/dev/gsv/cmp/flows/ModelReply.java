package dev.gsv.cmp.flows;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model's answer.
 *
 * @param reported whether the token numbers are the provider's own
 * @param data what goes along with the answer
 * @param calls the tools that the model wants to use before it answers; then the text may be empty
 */
record ModelReply(
        String text, long tokensIn, long tokensOut, boolean reported, ObjectNode data, List<ModelCall.ToolCall> calls) {
    /** An answer without tools. */
    ModelReply(String text, long tokensIn, long tokensOut, boolean reported, ObjectNode data) {
        this(text, tokensIn, tokensOut, reported, data, List.of());
    }
}
