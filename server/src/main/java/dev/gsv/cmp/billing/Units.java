package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.KitProblem;
import org.jspecify.annotations.Nullable;

/** The unit of a wallet: there is one, and a call that names another one means something else. */
public final class Units {
    private static final String CREDITS = "credits";

    private Units() {}

    /**
     * Checks units that a call may name.
     *
     * @throws KitProblem.Meaningless for any other than credits (422)
     */
    public static void credits(@Nullable String... named) {
        for (String unit : named) {
            if (unit != null && !unit.equals(CREDITS)) {
                throw new KitProblem.Meaningless("Amounts are in credits; no other unit or currency is known here.");
            }
        }
    }
}
