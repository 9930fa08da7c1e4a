package dev.gsv.cmp.flows;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation.
 *
 * @param role {@code user}, {@code assistant} or {@code system}
 * @param name how the sender is called in a history, for instance {@code AI}; empty when nobody said
 * @param at when it was stored; null for messages that come with a call
 */
public record Turn(
        String role, String content, String name, @Nullable Instant at) {
    public static final String USER = "user";
    public static final String ASSISTANT = "assistant";
    public static final String SYSTEM = "system";

    public Turn(String role, String content) {
        this(role, content, "", null);
    }

    boolean fromUser() {
        return !role.equals(ASSISTANT);
    }

    /** Langflow's word for the kind of sender. */
    String sender() {
        return fromUser() ? "User" : "Machine";
    }

    String senderName() {
        if (!name.isEmpty()) {
            return name;
        }
        return fromUser() ? "User" : "AI";
    }
}
