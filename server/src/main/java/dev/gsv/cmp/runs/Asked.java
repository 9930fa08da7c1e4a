package dev.gsv.cmp.runs;

import dev.gsv.cmp.flows.Turn;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The body of {@code POST /v1/runs}, as it comes (section 7.4 of the control plane contract).
 *
 * @param instanceId may be left out by a caller whose key names the instance
 */
record Asked(
        @Nullable UUID instanceId,
        @Nullable Input input,
        @Nullable Metadata metadata) {

    /** @param query the question; without one, the last message of the user */
    record Input(@Nullable String query, @Nullable List<@Nullable Message> messages) {}

    /** @param role system, user or assistant */
    record Message(@Nullable String role, @Nullable String content) {}

    /**
     * @param sessionId the caller's name of the conversation; without one nothing is remembered
     * @param clientRunId makes the call repeatable where no Idempotency-Key is sent
     */
    record Metadata(@Nullable String sessionId, @Nullable String clientRunId) {}

    static final int MAX_QUERY = 32_000;
    static final int MAX_MESSAGES = 200;
    static final int MAX_SESSION = 150;
    static final int MAX_CLIENT_RUN = 150;
    private static final Set<String> ROLES = Set.of(Turn.SYSTEM, Turn.USER, Turn.ASSISTANT);

    /** What is asked, or 400 with what is wrong; 403 when the key is another instance's. */
    Ask ask(Caller caller) {
        if (input == null) {
            throw new KitProblem.Invalid("input", "is required");
        }
        List<Turn> turns = turns(input.messages());
        String query = query(input.query(), turns);
        return new Ask(
                instance(caller, instanceId),
                query,
                turns,
                session(metadata == null ? null : metadata.sessionId()),
                null);
    }

    static UUID instance(Caller caller, @Nullable UUID named) {
        UUID own = caller.presentedKey().map(Caller.Key::instance).orElse(null);
        if (named == null && own == null) {
            throw new KitProblem.Invalid("instance_id", "is required");
        }
        if (named != null && own != null && !named.equals(own)) {
            throw new KitProblem.PermissionDenied("This API key belongs to another instance.");
        }
        return named == null ? java.util.Objects.requireNonNull(own) : named;
    }

    static Ask invoke(Caller caller, @Nullable String input, @Nullable String session, @Nullable JsonNode tweaks) {
        if (input == null || input.isBlank()) {
            throw new KitProblem.Invalid("input", "is required");
        }
        boolean none = tweaks == null || tweaks.isNull() || (tweaks.isObject() && tweaks.isEmpty());
        return new Ask(instance(caller, null), text("input", input), List.of(), session(session), none ? null : tweaks);
    }

    private static List<Turn> turns(@Nullable List<@Nullable Message> messages) {
        if (messages == null) {
            return List.of();
        }
        if (messages.size() > MAX_MESSAGES) {
            throw new KitProblem.Invalid("input.messages", "holds more than " + MAX_MESSAGES + " messages");
        }
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            String path = "input.messages[" + i + "]";
            if (message == null || message.role() == null || !ROLES.contains(message.role())) {
                throw new KitProblem.Invalid(path + ".role", "must be system, user or assistant");
            }
            String content = message.content();
            if (content == null) {
                throw new KitProblem.Invalid(path + ".content", "is required");
            }
            turns.add(new Turn(message.role(), text(path + ".content", content)));
        }
        return turns;
    }

    private static String query(@Nullable String query, List<Turn> turns) {
        if (query != null && !query.isBlank()) {
            return text("input.query", query);
        }
        if (!turns.isEmpty()
                && turns.getLast().role().equals(Turn.USER)
                && !turns.getLast().content().isBlank()) {
            return turns.getLast().content();
        }
        throw new KitProblem.Invalid("input.query", "is required, or a last message of the user");
    }

    private static String text(String path, String text) {
        if (text.length() > MAX_QUERY) {
            throw new KitProblem.Invalid(path, "has more than " + MAX_QUERY + " characters");
        }
        if (text.indexOf('\0') >= 0) {
            throw new KitProblem.Invalid(path, "must not hold a NUL character");
        }
        return text;
    }

    private static String session(@Nullable String session) {
        if (session == null) {
            return "";
        }
        return name("session_id", session, MAX_SESSION);
    }

    /** The caller's own name of this run, which makes it repeatable; null for none. */
    @Nullable
    String clientRun() {
        String name = metadata == null ? null : metadata.clientRunId();
        return name == null ? null : name("client_run_id", name, MAX_CLIENT_RUN);
    }

    private static String name(String path, String name, int atMost) {
        if (name.isBlank() || name.length() > atMost || name.indexOf('\0') >= 0) {
            throw new KitProblem.Invalid("metadata." + path, "must have 1 to " + atMost + " characters");
        }
        return name;
    }
}
