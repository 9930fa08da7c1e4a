package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Pipelines;
import dev.gsv.cmp.orgs.OrgId;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The gates before a run: the plan of its instance, the quota of its user, the budgets of its providers. A batch of
 * runs passes them at a {@link Turnstile}, in the transaction of the caller; the number of statements does not depend
 * on how many runs there are.
 */
@Service
public class Quotas {

    /** A run that wants in. Made before the transaction, because it reads what holds for the user. */
    public static final class Entry {
        private final InstanceQuotas.Run plan;
        private final @Nullable Ticket ticket;
        private final Budgets.Wish wish;

        private Entry(InstanceQuotas.Run plan, @Nullable Ticket ticket, Budgets.Wish wish) {
            this.plan = plan;
            this.ticket = ticket;
            this.wish = wish;
        }

        public UUID run() {
            return plan.run();
        }

        InstanceQuotas.Run plan() {
            return plan;
        }

        @Nullable
        Ticket ticket() {
            return ticket;
        }

        Budgets.Wish wish() {
            return wish;
        }
    }

    /** Where a run belongs: its instance, the place of its quota and the slug of its offering. */
    public record Where(OrgId org, UUID instance, Place place, String bundle) {}

    /**
     * How a run ended.
     *
     * @param counted whether it counts in the user's quota; a run that failed does not
     * @param tokens what it used of models
     * @param costs micro-USD by provider; also what a failed run spent
     * @param lost whether nobody knows how it ended: it holds nothing any more, and counts if it ends after all
     */
    public record End(
            OrgId org, UUID instance, UUID run, boolean counted, long tokens, Map<String, Long> costs, boolean lost) {

        public End(OrgId org, UUID instance, UUID run, boolean counted, long tokens, Map<String, Long> costs) {
            this(org, instance, run, counted, tokens, costs, false);
        }

        /** The end of a run that was taken for dead. */
        public static End lost(OrgId org, UUID instance, UUID run) {
            return new End(org, instance, run, false, 0, Map.of(), true);
        }
    }

    /** How many runs were let in. */
    static final String ADMISSIONS = "cmp.quotas.admissions";

    private final InstanceQuotas instances;
    private final UserQuotas users;
    private final Budgets budgets;
    private final TurnstileStore store;
    private final Pipelines pipelines;
    private final MeterRegistry meters;
    private final Clock clock;

    Quotas(
            InstanceQuotas instances,
            UserQuotas users,
            Budgets budgets,
            TurnstileStore store,
            Pipelines pipelines,
            MeterRegistry meters,
            Clock clock) {
        this.instances = instances;
        this.users = users;
        this.budgets = budgets;
        this.store = store;
        this.pipelines = pipelines;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * What a run asks of the gates.
     *
     * @param user empty for a service of the platform, which has no quota
     * @param tokens the estimate of what models read and write; 0 when none is called
     * @param estimates micro-USD by provider: the providers that the run may use
     */
    public Entry entry(
            Where where, UUID run, Limits limits, Optional<QuotaUser> user, long tokens, Map<String, Long> estimates) {
        String key = Ticket.ofRun(run);
        return new Entry(
                InstanceQuotas.Run.of(where.org(), where.instance(), run, limits),
                user.map(who -> users.ticket(
                                key, where.place(), who, where.bundle(), run.toString(), tokens, RUN_SECONDS))
                        .orElse(null),
                new Budgets.Wish(key, where.place(), where.bundle(), estimates));
    }

    /** How often a run that goes on has to be renewed. */
    public static final java.time.Duration RENEW_EVERY = java.time.Duration.ofSeconds(Ticket.DEFAULT_SECONDS / 3);

    /** How long the admission of a run lasts without renewal. */
    private static final long RUN_SECONDS = Ticket.DEFAULT_SECONDS;

    /** Runs that end in a transaction: what is to be counted and booked for them, known when the pipeline has run. */
    public static final class Ended {
        private final List<TurnstileStore.Booking> booked = new ArrayList<>();
        private final List<BudgetCounterStore.Ended> spent = new ArrayList<>();
    }

    /** Ends runs: their slots and admissions are free. What they used is booked by the {@link Turnstile}. */
    public Ended end(Pipeline pipeline, Collection<End> ends) {
        Ended ended = new Ended();
        if (!ends.isEmpty()) {
            store.end(
                    pipeline,
                    ends.stream()
                            .map(end -> new TurnstileStore.Ending(
                                    new InstanceQuotas.Counter(end.org(), end.instance()),
                                    end.run(),
                                    Ticket.ofRun(end.run()),
                                    end.counted(),
                                    end.tokens(),
                                    end.lost()))
                            .toList(),
                    ended.booked::add);
            Set<String> lost = ends.stream()
                    .filter(End::lost)
                    .map(end -> Ticket.ofRun(end.run()))
                    .collect(Collectors.toSet());
            budgets.end(pipeline, costs(ends), lost, ended.spent::add);
        }
        return ended;
    }

    /**
     * Ends runs and opens the gates for those that want in. What ends makes room first: slots are free, what was used
     * is counted, what was spent is booked; a second time it does nothing.
     *
     * @param wanted all that may ask; who does not ask in the end leaves no trace
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Turnstile open(Collection<Entry> wanted, Collection<End> ends) {
        Pipeline ending = pipelines.open();
        Ended ended = end(ending, ends);
        ending.run();
        Pipeline asking = pipelines.open();
        Supplier<Turnstile> turnstile = ask(asking, wanted, ended);
        asking.run();
        return turnstile.get();
    }

    /**
     * Asks for a turnstile by statements that travel with others. Where budgets are in play they are sent at once,
     * because budgets are locked after the counters of users and before whatever comes behind.
     *
     * @param wanted all that may ask; who does not ask in the end leaves no trace
     * @param ended runs that have ended in the same transaction, and made room
     * @return opens the turnstile, when the pipeline has run
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Supplier<Turnstile> ask(Pipeline pipeline, Collection<Entry> wanted, Ended ended) {
        Collection<TurnstileStore.Booking> bookings = UserQuotas.bookings(
                ended.booked.stream().filter(one -> one.requests() > 0).toList());
        List<InstanceQuotas.Run> plans = wanted.stream().map(Entry::plan).toList();
        List<Ticket> tickets = wanted.stream()
                .flatMap(entry -> Optional.ofNullable(entry.ticket).stream())
                .toList();
        List<Budgets.Wish> wishes = wanted.stream().map(Entry::wish).toList();
        Set<InstanceQuotas.Counter> limited = InstanceQuotas.limited(plans);
        Map<InstanceQuotas.Counter, InstanceCount> instanceCounts = new HashMap<>();
        if (!limited.isEmpty()) {
            store.lockInstances(pipeline, limited, instanceCounts);
        }
        Map<String, UserCount> userCounts = new HashMap<>();
        Set<String> counted = users.lock(pipeline, tickets, false, bookings, userCounts);
        TurnstileStore.Flight flight = new TurnstileStore.Flight(clock.instant());
        if (!limited.isEmpty() || !counted.isEmpty()) {
            store.flight(pipeline, InstanceQuotas.slotted(plans), counted, flight);
        }
        boolean budgeted = Budgets.wished(wishes) || !ended.spent.isEmpty();
        if (budgeted) {
            pipeline.run();
        }
        BudgetTally spending = budgets.open(budgeted ? wishes : List.of(), ended.spent);
        return () -> new Turnstile(
                store,
                pipelines,
                new InstanceTally(instanceCounts, flight),
                users.tally(tickets, userCounts, flight, bookings),
                spending,
                bookings,
                meters);
    }

    private static Map<String, Map<String, Long>> costs(Collection<End> ends) {
        Map<String, Map<String, Long>> costs = new HashMap<>();
        ends.forEach(end -> costs.put(Ticket.ofRun(end.run()), end.costs()));
        return costs;
    }

    /** Keeps runs in flight that go on; asked for at least every third of two minutes. */
    public void renew(Collection<UUID> runs) {
        if (runs.isEmpty()) {
            return;
        }
        List<String> keys = runs.stream().map(Ticket::ofRun).sorted().toList();
        instances.renew(runs);
        users.renew(keys, RUN_SECONDS);
        budgets.renew(keys);
    }
}
