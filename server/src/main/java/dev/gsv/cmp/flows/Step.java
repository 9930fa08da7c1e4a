package dev.gsv.cmp.flows;

import java.time.Duration;
import java.time.Instant;

/**
 * One node's part in a run; what it read and wrote is not kept.
 *
 * @param outcome {@code ok}, {@code failed}, or {@code cut_off} when the run ended while the node was working
 */
public record Step(
        String node,
        String component,
        String displayName,
        Instant started,
        Duration duration,
        String outcome,
        long tokensIn,
        long tokensOut) {
    static final String OK = "ok";
    static final String FAILED = "failed";
    static final String CUT_OFF = "cut_off";

    static Step of(Flow.Node node, Instant started, Duration duration, String outcome, Meter meter) {
        return new Step(
                Value.storable(node.id()),
                node.type(),
                node.displayName(),
                started,
                duration,
                outcome,
                meter.tokensIn(),
                meter.tokensOut());
    }
}
