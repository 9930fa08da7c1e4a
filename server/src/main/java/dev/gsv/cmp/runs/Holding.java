package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.HoldOutcome;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.flows.Spending;
import dev.gsv.cmp.flows.Usage;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Lanes;

/**
 * The credit that is held for one run, which grows with it (section 11.3, rule 5): more is held before a call that
 * could cost more than what is held, and when the wallet cannot follow, the run is cut off.
 */
final class Holding implements Spending {

    private final Lanes<Posting, Posting.Posted> lanes;
    private final Opened run;
    private final RateCard card;
    private long held;

    /** @param held what was held when the run was let in */
    Holding(Lanes<Posting, Posting.Posted> lanes, Opened run, RateCard card, Credits held) {
        this.lanes = lanes;
        this.run = run;
        this.card = card;
        this.held = held.micros();
    }

    @Override
    public synchronized boolean covers(Usage most) {
        long cost = card.cost(Ending.meters(Ending.used(most)), true).micros();
        if (cost <= held) {
            return true;
        }
        try {
            Posting.Posted posted =
                    lanes.submit(new Posting.Extend(run.org(), run.reservation(), new Credits(cost - held)));
            if (posted instanceof Posting.Posted.Extended extended && extended.outcome() instanceof HoldOutcome.Held) {
                held = cost;
                return true;
            }
            return false;
        } catch (KitProblem.Unavailable e) {
            // Not the wallet but the database cannot follow. What was held is enough by our own bound of the flow; if
            // it
            // is not, the settlement takes what is available and the rest is ours.
            return true;
        } catch (KitProblem.InvalidState | KitProblem.NotFound e) {
            // The hold is over: the run was taken for dead or its instance was terminated.
            return false;
        }
    }
}
