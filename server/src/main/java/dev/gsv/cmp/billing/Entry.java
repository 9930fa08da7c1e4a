package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One line of a wallet's ledger (section 3.4 of the control plane contract).
 *
 * @param amount positive when the wallet got credit, negative when it paid
 * @param balance posted balance after this line
 * @param referenceId what it is about: {@code reservation:…}, {@code order:…}, {@code grant:…}
 */
public record Entry(
        UUID id,
        UUID walletId,
        Credits amount,
        String entryType,
        String referenceId,
        @Nullable UUID instanceId,
        @Nullable UUID runId,
        Credits balance,
        JsonNode metadata,
        Instant createdAt) {

    static JsonNode metadata(Map<String, String> metadata) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        metadata.forEach(node::put);
        return node;
    }
}
