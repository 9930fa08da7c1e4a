package dev.gsv.cmp.flows;

import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;
import java.util.List;

/** What can be wrong with a flow that is imported, and with what is kept of it. */
public abstract sealed class FlowsProblem extends Problem {

    private FlowsProblem(String message) {
        super(message);
    }

    private FlowsProblem(String message, List<Detail> details) {
        super(message, details);
    }

    /** Nothing was stored; the details are all findings that are errors. */
    @ProblemCode(value = "FLOW_REFUSED", status = 422, title = "The flow cannot be imported")
    public static final class Refused extends FlowsProblem {
        Refused(List<Detail> findings) {
            super(
                    findings.size() == 1
                            ? "The flow cannot be imported: "
                                    + findings.getFirst().message()
                            : "The flow cannot be imported; " + findings.size() + " things are wrong with it.",
                    findings);
        }
    }

    /** Nothing was stored. The secret is shown only masked. */
    @ProblemCode(value = "FLOW_HOLDS_SECRET", status = 422, title = "The flow holds a secret")
    public static final class HoldsSecret extends FlowsProblem {
        HoldsSecret(List<Detail> findings) {
            super(
                    "The flow holds a secret and was not stored. Remove it, export again, and replace the secret at its"
                            + " provider: whoever has seen the file knows it.",
                    findings);
        }
    }

    /** The bytes in the storage are not those that were checked at the import: nothing runs. */
    @ProblemCode(value = "ARTIFACT_HASH_MISMATCH", status = 500, title = "The stored flow was changed")
    public static final class ArtifactMismatch extends FlowsProblem {
        ArtifactMismatch() {
            super("The stored flow is not the one that was imported, so it was not used. Nothing was charged.");
        }
    }

    @ProblemCode(value = "ARTIFACT_MISSING", status = 500, title = "The stored flow is gone")
    public static final class ArtifactMissing extends FlowsProblem {
        ArtifactMissing() {
            super("The stored flow cannot be found. Nothing was charged.");
        }
    }

    @ProblemCode(value = "ARTIFACT_TAKEN", status = 409, title = "Something else is stored there")
    public static final class ArtifactTaken extends FlowsProblem {
        ArtifactTaken() {
            super("Another flow is stored under this key. What is stored never changes.");
        }
    }
}
