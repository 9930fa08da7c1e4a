package dev.gsv.cmp.flows;

import java.util.List;

/**
 * What a caller asks of a flow.
 *
 * @param text the question of this run
 * @param messages the conversation before it, oldest first, as far as the caller brought it; it then stands in for the
 *     stored history of this run
 * @param session {@code <instance>:<session>}; when blank nothing is remembered and nothing is recalled, because a
 *     shared default would show one caller another's messages
 */
public record RunInput(String text, List<Turn> messages, String session) {
    public RunInput {
        messages = List.copyOf(messages);
    }

    public RunInput(String text, String session) {
        this(text, List.of(), session);
    }

    /** The conversation before the question: callers often repeat the question as the last message. */
    List<Turn> before() {
        if (!messages.isEmpty()) {
            Turn last = messages.getLast();
            if (last.role().equals(Turn.USER) && last.content().equals(text)) {
                return messages.subList(0, messages.size() - 1);
            }
        }
        return messages;
    }
}
