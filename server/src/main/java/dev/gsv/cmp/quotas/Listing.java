package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.KitProblem;
import org.jspecify.annotations.Nullable;

/** What part of an operator's list is wanted: 1 to 1000 rows. */
record Listing(int limit, int offset) {

    static final int DEFAULT = 100;
    static final int MOST = 1000;

    Listing {
        if (limit < 1 || limit > MOST) {
            throw new KitProblem.Invalid("limit", "must be between 1 and " + MOST);
        }
        if (offset < 0) {
            throw new KitProblem.Invalid("offset", "must not be negative");
        }
    }

    static Listing of(@Nullable Integer limit, @Nullable Integer offset) {
        return new Listing(limit == null ? DEFAULT : limit, offset == null ? 0 : offset);
    }
}
