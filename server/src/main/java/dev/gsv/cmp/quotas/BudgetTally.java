package dev.gsv.cmp.quotas;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How budgets stand while a batch is decided (ADR 0010). Far from a limit one stripe has room for all that the batch
 * could want, and what is not wanted in the end goes back to it; near a limit all stripes are locked and each run is
 * decided on their sums.
 */
final class BudgetTally {

    private static final long SECONDS = Budgets.HOLD_SECONDS;

    /** One budget. */
    private abstract static class Count {
        final ProviderBudget budget;
        long held;

        Count(ProviderBudget budget) {
            this.budget = budget;
        }

        abstract BudgetInsight judge(long estimate);

        boolean holds(String run) {
            return false;
        }

        void hold(long micros) {
            held += micros;
        }

        abstract void write(BudgetCounterStore store);
    }

    /** A stripe of the budget had room for everybody. */
    private static final class Ample extends Count {
        private final int stripe;
        private final long taken;

        Ample(ProviderBudget budget, int stripe, long taken) {
            super(budget);
            this.stripe = stripe;
            this.taken = taken;
        }

        @Override
        BudgetInsight judge(long estimate) {
            return BudgetInsight.granted(budget);
        }

        @Override
        void write(BudgetCounterStore store) {
            if (taken != held) {
                store.giveBack(budget.key(), stripe, taken - held);
            }
        }
    }

    /** All stripes are locked, and this is their sum. */
    private static final class Exact extends Count {
        private final Set<String> before;
        private final long expired;
        private Spent spent;

        /**
         * The sum with the expired holds, which are ended in the same statement as the new ones begin.
         *
         * @param before runs that hold something already
         */
        Exact(ProviderBudget budget, Spent spent, long expired, Collection<String> before) {
            super(budget);
            this.before = new HashSet<>(before);
            this.expired = expired;
            this.spent = spent.holding(-expired);
        }

        @Override
        BudgetInsight judge(long estimate) {
            return budget.active() ? BudgetInsight.of(budget, spent, estimate) : BudgetInsight.granted(budget);
        }

        @Override
        boolean holds(String run) {
            return before.contains(run);
        }

        @Override
        void hold(long micros) {
            super.hold(micros);
            spent = spent.holding(micros);
        }

        @Override
        void write(BudgetCounterStore store) {
            store.deal(budget, spent, held - expired);
        }
    }

    private final BudgetCounterStore store;
    private final List<Count> counts = new ArrayList<>();
    private final Map<String, List<Count>> byRun = new HashMap<>();
    private final Map<List<String>, BudgetCounterStore.Hold> holds = new LinkedHashMap<>();

    BudgetTally(BudgetCounterStore store) {
        this.store = store;
    }

    /** A stripe gave all that these wishes are together. */
    void ample(ProviderBudget budget, Collection<Budgets.Wish> wishes, int stripe, long taken) {
        add(new Ample(budget, stripe, taken), wishes);
    }

    /** All stripes are locked. */
    void exact(
            ProviderBudget budget,
            Collection<Budgets.Wish> wishes,
            Spent spent,
            long expired,
            Collection<String> before) {
        add(new Exact(budget, spent, expired, before), wishes);
    }

    private void add(Count count, Collection<Budgets.Wish> wishes) {
        counts.add(count);
        wishes.forEach(wish ->
                byRun.computeIfAbsent(wish.run(), run -> new ArrayList<>()).add(count));
    }

    /** The first budget that refuses a run. */
    Optional<BudgetInsight> refusal(Budgets.Wish wish) {
        for (Count count : of(wish)) {
            BudgetInsight insight = count.judge(wish.estimate(count.budget.provider()));
            if (!insight.allowed()) {
                return Optional.of(insight);
            }
        }
        return Optional.empty();
    }

    /** The budgets that still have to hold something for this run. */
    private List<Count> of(Budgets.Wish wish) {
        return byRun.getOrDefault(wish.run(), List.of()).stream()
                .filter(count -> !count.holds(wish.run()) && !holds.containsKey(name(wish, count)))
                .toList();
    }

    private static List<String> name(Budgets.Wish wish, Count count) {
        return List.of(wish.run(), count.budget.key());
    }

    void admit(Budgets.Wish wish) {
        for (Count count : of(wish)) {
            long estimate = wish.estimate(count.budget.provider());
            count.hold(estimate);
            holds.put(
                    name(wish, count),
                    new BudgetCounterStore.Hold(wish.run(), count.budget.key(), count.budget.provider(), estimate));
        }
    }

    /** As if the run had never asked. */
    void takeBack(Budgets.Wish wish) {
        for (Count count : byRun.getOrDefault(wish.run(), List.of())) {
            BudgetCounterStore.Hold hold = holds.remove(name(wish, count));
            if (hold != null) {
                count.hold(-hold.micros());
            }
        }
    }

    /** Writes what is held now. */
    void close() {
        if (!holds.isEmpty()) {
            Set<List<String>> written = new HashSet<>(store.insert(holds.values(), SECONDS));
            // A run that was let in before holds already; it is the same run again.
            Map<String, Count> byBudget = new HashMap<>();
            counts.forEach(count -> byBudget.put(count.budget.key(), count));
            holds.forEach((name, hold) -> {
                Count count = byBudget.get(hold.budget());
                if (count != null && !written.contains(name)) {
                    count.hold(-hold.micros());
                }
            });
        }
        counts.forEach(count -> count.write(store));
    }
}
