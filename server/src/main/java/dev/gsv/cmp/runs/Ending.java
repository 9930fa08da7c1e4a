package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.Meters;
import dev.gsv.cmp.flows.Fault;
import dev.gsv.cmp.flows.Outcome;
import dev.gsv.cmp.flows.Step;
import dev.gsv.cmp.flows.Usage;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Trace;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended, in the form in which it is closed: everything that the closing transaction writes, also when it has
 * to be written later from a file.
 */
record Ending(
        Run.Status status,
        Run.Used used,
        Run.@Nullable Error error,
        List<Run.Node> trace,
        String traceId,
        Map<String, Long> costs) {

    private static final int MAX_MESSAGE = 2000;
    private static final int MAX_NODE = 500;

    @SuppressWarnings("NullAway") // A file of an earlier version has no costs.
    Ending {
        costs = costs == null ? Map.of() : Map.copyOf(costs);
    }

    /** @param costs micro-USD by provider of models */
    static Ending of(Outcome outcome, Map<String, Long> costs) {
        Run.Used used = used(outcome.usage());
        List<Run.Node> trace = outcome.trace().stream().map(Ending::node).toList();
        return switch (outcome) {
            case Outcome.Answered answered -> new Ending(Run.Status.SUCCEEDED, used, null, trace, Trace.id(), costs);
            case Outcome.Failed failed ->
                new Ending(
                        Run.Status.FAILED,
                        used,
                        new Run.Error(failed.code(), cut(failed.message(), MAX_MESSAGE), node(failed.node())),
                        trace,
                        Trace.id(),
                        costs);
            case Outcome.TimedOut late ->
                new Ending(
                        Run.Status.TIMED_OUT,
                        used,
                        new Run.Error("RUN_TIMEOUT", "The run reached its deadline.", null),
                        trace,
                        Trace.id(),
                        costs);
        };
    }

    /** The end of a run whose process died. */
    static Ending abandoned() {
        return new Ending(
                Run.Status.ABANDONED,
                new Run.Used(0, 0, 0, 0, 0, "none"),
                new Run.Error("ABANDONED", "The process that ran it died.", null),
                List.of(),
                Trace.id(),
                Map.of());
    }

    /** A run as it is added to the usage of its day. */
    static dev.gsv.cmp.instances.Usage usage(Meters used, Credits credits) {
        return new dev.gsv.cmp.instances.Usage(
                null,
                1,
                used.llmTokensIn(),
                used.llmTokensOut(),
                used.toolCalls(),
                used.requests(),
                used.ragQueries(),
                used.ragIngestionMb(),
                used.mcpCalls(),
                used.chatSessions(),
                used.widgetSessions(),
                used.translations(),
                used.imageCalls(),
                used.audioMinutes(),
                used.storageGbDays(),
                used.auditEvents(),
                used.scheduledRuns(),
                credits);
    }

    /** A run that was cut off for lack of credit is charged for what it used, although it did not answer. */
    boolean charged() {
        return answered() || (error != null && error.code().equals(Fault.CREDIT_EXHAUSTED.name()));
    }

    boolean answered() {
        return status == Run.Status.SUCCEEDED;
    }

    Meters meters() {
        return meters(used);
    }

    static Meters meters(Run.Used used) {
        return Meters.of(used.llmTokensIn(), used.llmTokensOut(), used.toolCalls(), used.requests(), used.ragQueries());
    }

    static Run.Used used(Usage usage) {
        return new Run.Used(
                usage.llmTokensIn(),
                usage.llmTokensOut(),
                usage.toolCalls(),
                usage.requests(),
                usage.ragQueries(),
                usage.tokenSource());
    }

    private static Run.Node node(Step step) {
        return new Run.Node(
                step.node(),
                step.component(),
                step.displayName(),
                step.outcome(),
                step.duration().toMillis(),
                step.tokensIn(),
                step.tokensOut());
    }

    private static @Nullable String node(@Nullable String id) {
        return id == null ? null : cut(id, MAX_NODE);
    }

    private static String cut(String text, int atMost) {
        return text.length() <= atMost ? text : text.substring(0, atMost);
    }
}
