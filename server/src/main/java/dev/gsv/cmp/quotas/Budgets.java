package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Notices;
import dev.gsv.cmp.kit.Patch;
import dev.gsv.cmp.kit.Pipeline;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/**
 * What may be spent with providers of models: reserved before a run, corrected after it (section 7 of the quotas
 * contract, ADR 0010). All of it is for lists, within the transaction of the caller.
 */
@Service
class Budgets {

    /** How long a hold lasts without renewal, in seconds. */
    static final long HOLD_SECONDS = 900;

    static final Duration REMEMBERED = Duration.ofSeconds(60);
    static final String TOPIC = "quotas.budgets";
    private static final int EXPIRED_AT_ONCE = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(Budgets.class);
    /**
     * What a run may cost.
     *
     * @param estimates micro-USD by provider
     */
    record Wish(String run, Place place, String bundle, Map<String, Long> estimates) {
        long estimate(String provider) {
            return estimates.getOrDefault(provider, 0L);
        }
    }

    private record Asked(Place place, String bundle) {}

    private final BudgetStore store;
    private final BudgetCounterStore counters;
    private final QuotaSettings settings;
    private final Notices notices;
    private final Patch patch;
    private final MeterRegistry meters;
    private final Memory<Asked, List<ProviderBudget>> remembered = new Memory<>(REMEMBERED);

    Budgets(
            BudgetStore store,
            BudgetCounterStore counters,
            QuotaSettings settings,
            Notices notices,
            Patch patch,
            MeterRegistry meters) {
        this.store = store;
        this.counters = counters;
        this.settings = settings;
        this.notices = notices;
        this.patch = patch;
        this.meters = meters;
        notices.on(TOPIC, told -> remembered.forget(asked -> true));
    }

    /** The budgets that count runs of this bundle, of all providers; the installation's count everywhere. */
    List<ProviderBudget> of(Place place, String bundle) {
        return remembered.get(
                new Asked(place, bundle),
                asked -> store.active(
                        place.equals(settings.installation())
                                ? List.of(place)
                                : List.of(place, settings.installation()),
                        List.of(bundle, QuotaPolicy.ALL)));
    }

    /**
     * Ends the holds of runs, once; what it means for the budgets is booked by {@link #open}.
     *
     * @param costs micro-USD by run and provider; a provider that is not named cost nothing
     * @param lost those runs of which nobody knows what they cost: they hold nothing any more, and may end once again
     * @param ended learns each of them, when the pipeline has run
     */
    void end(
            Pipeline pipeline,
            Map<String, Map<String, Long>> costs,
            Set<String> lost,
            Consumer<BudgetCounterStore.Ended> ended) {
        if (costs.isEmpty()) {
            return;
        }
        List<BudgetCounterStore.Hold> each = new ArrayList<>();
        costs.forEach((run, byProvider) -> byProvider.forEach(
                (provider, micros) -> each.add(new BudgetCounterStore.Hold(run, "", provider, micros))));
        counters.end(pipeline, costs.keySet(), lost, each, ended);
    }

    /**
     * Books what ended, a cost above its hold in full, and makes room for all that is wished if there is so much. Each
     * budget is visited once, in the one order of all transactions.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public BudgetTally open(List<Wish> wishes, List<BudgetCounterStore.Ended> ended) {
        Map<Name, Visit> visits = new TreeMap<>();
        for (Wish wish : wishes) {
            if (wish.estimates().isEmpty()) {
                continue;
            }
            for (ProviderBudget budget : of(wish.place(), wish.bundle())) {
                if (wish.estimates().containsKey(budget.provider())) {
                    visit(visits, budget.provider(), budget.key()).wishes(budget, wish);
                }
            }
        }
        ended.forEach(one -> visit(visits, one.provider(), one.budget()).ends(one));
        ended.stream().filter(BudgetCounterStore.Ended::above).forEach(this::tell);
        BudgetTally tally = new BudgetTally(counters);
        visits.values().forEach(visit -> visit(visit, tally));
        return tally;
    }

    /** True when one of them may use a provider. */
    static boolean wished(Collection<Wish> wishes) {
        return wishes.stream().anyMatch(wish -> !wish.estimates().isEmpty());
    }

    /** All transactions lock budgets in this order. */
    private record Name(String provider, String budget) implements Comparable<Name> {
        private static final Comparator<Name> ORDER =
                Comparator.comparing(Name::provider).thenComparing(Name::budget);

        @Override
        public int compareTo(Name other) {
            return ORDER.compare(this, other);
        }
    }

    /** What a batch has to do with one budget. */
    private static final class Visit {
        private final String key;
        private final List<Wish> wishes = new ArrayList<>();
        private @Nullable ProviderBudget budget;
        private long wanted;
        private long held;
        private long cost;

        Visit(String key) {
            this.key = key;
        }

        void wishes(ProviderBudget of, Wish wish) {
            budget = of;
            wishes.add(wish);
            wanted += wish.estimate(of.provider());
        }

        void ends(BudgetCounterStore.Ended one) {
            held += one.held();
            cost += one.cost();
        }

        List<String> runs() {
            return wishes.stream().map(Wish::run).toList();
        }
    }

    private static Visit visit(Map<Name, Visit> visits, String provider, String budget) {
        return visits.computeIfAbsent(new Name(provider, budget), name -> new Visit(name.budget()));
    }

    private void tell(BudgetCounterStore.Ended one) {
        meters.counter("cmp.budgets.above_hold", "provider", one.provider()).increment();
        LOG.warn("a run cost {} micro-USD at {}, more than was held for it", one.cost(), one.provider());
    }

    private void visit(Visit visit, BudgetTally tally) {
        ProviderBudget budget = visit.budget;
        BudgetCounterStore.Move move = new BudgetCounterStore.Move(visit.key, visit.wanted, visit.held, visit.cost);
        if (budget == null) {
            if (move.ends() && !counters.settle(move)) {
                indebted(move);
            }
            return;
        }
        Optional<Integer> stripe = counters.move(move);
        if (stripe.isEmpty()) {
            // Perhaps somebody summed up just now and held them all: whoever followed would do the same for ever.
            counters.lockGate(visit.key);
            stripe = counters.move(move);
        }
        if (stripe.isPresent()) {
            tally.ample(budget, visit.wishes, stripe.get(), visit.wanted);
            return;
        }
        meters.counter("cmp.budgets.locked").increment();
        counters.lockStripes(visit.key);
        settled(move);
        long expired = counters.expire(visit.key, EXPIRED_AT_ONCE).stream()
                .mapToLong(BudgetCounterStore.Ended::held)
                .sum();
        // What this node remembers of the limits may be old; here they are exact.
        ProviderBudget exact = store.find(visit.key).orElse(budget);
        tally.exact(exact, visit.wishes, counters.spent(visit.key), expired, counters.holding(visit.key, visit.runs()));
    }

    /** Books what cost more than was held where it may be a debt: others must not find slack that it has used up. */
    private void indebted(BudgetCounterStore.Move move) {
        if (store.find(move.budget()).isEmpty()) {
            return;
        }
        meters.counter("cmp.budgets.locked").increment();
        counters.lockGate(move.budget());
        counters.lockStripes(move.budget());
        settled(move);
        store.find(move.budget()).ifPresent(exact -> counters.deal(exact, counters.spent(move.budget()), 0));
    }

    /** Books what ended at any stripe: all are locked, and their slack is dealt out anew. */
    private void settled(BudgetCounterStore.Move move) {
        if (move.ends()) {
            counters.settle(new BudgetCounterStore.Move(move.budget(), 0, move.held(), move.cost()), 0);
        }
    }

    @Transactional
    public int renew(Collection<String> runs) {
        return runs.isEmpty() ? 0 : counters.renew(runs, HOLD_SECONDS);
    }

    /** Ends what is past its time and forgets what ended long ago. Returns how many. */
    @Transactional
    public int sweep(int atMost) {
        List<BudgetCounterStore.Ended> expired = counters.expire(null, atMost);
        open(List.of(), expired);
        return expired.size() + counters.forget(UserQuotas.REMEMBERED_HOURS, atMost);
    }

    /** @throws QuotasProblem.EditConflict when somebody else wrote meanwhile (409) */
    @Transactional
    public ProviderBudget write(Place place, JsonNode changes, @Nullable Long version, String by) {
        if (!changes.has("provider")) {
            throw new KitProblem.Invalid("provider", "is required");
        }
        BudgetInput named = patch.apply(EMPTY, changes, BudgetInput.class);
        String key = BudgetStore.key(place, named.bundleId(), named.provider());
        store.hold(key);
        Optional<ProviderBudget> before = store.find(key);
        QuotasProblem.EditConflict.check(version, before.map(ProviderBudget::version));
        BudgetInput wanted = before.map(BudgetInput::of)
                .map(now -> patch.apply(now, changes, BudgetInput.class))
                .orElse(named);
        ProviderBudget written = store.save(place, wanted, by);
        // What was dealt out was of the old limits.
        counters.lockGate(key);
        counters.lockStripes(key);
        counters.deal(written, counters.spent(key), 0);
        notices.tell(TOPIC, key);
        return written;
    }

    private static final BudgetInput EMPTY = new BudgetInput(null, "?", null, null, null, null);

    @Transactional
    public void deactivate(Place place, String bundle, String provider, String by) {
        if (!store.deactivate(BudgetStore.key(place, bundle, provider.toLowerCase(Locale.ROOT)), by)) {
            throw new KitProblem.NotFound("budget policy");
        }
        notices.tell(TOPIC, Notices.EVERYTHING);
    }

    ProviderBudget get(Place place, String bundle, String provider) {
        return store.find(BudgetStore.key(place, bundle, provider.toLowerCase(Locale.ROOT)))
                .filter(ProviderBudget::active)
                .orElseThrow(() -> new KitProblem.NotFound("budget policy"));
    }

    List<ProviderBudget> list(Place place, Listing listing) {
        return store.list(place, listing);
    }

    Spent spent(ProviderBudget budget) {
        return counters.spent(budget.key());
    }

    /** Whether anybody limits what is spent with this provider. */
    boolean budgeted(String provider) {
        return store.budgeted(provider.toLowerCase(Locale.ROOT));
    }

    long forget() {
        return remembered.forget(asked -> true);
    }
}
