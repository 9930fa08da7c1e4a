package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Pipelines;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The quota of users: admit, commit, release, renew (section 5 of the quotas contract). All of it is for lists, within
 * the transaction of the caller; however many admissions run at once, no more than the limit are committed or in
 * flight.
 */
@Service
class UserQuotas {

    /** How long an ended admission is remembered, so that a repetition has no effect. */
    static final long REMEMBERED_HOURS = 48;

    /**
     * What became of an admission.
     *
     * @param used before it
     * @param again whether the same admission was open already
     */
    record Decision(Ticket ticket, Insight insight, Used used, boolean again) {
        boolean allowed() {
            return insight.allowed();
        }
    }

    private final AdmissionStore store;
    private final TurnstileStore turnstile;
    private final QuotaPolicies policies;
    private final Replenishments grants;
    private final Pipelines pipelines;
    private final MeterRegistry meters;
    private final Clock clock;

    UserQuotas(
            AdmissionStore store,
            TurnstileStore turnstile,
            QuotaPolicies policies,
            Replenishments grants,
            Pipelines pipelines,
            MeterRegistry meters,
            Clock clock) {
        this.pipelines = pipelines;
        this.store = store;
        this.turnstile = turnstile;
        this.policies = policies;
        this.grants = grants;
        this.meters = meters;
        this.clock = clock;
    }

    /** What holds for a user; asked for before a transaction, so that a failure to read it spoils nothing. */
    Effective effective(Place place, String user, String type, String bundle, boolean fresh) {
        Optional<QuotaPolicy> policy = policies.policy(place, type, bundle, fresh);
        return Effective.of(policy, grants.valid(place, user, fresh), bundle, clock.instant());
    }

    Ticket ticket(String key, Place place, QuotaUser user, String bundle, String lock, long tokens, long seconds) {
        String type = policies.type(user);
        Effective effective = effective(place, user.userId(), type, bundle, false);
        return new Ticket(key, place, user.userId(), type, bundle, lock, effective, tokens, seconds);
    }

    /**
     * Locks the counters of users who have a limit, and of those whose runs end in the same transaction: all in one
     * order, and before budgets and wallets, as every transaction does.
     *
     * @param all whether users without any limit are counted too; only who is shown the count needs it
     * @return the names of the counters of those who have a limit
     */
    Set<String> lock(
            Pipeline pipeline,
            Collection<Ticket> tickets,
            boolean all,
            Collection<TurnstileStore.Booking> bookings,
            Map<String, UserCount> found) {
        Map<String, TurnstileStore.Named> counters = new TreeMap<>();
        for (Ticket ticket : tickets) {
            if (all || !ticket.effective().limits().unlimited()) {
                counters.putIfAbsent(ticket.counter(), ticket.named());
            }
        }
        Set<String> limited = Set.copyOf(counters.keySet());
        bookings.forEach(booking -> counters.putIfAbsent(booking.counter().key(), booking.counter()));
        if (!counters.isEmpty()) {
            turnstile.lockCounters(pipeline, counters, found);
        }
        return limited;
    }

    /**
     * Users as they stand. A refusal is never decided by what this node remembers: where one is possible, policies and
     * grants are read anew, in two statements for all of them.
     */
    UserTally tally(
            Collection<Ticket> tickets,
            Map<String, UserCount> locked,
            TurnstileStore.Flight flight,
            Collection<TurnstileStore.Booking> ended) {
        UserTally most = new UserTally(locked, flight, ended, Map.of());
        tickets.forEach(most::admit);
        List<Ticket> doubtful = new ArrayList<>();
        for (Ticket ticket : tickets) {
            most.takeBack(ticket);
            if (!most.decide(ticket).allowed()) {
                doubtful.add(ticket);
            }
            most.admit(ticket);
        }
        return new UserTally(locked, flight, ended, doubtful.isEmpty() ? Map.of() : fresh(doubtful));
    }

    private Map<String, Effective> fresh(List<Ticket> doubtful) {
        Map<Ticket, Optional<QuotaPolicy>> policy = policies.fresh(doubtful);
        Map<Ticket, List<Grant>> valid = grants.fresh(doubtful);
        Map<String, Effective> exact = new HashMap<>();
        for (Ticket ticket : doubtful) {
            exact.put(
                    ticket.key(),
                    Effective.of(
                            policy.getOrDefault(ticket, Optional.empty()),
                            valid.getOrDefault(ticket, List.of()),
                            ticket.bundle(),
                            clock.instant()));
        }
        return exact;
    }

    /**
     * Admits or refuses one that has a name, which may have been admitted before.
     *
     * @throws KitProblem.InvalidState when an admission of this name was committed or released (409)
     * @throws OptimisticLockingFailureException when somebody else took the name meanwhile; the next try sees it
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Decision admit(Ticket ticket) {
        AdmissionStore.Row before = store.lock(List.of(ticket.key())).get(ticket.key());
        if (before != null
                && (before.state().equals("committed") || before.state().equals("released"))) {
            throw new KitProblem.InvalidState(
                    "The admission of this lock_id was " + before.state() + ". Take a new lock_id.");
        }
        List<Ticket> one = List.of(ticket);
        Map<String, UserCount> locked = new HashMap<>();
        TurnstileStore.Flight flight = new TurnstileStore.Flight(Instant.EPOCH);
        Pipeline reading = pipelines.open();
        lock(reading, one, true, List.of(), locked);
        turnstile.flight(reading, List.of(), List.of(ticket.counter()), flight);
        reading.run();
        if (before != null && before.state().equals("open") && before.alive()) {
            store.renew(List.of(ticket.key()), ticket.seconds());
            return new UserTally(locked, flight, List.of(), Map.of()).passed(ticket);
        }
        UserTally tally = tally(one, locked, flight, List.of());
        Decision decision = tally.decide(ticket);
        if (decision.allowed()) {
            tally.admit(ticket);
            write(tally);
            meters.counter(Quotas.ADMISSIONS).increment();
        }
        return decision;
    }

    private void write(UserTally tally) {
        List<String> written = new ArrayList<>();
        Pipeline writing = pipelines.open();
        turnstile.write(
                writing,
                new TurnstileStore.Changes(Map.of(), List.of(), InstanceQuotas.SLOT_TIME, tally.admitted(), List.of()),
                written::add);
        writing.run();
        if (written.size() < tally.admitted().size()) {
            throw new OptimisticLockingFailureException("somebody else took the name of an admission");
        }
    }

    /** How a commit found its admission. */
    enum Committed {
        NOW,
        BEFORE,
        RELEASED,
        UNKNOWN
    }

    /**
     * Books what was used into the windows of now, once, also after the end of the admission's time.
     *
     * @param tokens by key, 0 or more
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Map<String, Committed> commit(Map<String, Long> tokens) {
        Map<String, Committed> results = new LinkedHashMap<>();
        Map<String, AdmissionStore.Row> ended = store.commit(tokens);
        if (!ended.isEmpty()) {
            store.count(bookings(ended.values().stream()
                    .map(row ->
                            new TurnstileStore.Booking(row.named(), 1, Objects.requireNonNullElse(row.tokens(), 0L)))
                    .toList()));
        }
        ended.keySet().forEach(key -> results.put(key, Committed.NOW));
        if (ended.size() < tokens.size()) {
            Set<String> others = new TreeSet<>(tokens.keySet());
            others.removeAll(ended.keySet());
            Map<String, AdmissionStore.Row> rows = store.lock(others);
            others.forEach(key -> {
                AdmissionStore.Row row = rows.get(key);
                results.put(
                        key,
                        row == null
                                ? Committed.UNKNOWN
                                : row.state().equals("released") ? Committed.RELEASED : Committed.BEFORE);
            });
        }
        return results;
    }

    /** One booking for each counter. */
    static Collection<TurnstileStore.Booking> bookings(Collection<TurnstileStore.Booking> each) {
        Map<String, TurnstileStore.Booking> sums = new TreeMap<>();
        each.forEach(one -> sums.merge(one.counter().key(), one, TurnstileStore.Booking::and));
        return sums.values();
    }

    /** What is stored of an admission. */
    Optional<AdmissionStore.Row> find(String key) {
        return Optional.ofNullable(store.lock(List.of(key)).get(key));
    }

    /** Ends admissions without a trace. Returns how many were open. */
    @Transactional(propagation = Propagation.MANDATORY)
    public int release(Collection<String> keys) {
        return keys.isEmpty() ? 0 : store.release(keys);
    }

    /** Extends what is still in flight. Returns how many. */
    @Transactional
    public int renew(Collection<String> keys, long seconds) {
        return keys.isEmpty() ? 0 : store.renew(keys, seconds);
    }

    Used used(@Nullable Place place, String user, String bundle) {
        return store.used(place, user, bundle);
    }

    /** Marks what is past its time and forgets what ended long ago; nothing depends on it. Returns how many. */
    int sweep(int atMost) {
        return store.expire(atMost) + store.forget(REMEMBERED_HOURS, atMost);
    }
}
