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

    /** Most messages that a flow itself stores in one run. */
    static final int MAX_STORED = 50;

    private static final int DEFAULT_TURNS = 100;
    private static final String DEFAULT_TEMPLATE = "{sender_name}: {text}";

    private Recall() {}

    static Value memory(Work work) {
        Flow.Node node = work.node();
        if (stores(node)) {
            return store(work);
        }
        return remembered(work, node, work.text("template"));
    }

    private static Value.Table remembered(Work work, Flow.Node node, String template) {
        List<Turn> turns = turns(work, node);
        if (!node.text("order").startsWith("Desc")) {
            Collections.reverse(turns);
        }
        return new Value.Table(
                turns.stream().map(Recall::row).toList(), template.isBlank() ? DEFAULT_TEMPLATE : template, List.of());
    }

    /** The turns that a node wants, newest first, within its limits. */
    static List<Turn> turns(Work work, Flow.Node node) {
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
        return turns;
    }

    /** {@code StoreMessage}, and a Message History in store mode: kept with the conversation once the run answered. */
    static Value store(Work work) {
        Value message = work.value("message");
        String text = message.asText();
        if (!text.isBlank()) {
            if (work.run().toStore().size() >= MAX_STORED) {
                throw new NodeFault(
                        Fault.FLOW_TOO_LARGE, "A run may store " + MAX_STORED + " messages; this one stores more.");
            }
            String role = work.text("sender").equals("User") ? Turn.USER : Turn.ASSISTANT;
            work.run()
                    .toStore()
                    .add(new Turn(
                            role,
                            text,
                            work.text("sender_name"),
                            work.run().clock().instant()));
        }
        return message.toText();
    }

    /** Whether a node stores what reaches it. */
    static boolean stores(Flow.Node node) {
        return node.type().equals("StoreMessage")
                || node.type().equals("Memory") && node.text("mode").equals("Store");
    }

    /** Whether a flow with this node lives on its conversation. */
    static boolean looksBack(Flow.Node node) {
        return node.type().equals("Memory") || stores(node) || Agents.remembers(node);
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
        // Since 1.5 the kind of sender has a field of its own, and "sender" is only for storing.
        String sender = node.text(node.field("sender_type").isPresent() ? "sender_type" : "sender");
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
