package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Findings;
import java.math.BigDecimal;
import java.util.List;
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

    private static final String RATE_CARD = "rate_card";
    private static final int MAX_PLACES = 6;
    /** The models with a documented price (section 11.2); billing knows what it is. */
    static final List<String> MODELS = List.of(
            "default", "gpt-4", "gpt-4-turbo", "gpt-3.5-turbo", "claude-3-opus", "claude-3-sonnet", "claude-3-haiku");
    /** The meters that can carry a price (section 11.1). */
    static final Set<String> METERS = Set.of(
            "llm_tokens_in",
            "llm_tokens_out",
            "tool_calls",
            "requests",
            "rag_queries",
            "rag_ingestion_mb",
            "mcp_calls",
            "chat_sessions",
            "widget_sessions",
            "translations",
            "image_calls",
            "audio_minutes",
            "storage_gb_days",
            "audit_events",
            "scheduled_runs");

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

    /**
     * A rate card as billing reads it: {@code {"model": "gpt-4"}}, or prices in credits per 1000 units and each, and a
     * minimum. An empty one is the card of the platform.
     */
    static void rateCard(Findings findings, JsonNode card) {
        findings.object(RATE_CARD, card, MAX_OBJECT_CHARACTERS);
        if (card.has("model")) {
            if (!MODELS.contains(card.path("model").asString(""))) {
                findings.meaning(RATE_CARD + ".model", "must be one of " + String.join(", ", MODELS));
            }
            return;
        }
        int prices = 0;
        for (Map.Entry<String, JsonNode> part : card.properties()) {
            String here = RATE_CARD + "." + part.getKey();
            switch (part.getKey()) {
                case "per_1000", "each" -> prices += prices(findings, here, part.getValue());
                case "minimum" -> price(findings, here, part.getValue());
                default -> findings.meaning(here, "must be model, per_1000, each or minimum");
            }
        }
        if (card.isObject() && !card.isEmpty() && prices == 0) {
            findings.meaning(RATE_CARD, "names no price");
        }
    }

    private static int prices(Findings findings, String path, JsonNode prices) {
        if (!prices.isObject()) {
            findings.shape(path, "must be an object");
        }
        for (Map.Entry<String, JsonNode> price : prices.properties()) {
            if (!METERS.contains(price.getKey())) {
                findings.meaning(path + "." + price.getKey(), "is no meter");
            }
            price(findings, path + "." + price.getKey(), price.getValue());
        }
        return prices.size();
    }

    private static void price(Findings findings, String path, JsonNode price) {
        if (!price.isNumber()) {
            findings.shape(path, "must be a number of credits");
        } else if (price.decimalValue().stripTrailingZeros().scale() > MAX_PLACES) {
            findings.shape(path, "must have at most " + MAX_PLACES + " decimal places");
        } else if (outside(price.decimalValue(), BigDecimal.ZERO, MAX_RATE)) {
            findings.meaning(path, "must be between 0 and " + MAX_RATE);
        }
    }

    private static boolean outside(BigDecimal value, BigDecimal least, BigDecimal most) {
        return value.compareTo(least) < 0 || value.compareTo(most) > 0;
    }
}
