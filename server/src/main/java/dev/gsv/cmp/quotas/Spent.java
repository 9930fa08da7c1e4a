package dev.gsv.cmp.quotas;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a budget has spent in each running window and holds for runs that go on; micro-USD. */
record Spent(Instant now, long hour, long day, long month, long held) {

    List<Long> windows() {
        return List.of(hour, day, month);
    }

    Spent holding(long more) {
        return new Spent(now, hour, day, month, held + more);
    }

    /** What may still be held under these limits; null is without bound, and it may be negative. */
    @Nullable
    Long headroom(ProviderBudget budget) {
        Long least = null;
        for (int i = 0; i < windows().size(); i++) {
            Long limit = budget.limits().get(i);
            if (limit != null) {
                long left = limit - windows().get(i) - held;
                least = least == null ? left : Long.valueOf(Math.min(least, left));
            }
        }
        return least;
    }
}
