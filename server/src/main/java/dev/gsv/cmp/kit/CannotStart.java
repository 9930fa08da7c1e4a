package dev.gsv.cmp.kit;

/**
 * A reason why this node does not start that its operator can mend: a locked data directory, a wrong setting, an
 * unreachable database.
 *
 * <p>The message says what is wrong, {@link #action()} what to do; both are printed instead of a stack trace.
 */
public final class CannotStart extends RuntimeException {
    private final String action;

    public CannotStart(String message, String action) {
        super(message);
        this.action = action;
    }

    public CannotStart(String message, String action, Throwable cause) {
        super(message, cause);
        this.action = action;
    }

    /** What the operator can do about it, one or more sentences. */
    public String action() {
        return action;
    }
}
