package dev.gsv.cmp.flows;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * The model that answers when that of a flow does not, if the operator named one.
 *
 * <p>What it uses is a step of its own in the trace, under a name of its own, because it has a price of its own.
 */
final class Fallback {
    /** What the step of a fallback is called: the node, and this. */
    static final String SUFFIX = " (fallback)";

    /** Failures of a server; what is wrong with the question would be wrong there too. */
    private static final Set<Fault> FAILURES =
            Set.of(Fault.MODEL_UNAVAILABLE, Fault.MODEL_ERROR, Fault.MODEL_RATE_LIMITED);

    private Fallback() {}

    static boolean helps(NodeFault fault, ModelSettings models, ModelCall call) {
        return FAILURES.contains(fault.fault())
                && exists(models)
                && !models.fallbackModel().equals(call.model());
    }

    private static boolean exists(ModelSettings models) {
        return !models.fallback().isEmpty()
                && models.server(models.fallbackProvider()).configured();
    }

    /** A node's part of the bound when its model is replaced: instead of its own, so that it adds nothing. */
    static Optional<ModelUse> use(String node, ModelSettings models) {
        return exists(models)
                ? Optional.of(new ModelUse(node + SUFFIX, models.fallbackProvider(), models.fallbackModel(), 0, 0))
                : Optional.empty();
    }

    static ModelReply ask(Work work, ModelCall call) {
        ModelSettings models = work.run().models();
        Meter meter = work.meter().beside();
        Instant started = work.run().clock().instant();
        long nanos = System.nanoTime();
        String outcome = Step.FAILED;
        try {
            ModelReply reply = ModelNodes.paid(
                    work, models.server(models.fallbackProvider()), call.to(models.fallbackModel()), meter);
            outcome = Step.OK;
            return reply;
        } finally {
            Flow.Node node = work.node();
            work.run()
                    .audit()
                    .add(new Step(
                            Value.storable(node.id()) + SUFFIX,
                            node.type(),
                            node.displayName(),
                            started,
                            Duration.ofNanos(System.nanoTime() - nanos),
                            outcome,
                            meter.tokensIn(),
                            meter.tokensOut()));
        }
    }
}
