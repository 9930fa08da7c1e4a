package dev.gsv.cmp.quotas;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How users stand to their quotas while a batch is decided, under the locks of their counters. */
final class UserTally {

    private final Instant now;
    private final Map<String, Used> standing = new HashMap<>();
    private final Map<String, Effective> exact;
    private final Map<String, Ticket> admitted = new LinkedHashMap<>();

    /**
     * Users before anybody is let in.
     *
     * @param ended what the runs that end in the same transaction have used; it is not in the counters yet
     * @param exact by ticket: what was read anew, because a refusal is possible
     */
    UserTally(
            Map<String, UserCount> locked,
            TurnstileStore.Flight flight,
            Collection<TurnstileStore.Booking> ended,
            Map<String, Effective> exact) {
        this.now = flight.now();
        this.exact = exact;
        locked.forEach((counter, count) ->
                standing.put(counter, standing(count, flight.users().get(counter))));
        ended.forEach(booking -> standing.computeIfPresent(
                booking.counter().key(), (key, used) -> used.committing(booking.requests(), booking.tokens())));
    }

    private Used standing(UserCount count, @Nullable Used open) {
        Used committed = count.at(now);
        return open == null ? committed : committed.flying(open.inFlight(), open.heldTokens());
    }

    /** What a user has used, also by what this batch has let in; nothing for who has no limit. */
    Used used(Ticket ticket) {
        return standing.getOrDefault(ticket.counter(), Used.NOTHING);
    }

    UserQuotas.Decision decide(Ticket ticket) {
        Ticket judged = ticket.with(exact.getOrDefault(ticket.key(), ticket.effective()));
        Used used = used(ticket);
        return new UserQuotas.Decision(judged, Insight.of(judged.effective(), used, ticket.tokens(), now), used, false);
    }

    /** For an admission that is open already. */
    UserQuotas.Decision passed(Ticket ticket) {
        Used used = used(ticket);
        return new UserQuotas.Decision(ticket, Insight.passed(ticket.effective(), used, now), used, true);
    }

    void admit(Ticket ticket) {
        if (admitted.putIfAbsent(ticket.key(), ticket) == null) {
            fly(ticket, 1);
        }
    }

    /** As if the run had never asked. */
    void takeBack(Ticket ticket) {
        if (admitted.remove(ticket.key()) != null) {
            fly(ticket, -1);
        }
    }

    private void fly(Ticket ticket, int runs) {
        standing.computeIfPresent(
                ticket.counter(), (key, used) -> used.flying(runs, Math.multiplyExact(runs, ticket.tokens())));
    }

    Collection<Ticket> admitted() {
        return admitted.values();
    }
}
