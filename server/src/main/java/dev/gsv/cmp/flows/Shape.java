package dev.gsv.cmp.flows;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What CMP derives from a flow and stores with its version.
 *
 * @param langflowVersion the newest version named in the file; null when it names none
 * @param entryType the kind of component where a question enters, null without one that leads to an exit
 * @param exitNode id of the node where the answer leaves, null without one
 * @param capabilities ids of the capability registry, section 10 of the control plane contract
 * @param defaults what the flow itself sets of the things that a buyer may change
 * @param configSchema JSON Schema of what a buyer may change
 */
public record Shape(
        @Nullable String langflowVersion,
        @Nullable String entryType,
        @Nullable String exitNode,
        List<String> capabilities,
        ObjectNode defaults,
        ObjectNode configSchema) {
    public Shape {
        capabilities = List.copyOf(capabilities);
    }
}
