package dev.gsv.cmp.flows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Memory}, shown as "Message History": the conversation before this run.
 *
 * <p>The session is always the run's own. A session id inside the flow is not used: it is the same for every caller,
 * and would show one caller's messages to another.
 */
final class Recall {
    /** Most turns that are read for one node. */
    static final int MAX_TURNS = 200;
    /** Most text of a history, in UTF-8 bytes; older turns are left out first. */
    static final int MAX_HISTORY_BYTES = 12_000;

    private static final int DEFAULT_TURNS = 100;
    private static final String DEFAULT_TEMPLATE = "{sender_name}: {text}";

    private Recall() {}

    static Value memory(Work work) {
        Flow.Node node = work.node();
        List<Turn> turns = new ArrayList<>();
        int bytes = 0;
        for (Turn turn : conversation(work).reversed()) {
            boolean wanted = matches(turn, node);
            bytes += wanted ? turn.content().getBytes(StandardCharsets.UTF_8).length : 0;
            if (turns.size() == limit(node) || bytes > MAX_HISTORY_BYTES) {
                break;
            }
            if (wanted) {
                turns.add(turn);
            }
        }
        if (!node.text("order").startsWith("Desc")) {
            Collections.reverse(turns);
        }
        String template = work.text("template");
        return new Value.Table(
                turns.stream().map(Recall::row).toList(), template.isBlank() ? DEFAULT_TEMPLATE : template, List.of());
    }

    static int limit(Flow.Node node) {
        return Math.clamp(Work.whole(node.text("n_messages")).orElse(DEFAULT_TURNS), 0, MAX_TURNS);
    }

    private static List<Turn> conversation(Work work) {
        RunInput input = work.run().input();
        if (!input.before().isEmpty()) {
            return input.before();
        }
        if (input.session().isBlank() || limit(work.node()) == 0) {
            return List.of();
        }
        try {
            return work.run().around().history().last(input.session(), MAX_TURNS);
        } catch (RuntimeException e) {
            throw new NodeFault(Fault.MEMORY_UNAVAILABLE, "The stored conversation could not be read.");
        }
    }

    private static boolean matches(Turn turn, Flow.Node node) {
        String sender = node.text("sender");
        String name = node.text("sender_name");
        boolean senderFits = sender.isBlank() || sender.equals("Machine and User") || sender.equals(turn.sender());
        return senderFits && (name.isBlank() || name.equals(turn.senderName()));
    }

    private static ObjectNode row(Turn turn) {
        ObjectNode row = JsonNodeFactory.instance
                .objectNode()
                .put("sender", turn.sender())
                .put("sender_name", turn.senderName())
                .put("text", Value.storable(turn.content()));
        return turn.at() == null ? row : row.put("timestamp", turn.at().toString());
    }
}
