package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Notices;
import dev.gsv.cmp.kit.Patch;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
    /** Half of what is left is dealt out, so that what one stripe lacks another does not have idle. */
    private static final long DEALT_SHARE = 2L * BudgetCounterStore.STRIPES;
    /** The slack of a stripe of a budget without limits, in micro-USD. */
    private static final long BOUNDLESS = 1L << 40;

    private static final Logger LOG = LoggerFactory.getLogger(Budgets.class);
    /** All transactions lock budgets in this order. */
    private static final Comparator<ProviderBudget> ORDER =
            Comparator.comparing(ProviderBudget::provider).thenComparing(ProviderBudget::key);

    /**
     * What a run may cost.
     *
     * @param estimates micro-USD by provider
     */
    record Wish(String run, Place place, String bundle, Map<String, Long> estimates) {}

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
     * Holds the estimates, each in all budgets of its provider, or refuses; a refused wish holds nothing. A wish that
     * was granted before is granted again without holding more.
     *
     * @return what refused a run, by its place in the list; absent for what is granted
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Map<Integer, BudgetInsight> reserve(List<Wish> wishes) {
        Map<ProviderBudget, List<Integer>> asked = new TreeMap<>(ORDER);
        for (int i = 0; i < wishes.size(); i++) {
            Wish wish = wishes.get(i);
            if (wish.estimates().isEmpty()) {
                continue;
            }
            for (ProviderBudget budget : of(wish.place(), wish.bundle())) {
                if (wish.estimates().containsKey(budget.provider())) {
                    asked.computeIfAbsent(budget, unused -> new ArrayList<>()).add(i);
                }
            }
        }
        Map<Integer, BudgetInsight> refused = new HashMap<>();
        Map<Integer, List<BudgetCounterStore.Hold>> held = new TreeMap<>();
        asked.forEach((budget, all) -> {
            List<Integer> alive =
                    all.stream().filter(i -> !refused.containsKey(i)).toList();
            for (int i : hold(budget, alive, wishes, refused)) {
                Wish wish = wishes.get(i);
                held.computeIfAbsent(i, unused -> new ArrayList<>())
                        .add(new BudgetCounterStore.Hold(
                                wish.run(), budget.key(), budget.provider(), estimate(wish, budget)));
            }
        });
        refused.keySet().forEach(i -> giveBack(held.remove(i)));
        write(held.values().stream().flatMap(List::stream).toList());
        return refused;
    }

    private static long estimate(Wish wish, ProviderBudget budget) {
        return wish.estimates().getOrDefault(budget.provider(), 0L);
    }

    private void giveBack(@Nullable List<BudgetCounterStore.Hold> holds) {
        if (holds != null) {
            holds.forEach(hold -> counters.settle(hold.budget(), hold.micros(), 0));
        }
    }

    /** Which of the wishes this budget grants. */
    private List<Integer> hold(
            ProviderBudget budget, List<Integer> alive, List<Wish> wishes, Map<Integer, BudgetInsight> refused) {
        if (alive.isEmpty()) {
            return alive;
        }
        long sum =
                alive.stream().mapToLong(i -> estimate(wishes.get(i), budget)).sum();
        if (counters.take(budget.key(), sum)) {
            return alive;
        }
        meters.counter("cmp.budgets.locked").increment();
        counters.lockAll(budget.key());
        long over = counters.expire(budget.key(), EXPIRED_AT_ONCE).stream()
                .mapToLong(BudgetCounterStore.Ended::held)
                .sum();
        // What this node remembers of the limits may be old; here they are exact.
        ProviderBudget exact = store.find(budget.key()).orElse(budget);
        Spent spent = counters.spent(budget.key()).holding(-over);
        Set<String> before = new HashSet<>(counters.holding(
                budget.key(), alive.stream().map(i -> wishes.get(i).run()).toList()));
        List<Integer> granted = new ArrayList<>();
        long more = 0;
        for (int i : alive) {
            if (before.contains(wishes.get(i).run())) {
                continue;
            }
            long estimate = estimate(wishes.get(i), budget);
            BudgetInsight insight = BudgetInsight.of(exact, spent, estimate);
            if (insight.allowed() || !exact.active()) {
                granted.add(i);
                spent = spent.holding(estimate);
                more += estimate;
            } else {
                refused.put(i, insight);
            }
        }
        Long headroom = spent.headroom(exact);
        counters.deal(budget.key(), headroom == null ? BOUNDLESS : Math.max(headroom, 0) / DEALT_SHARE, more - over);
        return granted;
    }

    private void write(List<BudgetCounterStore.Hold> holds) {
        if (holds.isEmpty()) {
            return;
        }
        Set<List<String>> written = new HashSet<>(counters.insert(holds, HOLD_SECONDS));
        for (BudgetCounterStore.Hold hold : holds) {
            // remove: of two with the same name in one list, one is the repetition.
            if (!written.remove(List.of(hold.run(), hold.budget()))) {
                giveBack(List.of(hold));
            }
        }
    }

    /** Takes back what this transaction held, because a later gate refuses. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void withdraw(Collection<String> runs) {
        if (!runs.isEmpty()) {
            settle(counters.remove(runs));
        }
    }

    /**
     * Books what runs cost, once; a cost above the hold is booked in full.
     *
     * @param costs micro-USD by run and provider; a provider that is not named cost nothing
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void commit(Map<String, Map<String, Long>> costs) {
        if (costs.isEmpty()) {
            return;
        }
        List<BudgetCounterStore.Hold> each = new ArrayList<>();
        costs.forEach((run, byProvider) -> byProvider.forEach(
                (provider, micros) -> each.add(new BudgetCounterStore.Hold(run, "", provider, micros))));
        settle(counters.end(costs.keySet(), each, "committed"));
    }

    /** Drops the holds of runs. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void release(Collection<String> runs) {
        if (!runs.isEmpty()) {
            settle(counters.end(runs, List.of(), "released"));
        }
    }

    private void settle(List<BudgetCounterStore.Ended> ended) {
        Map<String, BudgetCounterStore.Ended> byBudget = new TreeMap<>();
        for (BudgetCounterStore.Ended one : ended) {
            if (one.above()) {
                meters.counter("cmp.budgets.above_hold", "provider", one.provider())
                        .increment();
                LOG.warn("a run cost {} micro-USD at {}, more than was held for it", one.cost(), one.provider());
            }
            // In the order in which all transactions lock budgets.
            byBudget.merge(
                    one.provider() + '\0' + one.budget(),
                    one,
                    (sum, next) -> new BudgetCounterStore.Ended(
                            one.budget(), one.provider(), sum.held() + next.held(), sum.cost() + next.cost(), false));
        }
        byBudget.values().stream()
                .filter(sum -> sum.held() != 0 || sum.cost() != 0)
                .forEach(sum -> counters.settle(sum.budget(), sum.held(), sum.cost()));
    }

    @Transactional
    public int renew(Collection<String> runs) {
        return runs.isEmpty() ? 0 : counters.renew(runs, HOLD_SECONDS);
    }

    /** Ends what is past its time and forgets what ended long ago. Returns how many. */
    @Transactional
    public int sweep(int atMost) {
        List<BudgetCounterStore.Ended> expired = counters.expire(null, atMost);
        settle(expired);
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
        counters.lockAll(key);
        counters.deal(key, 0, 0);
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
