package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What became of a {@link SettleRequest} or a {@link ReleaseRequest}. A refusal has written nothing. */
public sealed interface SettleOutcome {

    /**
     * The hold is closed; asking again gives the same.
     *
     * @param debited what the wallet paid
     * @param absorbed what the platform paid
     * @param balance posted balance afterwards
     * @param entry the wallet's line; null when nothing was debited
     */
    record Closed(
            UUID reservation,
            Credits debited,
            Credits absorbed,
            Credits balance,
            @Nullable UUID entry) implements SettleOutcome {}

    /** The hold was closed before, with this result; nothing was written now. */
    record Again(Closed first) implements SettleOutcome {}

    /** There is no such hold in this organization. */
    record Unknown() implements SettleOutcome {}

    /** The hold is another instance's. */
    record OtherInstance() implements SettleOutcome {}

    /** The hold was settled with another usage. */
    record OtherUsage() implements SettleOutcome {}

    /** The hold was released, so it cannot be settled; or settled, so it cannot be released. */
    record Over(String state) implements SettleOutcome {}

    /** The result, or the refusal as a problem. */
    default Closed orThrow() {
        return switch (this) {
            case Closed closed -> closed;
            case Again again -> again.first();
            case Unknown unknown -> throw new KitProblem.NotFound("reservation");
            case OtherInstance other -> throw otherInstance();
            case OtherUsage other -> throw new KitProblem.PayloadMismatch();
            case Over over -> throw new KitProblem.InvalidState("The reservation is already " + over.state() + ".");
        };
    }

    private static Problem otherInstance() {
        return new KitProblem.InvalidState("The reservation belongs to another instance.");
    }
}
