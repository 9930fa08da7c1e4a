package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;

/** What can be wrong with a document that is given to an instance. What is found only by reading it is its state. */
public abstract sealed class KnowledgeProblem extends Problem {

    private KnowledgeProblem(String message) {
        super(message);
    }

    @ProblemCode(value = "DOCUMENT_TYPE_UNSUPPORTED", status = 415, title = "Documents of this kind cannot be read")
    public static final class TypeUnsupported extends KnowledgeProblem {
        TypeUnsupported() {
            super("Documents of this kind cannot be read. Send one of these: " + Format.all() + ".");
        }
    }

    @ProblemCode(value = "DOCUMENT_TOO_LARGE", status = 413, title = "The document is too large")
    public static final class TooLarge extends KnowledgeProblem {
        TooLarge(long limitBytes) {
            super("A document may have at most " + limitBytes / (1024 * 1024) + " MB.");
        }
    }

    @ProblemCode(value = "KNOWLEDGE_LIMIT_REACHED", status = 409, title = "The plan allows no more knowledge")
    public static final class LimitReached extends KnowledgeProblem {
        LimitReached(String what, long limit) {
            super("Your plan allows at most " + limit + " " + what
                    + " for this instance. Remove documents, or choose a larger plan.");
        }
    }
}
