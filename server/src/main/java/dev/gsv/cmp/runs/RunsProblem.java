package dev.gsv.cmp.runs;

import dev.gsv.cmp.flows.Fault;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why a run gave no answer. None of these is charged, but the run that was cut off. */
public abstract sealed class RunsProblem extends Problem {

    private static final Duration SOON = Duration.ofSeconds(5);

    private RunsProblem(String message, List<Detail> details) {
        super(message, details);
    }

    private RunsProblem(String message, List<Detail> details, Duration retryAfter) {
        super(message, details, retryAfter);
    }

    /** The flow, or something that it needs, failed. */
    @ProblemCode(value = "EXECUTION_FAILED", status = 502, title = "The run failed")
    public static final class ExecutionFailed extends RunsProblem {
        ExecutionFailed(String message, List<Detail> details) {
            super(message, details);
        }
    }

    @ProblemCode(value = "RUN_TIMEOUT", status = 504, title = "The run took too long")
    public static final class TimedOut extends RunsProblem {
        TimedOut(int seconds) {
            super(
                    "The run did not answer within " + seconds + " seconds and was stopped. Nothing was charged.",
                    List.of());
        }
    }

    @ProblemCode(value = "RAG_UNAVAILABLE", status = 503, title = "The knowledge base does not answer")
    public static final class KnowledgeUnavailable extends RunsProblem {
        KnowledgeUnavailable(List<Detail> details) {
            super("The knowledge base does not answer. Nothing was charged; try again.", details, SOON);
        }
    }

    @ProblemCode(value = "RUNTIME_UNAVAILABLE", status = 503, title = "No runtime for this flow")
    public static final class RuntimeUnavailable extends RunsProblem {
        RuntimeUnavailable(String message, List<Detail> details) {
            super(message, details, SOON);
        }
    }

    /** The node that ran it is being stopped. */
    @ProblemCode(value = "RUN_CANCELLED", status = 503, title = "The run was stopped")
    public static final class Cancelled extends RunsProblem {
        Cancelled() {
            super(
                    "The run was stopped because its node is being restarted. Nothing was charged; try again.",
                    List.of(),
                    SOON);
        }
    }

    /** The wallet could not follow a run that cost more than was held for it. */
    @ProblemCode(value = "INSUFFICIENT_CREDITS", status = 402, title = "Not enough credits", pageOf = "billing")
    public static final class CutOff extends RunsProblem {
        CutOff(List<Detail> details) {
            super(
                    "The run was cut off: there is no credit left for its next step. What it had used was charged.",
                    details);
        }
    }

    static Problem of(Fault fault, String message, @Nullable String node) {
        List<Detail> details =
                List.of(new Detail(node == null ? "flow" : "nodes." + node, fault.name() + ": " + message));
        return switch (fault) {
            case NEEDS_RUNTIME -> new RuntimeUnavailable(message, details);
            case KNOWLEDGE_UNAVAILABLE -> new KnowledgeUnavailable(details);
            case CANCELLED -> new Cancelled();
            case CREDIT_EXHAUSTED -> new CutOff(details);
            default -> new ExecutionFailed(message + " Nothing was charged.", details);
        };
    }
}
