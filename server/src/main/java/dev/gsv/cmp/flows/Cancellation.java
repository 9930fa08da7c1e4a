package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.List;

/**
 * Stops a run from outside: once requested, the call to a model server in flight is closed too. Safe for many threads.
 */
public final class Cancellation {
    private final List<Runnable> actions = new ArrayList<>();
    private boolean requested;

    /** Asks the run to stop; a second call does nothing. */
    public void cancel() {
        List<Runnable> now;
        synchronized (this) {
            if (requested) {
                return;
            }
            requested = true;
            now = List.copyOf(actions);
        }
        now.forEach(Runnable::run);
    }

    public synchronized boolean requested() {
        return requested;
    }

    /** Runs the action on cancellation, at once when that has been requested already. */
    void whenRequested(Runnable action) {
        synchronized (this) {
            if (!requested) {
                actions.add(action);
                return;
            }
        }
        action.run();
    }
}
