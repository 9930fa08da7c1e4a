package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Findings;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks of the free-form parts of plans and versions: defaults, limits, rate cards. */
final class Terms {

    static final int MAX_OBJECT_CHARACTERS = 64 * 1024;
    private static final BigDecimal MAX_LIMIT = BigDecimal.valueOf(1_000_000_000_000L);
    /** More than 1000 credits for one token, call or query is a typing error. */
    private static final BigDecimal MAX_RATE = BigDecimal.valueOf(1000);
    /** Limits that count things, where zero would forbid what the plan sells. */
    private static final Set<String> COUNTS =
            Set.of("requests_per_minute", "max_concurrent", "tool_calls_per_minute", "requests_per_month");

    private Terms() {}

    static JsonNode limits(Findings findings, @Nullable JsonNode asked) {
        JsonNode limits = findings.object("limits", asked, MAX_OBJECT_CHARACTERS);
        if (limits instanceof ObjectNode members) {
            bounded(findings, "limits", members);
        }
        return limits;
    }

    private static void bounded(Findings findings, String path, ObjectNode limits) {
        for (Map.Entry<String, JsonNode> limit : limits.properties()) {
            String here = path + "." + limit.getKey();
            JsonNode value = limit.getValue();
            if (value instanceof ObjectNode inner) {
                bounded(findings, here, inner);
            } else if (COUNTS.contains(limit.getKey()) && !value.isNull()) {
                if (!value.isIntegralNumber()) {
                    findings.shape(here, "must be a whole number, or null for unlimited");
                } else if (outside(value.decimalValue(), BigDecimal.ONE, MAX_LIMIT)) {
                    findings.meaning(here, "must be between 1 and " + MAX_LIMIT + ", or null for unlimited");
                }
            } else if (value.isNumber() && outside(value.decimalValue(), BigDecimal.ZERO, MAX_LIMIT)) {
                findings.meaning(here, "must be between 0 and " + MAX_LIMIT);
            }
        }
    }

    /** Only that it is sane; what the rates mean is billing's. */
    static void rateCard(Findings findings, JsonNode card) {
        findings.object("rate_card", card, MAX_OBJECT_CHARACTERS);
        rates(findings, "rate_card", card);
    }

    private static void rates(Findings findings, String path, JsonNode node) {
        if (node.isNumber() && outside(node.decimalValue(), BigDecimal.ZERO, MAX_RATE)) {
            findings.meaning(path, "must be between 0 and " + MAX_RATE);
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            rates(findings, path + "." + member.getKey(), member.getValue());
        }
    }

    private static boolean outside(BigDecimal value, BigDecimal least, BigDecimal most) {
        return value.compareTo(least) < 0 || value.compareTo(most) > 0;
    }
}
