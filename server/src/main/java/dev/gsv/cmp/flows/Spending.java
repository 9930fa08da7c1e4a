package dev.gsv.cmp.flows;

/** Who pays for a run that goes on: asked before each call that costs something. */
@FunctionalInterface
public interface Spending {

    /** Whatever it costs. */
    Spending UNBOUNDED = most -> true;

    /**
     * Makes sure that a run can be paid for.
     *
     * @param most what it has used until now, and the most that the calls can use which have begun
     * @return false when nobody pays for that, so that the run ends here
     */
    boolean covers(Usage most);
}
