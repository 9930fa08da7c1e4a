package dev.gsv.cmp.flows;

/** Bytes that are no flow, or a flow beyond the limits of {@link Flow}; the message is safe to show to its seller. */
public final class FlowUnreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What was wrong with the bytes. */
    public enum Reason {
        TOO_LARGE,
        ZIP,
        NOT_JSON,
        TOO_DEEP,
        NOT_A_FLOW,
        SEVERAL_FLOWS,
        TOO_MANY_NODES,
        TOO_MANY_EDGES
    }

    private final Reason reason;

    FlowUnreadable(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
