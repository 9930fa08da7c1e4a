package dev.gsv.cmp.instances;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.gsv.cmp.kit.KitProblem;
import java.util.Locale;
import java.util.Set;

/** Where an instance stands (section 4.3 of the control plane contract). */
public enum InstanceState {
    /** Waits for a payment. */
    REQUESTED,
    /** Its resources are being deployed. */
    PROVISIONING,
    ACTIVE,
    PAUSED,
    /** Final. */
    TERMINATED;

    /** A step that somebody takes on purpose. */
    public enum Step {
        /** Nothing is waited for any more: deploy what must be deployed. */
        START(ACTIVE, Set.of(REQUESTED, PROVISIONING)),
        PAUSE(PAUSED, Set.of(ACTIVE)),
        RESUME(ACTIVE, Set.of(PAUSED)),
        TERMINATE(TERMINATED, Set.of(REQUESTED, PROVISIONING, ACTIVE, PAUSED));

        private final InstanceState to;
        private final Set<InstanceState> from;

        Step(InstanceState to, Set<InstanceState> from) {
            this.to = to;
            this.from = from;
        }

        public InstanceState to() {
            return to;
        }

        public Set<InstanceState> from() {
            return from;
        }
    }

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static InstanceState parse(String text) {
        for (InstanceState state : values()) {
            if (state.text().equals(text)) {
                return state;
            }
        }
        throw new KitProblem.Invalid("state", "must be one of requested, provisioning, active, paused, terminated");
    }
}
