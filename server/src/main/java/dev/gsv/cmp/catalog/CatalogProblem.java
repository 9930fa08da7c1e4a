package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;
import java.util.List;

/** The problems of selling. */
public abstract sealed class CatalogProblem extends Problem {

    private CatalogProblem(String message, List<Detail> details) {
        super(message, details);
    }

    /** Its details are the list of what is missing, all at once. */
    @ProblemCode(value = "NOT_PUBLISHABLE", status = 422, title = "Cannot be published yet")
    public static final class NotPublishable extends CatalogProblem {
        NotPublishable(String what, List<Detail> missing) {
            super(
                    what + " cannot be published yet: "
                            + (missing.size() == 1 ? "one thing is missing." : missing.size() + " things are missing."),
                    missing);
        }
    }
}
