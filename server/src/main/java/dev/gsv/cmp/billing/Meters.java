package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What was used, meter by meter (section 11.1 of the control plane contract). Never negative: 422.
 *
 * @param ragIngestionMb mebibytes, at most 6 decimal places
 * @param audioMinutes minutes, at most 6 decimal places
 * @param storageGbDays gibibytes times days, at most 6 decimal places
 */
public record Meters(
        long llmTokensIn,
        long llmTokensOut,
        long toolCalls,
        long requests,
        long ragQueries,
        BigDecimal ragIngestionMb,
        long mcpCalls,
        long chatSessions,
        long widgetSessions,
        long translations,
        long imageCalls,
        BigDecimal audioMinutes,
        BigDecimal storageGbDays,
        long auditEvents,
        long scheduledRuns) {

    /** First of the statics: {@link #NONE} needs it. */
    static final List<String> NAMES = List.of(
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

    public static final Meters NONE = of(0, 0, 0, 0, 0);
    private static final int MAX_SCALE = 6;
    private static final int MAX_PRECISION = 20;
    private static final BigDecimal MAX_COUNT = BigDecimal.valueOf(Long.MAX_VALUE);

    public Meters {
        ragIngestionMb = plain(ragIngestionMb);
        audioMinutes = plain(audioMinutes);
        storageGbDays = plain(storageGbDays);
        List<Problem.Detail> wrong = new ArrayList<>();
        named(
                        llmTokensIn,
                        llmTokensOut,
                        toolCalls,
                        requests,
                        ragQueries,
                        ragIngestionMb,
                        mcpCalls,
                        chatSessions,
                        widgetSessions,
                        translations,
                        imageCalls,
                        audioMinutes,
                        storageGbDays,
                        auditEvents,
                        scheduledRuns)
                .forEach((meter, value) -> {
                    if (value.signum() < 0) {
                        wrong.add(new Problem.Detail("usage." + meter, "must not be negative"));
                    }
                    if (value.scale() > MAX_SCALE || value.precision() - value.scale() > MAX_PRECISION) {
                        wrong.add(new Problem.Detail("usage." + meter, "is beyond what can be recorded"));
                    }
                });
        if (!wrong.isEmpty()) {
            throw new KitProblem.Meaningless("The usage holds numbers that make no sense.", wrong);
        }
    }

    /** The meters that carry a price by default. */
    public static Meters of(long llmTokensIn, long llmTokensOut, long toolCalls, long requests, long ragQueries) {
        BigDecimal none = BigDecimal.ZERO;
        return new Meters(
                llmTokensIn, llmTokensOut, toolCalls, requests, ragQueries, none, 0, 0, 0, 0, 0, none, none, 0, 0);
    }

    /**
     * Meters by their documented names, as a caller sends them; an absent one is 0.
     *
     * @throws KitProblem.Invalid for a name that is none, or a fraction of what is counted (400)
     * @throws KitProblem.Meaningless for a number that is negative or cannot be recorded (422)
     */
    public static Meters of(Map<String, BigDecimal> usage) {
        for (String name : usage.keySet()) {
            if (!NAMES.contains(name)) {
                throw new KitProblem.Invalid("usage." + name, "is no meter");
            }
        }
        return new Meters(
                counted(usage, "llm_tokens_in"),
                counted(usage, "llm_tokens_out"),
                counted(usage, "tool_calls"),
                counted(usage, "requests"),
                counted(usage, "rag_queries"),
                given(usage, "rag_ingestion_mb"),
                counted(usage, "mcp_calls"),
                counted(usage, "chat_sessions"),
                counted(usage, "widget_sessions"),
                counted(usage, "translations"),
                counted(usage, "image_calls"),
                given(usage, "audio_minutes"),
                given(usage, "storage_gb_days"),
                counted(usage, "audit_events"),
                counted(usage, "scheduled_runs"));
    }

    private static BigDecimal given(Map<String, BigDecimal> usage, String name) {
        BigDecimal value = usage.get(name);
        return value == null ? BigDecimal.ZERO : value;
    }

    private static long counted(Map<String, BigDecimal> usage, String name) {
        BigDecimal value = plain(given(usage, name));
        if (value.precision() - value.scale() > MAX_PRECISION || value.abs().compareTo(MAX_COUNT) > 0) {
            throw new KitProblem.Meaningless("usage." + name + " is beyond what can be recorded.");
        }
        if (value.scale() > 0) {
            throw new KitProblem.Invalid("usage." + name, "must be a whole number");
        }
        return value.longValue();
    }

    /** As {@link #measured} wrote it; a meter that is not there measured nothing. */
    static Meters of(JsonNode measured) {
        return new Meters(
                measured.path("llm_tokens_in").asLong(0),
                measured.path("llm_tokens_out").asLong(0),
                measured.path("tool_calls").asLong(0),
                measured.path("requests").asLong(0),
                measured.path("rag_queries").asLong(0),
                exact(measured.path("rag_ingestion_mb")),
                measured.path("mcp_calls").asLong(0),
                measured.path("chat_sessions").asLong(0),
                measured.path("widget_sessions").asLong(0),
                measured.path("translations").asLong(0),
                measured.path("image_calls").asLong(0),
                exact(measured.path("audio_minutes")),
                exact(measured.path("storage_gb_days")),
                measured.path("audit_events").asLong(0),
                measured.path("scheduled_runs").asLong(0));
    }

    private static BigDecimal exact(JsonNode number) {
        return number.isNumber() ? number.decimalValue() : BigDecimal.ZERO;
    }

    /** The meters that measured something: most runs touch few of them. */
    Map<String, BigDecimal> measured() {
        Map<String, BigDecimal> result = byName();
        result.values().removeIf(value -> value.signum() == 0);
        return result;
    }

    /** Every meter under its documented name. */
    Map<String, BigDecimal> byName() {
        return named(
                llmTokensIn,
                llmTokensOut,
                toolCalls,
                requests,
                ragQueries,
                ragIngestionMb,
                mcpCalls,
                chatSessions,
                widgetSessions,
                translations,
                imageCalls,
                audioMinutes,
                storageGbDays,
                auditEvents,
                scheduledRuns);
    }

    private static Map<String, BigDecimal> named(Number... values) {
        Map<String, BigDecimal> result = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            Number value = values[i];
            result.put(NAMES.get(i), value instanceof BigDecimal exact ? exact : BigDecimal.valueOf(value.longValue()));
        }
        return result;
    }

    private static BigDecimal plain(BigDecimal value) {
        // A number such as 1e999999 keeps its exponent here; expanding it would exhaust the memory.
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 && stripped.precision() - stripped.scale() <= MAX_PRECISION
                ? stripped.setScale(0)
                : stripped;
    }
}
