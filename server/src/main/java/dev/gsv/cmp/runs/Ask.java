package dev.gsv.cmp.runs;

import dev.gsv.cmp.flows.Turn;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a caller asks of an instance, checked for its shape.
 *
 * @param messages the conversation before the question, oldest first
 * @param session the caller's own name of the conversation; empty when nothing shall be remembered
 * @param tweaks configuration for this run alone; null for none
 */
record Ask(
        UUID instance,
        String query,
        List<Turn> messages,
        String session,
        @Nullable JsonNode tweaks) {
    Ask {
        messages = List.copyOf(messages);
    }
}
