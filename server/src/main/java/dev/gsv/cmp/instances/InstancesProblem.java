package dev.gsv.cmp.instances;

import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;
import java.util.List;
import java.util.stream.Collectors;

/** What can be wrong with an instance. */
public abstract sealed class InstancesProblem extends Problem {

    private static final int SAID = 3;

    private InstancesProblem(String message, List<Detail> details) {
        super(message, details);
    }

    /** Nothing was stored; the details hold every finding. */
    @ProblemCode(value = "CONFIG_VALIDATION_FAILED", status = 422, title = "The configuration is not allowed")
    public static final class ConfigInvalid extends InstancesProblem {
        public ConfigInvalid(List<Detail> findings) {
            super(
                    findings.stream()
                            .limit(SAID)
                            .map(finding -> finding.path() + ": " + finding.message())
                            .collect(Collectors.joining(
                                    "; ", "Nothing was stored. ", findings.size() > SAID ? "; …" : ".")),
                    findings);
        }
    }

    @ProblemCode(value = "INSTANCE_PAUSED", status = 409, title = "The instance is not active")
    public static final class NotActive extends InstancesProblem {
        public NotActive(InstanceState state) {
            super(
                    "The instance is " + state.text() + "; only an active one can be used."
                            + switch (state) {
                                case REQUESTED -> " Pay for its plan, or choose a free one.";
                                case PROVISIONING -> " Try again when it is ready.";
                                case PAUSED -> " Resume it first.";
                                case ACTIVE, TERMINATED -> "";
                            },
                    List.of());
        }
    }

    @ProblemCode(value = "ENTITLEMENT_DENIED", status = 403, title = "No right to use this")
    public static final class EntitlementDenied extends InstancesProblem {
        public EntitlementDenied() {
            super("The life of this offering has ended; its instances do not run any more.", List.of());
        }

        public EntitlementDenied(String message) {
            super(message, List.of());
        }
    }
}
