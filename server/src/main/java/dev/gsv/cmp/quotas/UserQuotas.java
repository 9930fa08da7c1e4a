package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.KitProblem;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
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
    private final QuotaPolicies policies;
    private final Replenishments grants;
    private final Clock clock;

    UserQuotas(AdmissionStore store, QuotaPolicies policies, Replenishments grants, Clock clock) {
        this.store = store;
        this.policies = policies;
        this.grants = grants;
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
     * Admits or refuses each, in their order. A refusal leaves nothing behind, and is never decided by what this node
     * remembers: policy and grants are read anew before it.
     *
     * @param all whether users without any limit are counted too; only who is shown the count needs it
     * @throws KitProblem.InvalidState when an admission of this name was committed or released (409)
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<Decision> admit(List<Ticket> tickets, boolean all) {
        Map<String, Ticket> wanted = new TreeMap<>();
        tickets.forEach(ticket -> wanted.putIfAbsent(ticket.key(), ticket));
        Set<String> opened = new HashSet<>(store.open(wanted.values()));
        if (opened.size() < wanted.size()) {
            opened.addAll(repeated(wanted, opened));
        }
        Map<String, Ticket> counters = new TreeMap<>();
        for (Ticket ticket : tickets) {
            if (all || !ticket.effective().limits().unlimited()) {
                counters.putIfAbsent(ticket.counter(), ticket);
            }
        }
        Standing standing = standing(counters, opened);
        List<Decision> decisions = new ArrayList<>();
        Set<String> refused = new HashSet<>();
        for (Ticket ticket : tickets) {
            // Of two with one name in one list the first is the admission and the second the repetition.
            boolean again = !opened.remove(ticket.key()) && !refused.contains(ticket.key());
            Used used = standing.of(ticket);
            Decision decision = again
                    ? new Decision(ticket, Insight.passed(ticket.effective(), used, standing.now()), used, true)
                    : decide(ticket, used, standing.now());
            decisions.add(decision);
            if (!decision.allowed()) {
                refused.add(ticket.key());
            } else if (!again) {
                standing.used().computeIfPresent(ticket.counter(), (key, now) -> now.flying(1, ticket.tokens()));
            }
        }
        if (!refused.isEmpty()) {
            store.remove(refused);
        }
        return decisions;
    }

    /** What each counter stands at, at a moment after all of them were locked. */
    private record Standing(Instant now, Map<String, Used> used) {
        Used of(Ticket ticket) {
            return used.getOrDefault(ticket.counter(), Used.NOTHING);
        }
    }

    private Standing standing(Map<String, Ticket> counters, Set<String> opened) {
        Map<String, Used> used = new HashMap<>();
        if (counters.isEmpty()) {
            return new Standing(clock.instant(), used);
        }
        Map<String, Used> committed = store.lockCounters(counters);
        AdmissionStore.Flight flight = store.flying(counters.keySet(), opened);
        committed.forEach((key, sum) -> {
            Used open = flight.open().getOrDefault(key, Used.NOTHING);
            used.put(key, sum.flying(open.inFlight(), open.heldTokens()));
        });
        return new Standing(flight.now(), used);
    }

    /** Lets admissions that are open already live on; those that nobody ended in time begin anew and are returned. */
    private List<String> repeated(Map<String, Ticket> wanted, Set<String> opened) {
        Set<String> again = new TreeSet<>(wanted.keySet());
        again.removeAll(opened);
        List<Ticket> anew = new ArrayList<>();
        store.lock(again).forEach((key, row) -> {
            Ticket ticket = Objects.requireNonNull(wanted.get(key));
            switch (row.state()) {
                case "committed", "released" ->
                    throw new KitProblem.InvalidState(
                            "The admission of this lock_id was " + row.state() + ". Take a new lock_id.");
                default -> {
                    if (row.state().equals("open") && row.alive()) {
                        store.renew(List.of(key), ticket.seconds());
                    } else {
                        anew.add(ticket);
                    }
                }
            }
        });
        if (anew.isEmpty()) {
            return List.of();
        }
        store.remove(anew.stream().map(Ticket::key).toList());
        return store.open(anew);
    }

    private Decision decide(Ticket ticket, Used used, Instant now) {
        Insight insight = Insight.of(ticket.effective(), used, ticket.tokens(), now);
        if (insight.allowed()) {
            return new Decision(ticket, insight, used, false);
        }
        Effective fresh = effective(ticket.place(), ticket.userId(), ticket.userType(), ticket.bundle(), true);
        return new Decision(ticket.with(fresh), Insight.of(fresh, used, ticket.tokens(), now), used, false);
    }

    /** Takes back admissions that this transaction opened, because a later gate refuses. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void withdraw(Collection<String> keys) {
        if (!keys.isEmpty()) {
            store.remove(keys);
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
        Map<String, AdmissionStore.Booking> bookings = new TreeMap<>();
        ended.values().forEach(row -> {
            long used = Objects.requireNonNullElse(row.tokens(), 0L);
            bookings.merge(
                    row.counter(),
                    new AdmissionStore.Booking(row, 1, used),
                    (sum, more) -> new AdmissionStore.Booking(
                            row, sum.requests() + more.requests(), sum.tokens() + more.tokens()));
        });
        if (!bookings.isEmpty()) {
            store.count(bookings.values());
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
