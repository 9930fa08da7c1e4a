package dev.gsv.cmp.flows;

import org.jspecify.annotations.Nullable;

/** Ends a run with a fault and a safe sentence. It carries no stack: it is an answer, not a defect. */
final class NodeFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    NodeFault(Fault fault, String safe) {
        super(safe, null, false, false);
        this.fault = fault;
    }

    Fault fault() {
        return fault;
    }

    String safe() {
        String message = getMessage();
        return message == null ? fault.name() : message;
    }

    /** The fault inside whatever a library wrapped around it. */
    static @Nullable NodeFault in(@Nullable Throwable thrown) {
        Throwable at = thrown;
        for (int i = 0; at != null && i < 20; i++) {
            if (at instanceof NodeFault found) {
                return found;
            }
            at = at.getCause();
        }
        return null;
    }
}
