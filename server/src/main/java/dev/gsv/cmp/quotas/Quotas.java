package dev.gsv.cmp.quotas;

import dev.gsv.cmp.orgs.OrgId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The gates before a run, in their order: the plan of the instance (429), the quota of the user (429), the budgets of
 * the providers (402). All of it is for lists, set-based, and joins the transaction of the caller; a single call is a
 * list of one. What a later gate refuses leaves no trace in an earlier one.
 */
@Service
public class Quotas {

    /** A run that wants in. Made before the transaction, because it reads what holds for the user. */
    public static final class Entry {
        private final InstanceQuotas.Run run;
        private final @Nullable Ticket ticket;
        private final Budgets.Wish wish;

        private Entry(InstanceQuotas.Run run, @Nullable Ticket ticket, Budgets.Wish wish) {
            this.run = run;
            this.ticket = ticket;
            this.wish = wish;
        }

        public UUID run() {
            return run.run();
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
     */
    public record End(OrgId org, UUID instance, UUID run, boolean counted, long tokens, Map<String, Long> costs) {}

    private final InstanceQuotas instances;
    private final UserQuotas users;
    private final Budgets budgets;

    Quotas(InstanceQuotas instances, UserQuotas users, Budgets budgets) {
        this.instances = instances;
        this.users = users;
        this.budgets = budgets;
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

    /**
     * Lets runs in or refuses them, in their order.
     *
     * @return for each entry what refused it, or nothing
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<Optional<QuotasProblem>> admit(List<Entry> entries) {
        List<Optional<QuotasProblem>> results = new ArrayList<>(
                instances.admit(entries.stream().map(entry -> entry.run).toList()));
        Map<Integer, Ticket> tickets = new LinkedHashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            Ticket ticket = entries.get(i).ticket;
            if (ticket != null && results.get(i).isEmpty()) {
                tickets.put(i, ticket);
            }
        }
        if (!tickets.isEmpty()) {
            List<UserQuotas.Decision> decisions = users.admit(List.copyOf(tickets.values()), false);
            List<InstanceQuotas.Run> back = new ArrayList<>();
            int at = 0;
            for (int i : tickets.keySet()) {
                UserQuotas.Decision decision = decisions.get(at++);
                if (!decision.allowed()) {
                    results.set(i, Optional.of(new QuotasProblem.QuotaExceeded(decision.insight())));
                    back.add(entries.get(i).run);
                }
            }
            instances.withdraw(back);
        }
        List<Integer> alive = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            if (results.get(i).isEmpty()) {
                alive.add(i);
            }
        }
        List<Entry> back = new ArrayList<>();
        budgets.reserve(alive.stream().map(i -> entries.get(i).wish).toList()).forEach((at, insight) -> {
            int i = alive.get(at);
            results.set(i, Optional.of(new QuotasProblem.BudgetExceeded(insight)));
            back.add(entries.get(i));
        });
        instances.withdraw(back.stream().map(entry -> entry.run).toList());
        users.withdraw(tickets(back));
        return results;
    }

    private static List<String> tickets(Collection<Entry> entries) {
        return entries.stream()
                .flatMap(entry -> Optional.ofNullable(entry.ticket).stream())
                .map(Ticket::key)
                .toList();
    }

    /**
     * Lets one run in.
     *
     * @throws QuotasProblem.RateLimited runs per minute or at once (429, Retry-After)
     * @throws QuotasProblem.QuotaExceeded runs per month, or the quota of the user (429)
     * @throws QuotasProblem.BudgetExceeded the budget of a provider (402)
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void admit(Entry entry) {
        admit(List.of(entry)).getFirst().ifPresent(refusal -> {
            throw refusal;
        });
    }

    /** Takes back what this transaction admitted, because a gate of another room refuses: as if never asked. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void withdraw(Collection<Entry> entries) {
        instances.withdraw(entries.stream().map(entry -> entry.run).toList());
        users.withdraw(tickets(entries));
        budgets.withdraw(entries.stream().map(entry -> entry.wish.run()).toList());
    }

    /** Ends runs: slots are free, what was used is counted, what was spent is booked. A second time does nothing. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void commit(List<End> ends) {
        instances.finish(ends.stream()
                .map(end -> InstanceQuotas.Run.of(end.org(), end.instance(), end.run(), NO_LIMITS))
                .toList());
        Map<String, Long> counted = new LinkedHashMap<>();
        List<String> released = new ArrayList<>();
        Map<String, Map<String, Long>> costs = new HashMap<>();
        for (End end : ends) {
            String key = Ticket.ofRun(end.run());
            if (end.counted()) {
                counted.put(key, end.tokens());
            } else {
                released.add(key);
            }
            costs.put(key, end.costs());
        }
        if (!counted.isEmpty()) {
            users.commit(counted);
        }
        users.release(released);
        budgets.commit(costs);
    }

    private static final Limits NO_LIMITS = new Limits(null, null, null);

    /** Ends runs of which nobody knows what they used: everything is free again, nothing is counted. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void release(List<End> ends) {
        commit(ends.stream()
                .map(end -> new End(end.org(), end.instance(), end.run(), false, 0, Map.of()))
                .toList());
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
