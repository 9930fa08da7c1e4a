package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where is decided how portions of credit come, go and return, at the books of a {@link Desk}: under the lock of the
 * wallet, in memory, written when the desk is closed.
 */
final class GrantDesk {

    /** Periods of one allowance that begin at one look, after a long silence; the next look goes on. */
    static final int PERIODS_AT_ONCE = 36;

    /** How long credit lives that is given for a fault of ours in place of credit that is over. */
    static final Duration FAULT_LIFE = Duration.ofDays(30);

    private final Books books;

    GrantDesk(Books books) {
        this.books = books;
    }

    Instant now() {
        return books.now;
    }

    UUID id() {
        return books.id();
    }

    Purse purse(OrgId org) {
        return books.purse(org);
    }

    /**
     * Adds credit as a grant of its own and books it.
     *
     * @throws KitProblem.Meaningless when it would be over at once, or the wallet cannot hold it (422)
     */
    Given grant(OrgId org, Credits amount, Grant.Terms terms, EntryType type, String reference) {
        Instant end = terms.expiresAt();
        if (end != null && !end.isAfter(books.now)) {
            throw new KitProblem.Meaningless("The credit would expire before it is there.");
        }
        Purse purse = books.purse(org);
        room(purse, amount.micros());
        Transfer.Cause cause = terms.effectiveAt().isBefore(books.now)
                ? new Transfer.Cause(
                        reference,
                        null,
                        null,
                        Map.of("effective_at", terms.effectiveAt().toString()))
                : Transfer.Cause.of(reference);
        UUID movement = books.id();
        UUID grant = portion(purse, movement, amount.micros(), terms, reference);
        Transfer line = Desk.written(
                books.write(purse, movement, type, terms.kind().source(), cause, amount.micros(), 0, null, List.of()));
        return new Given(grant, line);
    }

    /** A new grant, and the wallet's line that booked it. */
    record Given(UUID grant, Transfer line) {}

    private static void room(Purse purse, long micros) {
        if (purse.posted() > Ledger.MAX_BALANCE.micros() - micros) {
            throw new KitProblem.Meaningless("The wallet would hold more than the largest possible amount.");
        }
    }

    private UUID portion(Purse purse, UUID movement, long amount, Grant.Terms terms, String reference) {
        long remaining = purse.credit(amount, terms.capability() != null);
        Grant grant = new Grant(purse.org, books.id(), terms, amount, remaining, reference, movement);
        books.granted(grant);
        purse.add(new Purse.Portion(grant.id(), terms, remaining, 0, false));
        return grant.id();
    }

    /** An allowance as it stands now: a period may have begun when these books were opened. */
    Allowance current(Allowance found) {
        return books.current(found);
    }

    /** An allowance that is new, or whose next period has changed; what has come of it begins at once. */
    void coming(Allowance allowance) {
        Purse purse = books.purse(allowance.org());
        Allowance next = begin(purse, allowance);
        books.changed(next);
        purse.dueBy(next.nextAt());
        books.lapse(purse);
    }

    /** Begins what has come of an allowance: each period that was missed in its turn, so that each comes once. */
    Allowance begin(Purse purse, Allowance allowance) {
        Allowance next = allowance;
        for (int i = 0; next.due(books.now) && i < PERIODS_AT_ONCE; i++) {
            period(purse, next);
            next = next.begun();
        }
        return next;
    }

    private void period(Purse purse, Allowance allowance) {
        int number = allowance.nextPeriod();
        Instant from = allowance.begins(number);
        UUID movement = books.id();
        long rest = 0;
        for (Purse.Portion portion : List.copyOf(purse.portions())) {
            Grant.Period of = portion.terms.period();
            boolean before = of != null && of.allowance().equals(allowance.id());
            if (before && !portion.voided() && portion.lapsed(from) && portion.free() > 0) {
                rest += portion.free();
                books.lapse(purse, portion, movement);
            }
        }
        long carried = number == 0 ? 0 : fitting(purse, allowance.carried(rest));
        if (carried > 0) {
            carry(purse, movement, allowance, carried, Math.min(rest, carried));
        }
        long amount = fitting(purse, allowance.amount());
        if (amount > 0) {
            UUID own = books.id();
            portion(purse, own, amount, terms(allowance, false), allowance.reference());
            books.write(
                    purse,
                    own,
                    allowance.kind().entryType(),
                    allowance.kind().source(),
                    Transfer.Cause.of(allowance.reference()),
                    amount,
                    0,
                    null,
                    List.of());
        }
    }

    /** What lapsed comes back, and what is missing to the agreed least is given: a line of the wallet each. */
    private void carry(Purse purse, UUID movement, Allowance allowance, long carried, long kept) {
        Transfer.Cause cause = Transfer.Cause.of("rollover:" + allowance.id());
        boolean limited = allowance.capability() != null;
        Map<Account, Long> from = new EnumMap<>(Account.class);
        from.put(Account.EXPIRED, kept);
        from.put(allowance.kind().source(), carried - kept);
        UUID of = movement;
        long remaining = 0;
        for (Map.Entry<Account, Long> source : from.entrySet()) {
            if (source.getValue() > 0) {
                remaining += purse.credit(source.getValue(), limited);
                books.write(
                        purse, of, EntryType.ADJUSTMENT, source.getKey(), cause, source.getValue(), 0, null, List.of());
                // A grant is the credit of one line's movement; what is given on top is a movement of its own.
                of = books.id();
            }
        }
        Grant.Terms terms = terms(allowance, true);
        Grant grant = new Grant(purse.org, books.id(), terms, carried, remaining, cause.reference(), movement);
        books.granted(grant);
        purse.add(new Purse.Portion(grant.id(), terms, remaining, 0, false));
    }

    /** Time cannot be refused: what a wallet cannot hold does not come. */
    private static long fitting(Purse purse, long micros) {
        return Math.min(micros, Math.max(0, Ledger.MAX_BALANCE.micros() - purse.posted()));
    }

    private Grant.Terms terms(Allowance allowance, boolean carried) {
        int number = allowance.nextPeriod();
        return new Grant.Terms(
                allowance.kind(),
                allowance.priority(),
                allowance.begins(number),
                allowance.lapses(number),
                books.now,
                allowance.capability(),
                new Grant.Period(allowance.id(), number, carried));
    }

    /**
     * Takes a grant back: what is free at once, what is held when its hold ends.
     *
     * @return what went at once, in micro-credits
     */
    long voided(OrgId org, UUID grant) {
        Purse purse = books.purse(org);
        Purse.Portion portion = purse.find(grant);
        // What has lapsed a moment ago, when these books were opened, is as gone as what lapsed long ago.
        if (portion == null || portion.remaining == 0) {
            throw new KitProblem.InvalidState("Nothing is left of this grant.");
        }
        if (portion.voided()) {
            throw new KitProblem.InvalidState("This grant was taken back before.");
        }
        long free = portion.free();
        purse.end(portion, books.now, true);
        if (free > 0) {
            books.lapse(purse, portion, books.id());
        }
        return free;
    }

    /** Lets a grant lapse at that time at the latest. */
    void endBy(OrgId org, UUID grant, Instant at) {
        Purse purse = books.purse(org);
        Optional.ofNullable(purse.find(grant))
                .filter(portion -> !portion.lapsed(at))
                .ifPresent(portion -> {
                    purse.end(portion, at, false);
                    purse.dueBy(at);
                });
        books.lapse(purse);
    }

    /** Lets what has come of an allowance lapse at that time at the latest, also what came when these books opened. */
    void endPeriods(Allowance allowance, Instant at) {
        for (Purse.Portion portion : List.copyOf(books.purse(allowance.org()).portions())) {
            Grant.Period of = portion.terms.period();
            if (of != null && of.allowance().equals(allowance.id())) {
                endBy(allowance.org(), portion.id, at);
            }
        }
    }

    /**
     * What an entry charged, and what of it was returned before.
     *
     * @param amount the wallet's side of it: negative when it paid
     * @param grants those that the uses name, as they stand in the table
     */
    record Charge(
            UUID entry,
            EntryType type,
            long amount,
            long refunded,
            List<Part> uses,
            Transfer.Cause cause,
            Map<UUID, Purse.Portion> grants) {
        long debited() {
            return Math.max(0, -amount);
        }

        long left() {
            return type == EntryType.USAGE ? debited() - refunded : 0;
        }

        long byGrants() {
            return uses.stream().mapToLong(Part::micros).sum();
        }
    }

    /**
     * Returns a part of a charge to the grants that paid it, the last one first: as if it had cost less. What stood on
     * an overdraft pays the debt. Credit that is over is over again in the same movement, unless the fault was ours.
     */
    Transfer refund(OrgId org, Charge charge, long amount, boolean ourFault, String reason) {
        Purse purse = books.purse(org);
        room(purse, amount);
        UUID movement = books.id();
        Transfer.Cause cause = new Transfer.Cause(
                "refund:" + charge.entry(),
                charge.cause().instance(),
                charge.cause().run(),
                Map.of("reason", reason));
        List<Part> returned = new ArrayList<>();
        for (Slice slice : slices(charge, amount)) {
            Purse.Portion portion = slice.grant() == null ? null : portion(purse, charge, slice.grant());
            if (portion == null) {
                Grant.Terms terms = Grant.Terms.plain(GrantKind.PURCHASED, books.now, null);
                portion(purse, movement, slice.micros(), terms, cause.reference());
            } else if (ourFault && portion.lapsed(books.now)) {
                portion(purse, movement, slice.micros(), again(portion.terms), cause.reference());
            } else {
                purse.giveTo(portion, slice.micros());
                returned.add(new Part(portion.id, slice.micros()));
            }
        }
        Transfer line = Desk.written(books.write(
                purse, movement, EntryType.REFUND, EntryType.REFUND.against(), cause, amount, 0, null, returned));
        for (Part part : returned) {
            Purse.Portion portion = purse.find(part.grant());
            if (portion != null && portion.lapsed(books.now) && portion.free() > 0) {
                books.lapse(purse, portion, movement);
            }
        }
        return line;
    }

    private record Slice(@Nullable UUID grant, long micros) {}

    private static List<Slice> slices(Charge charge, long amount) {
        List<Slice> paid = new ArrayList<>();
        charge.uses().forEach(use -> paid.add(new Slice(use.grant(), use.micros())));
        if (charge.byGrants() < charge.debited()) {
            paid.add(new Slice(null, charge.debited() - charge.byGrants()));
        }
        List<Slice> back = new ArrayList<>();
        long before = charge.refunded();
        long left = amount;
        for (Slice slice : paid.reversed()) {
            long done = Math.min(before, slice.micros());
            before -= done;
            long micros = Math.min(left, slice.micros() - done);
            left -= micros;
            if (micros > 0) {
                back.add(new Slice(slice.grant(), micros));
            }
        }
        return back;
    }

    private static Purse.Portion portion(Purse purse, Charge charge, UUID grant) {
        Purse.Portion open = purse.find(grant);
        Purse.Portion portion = open == null ? charge.grants().get(grant) : open;
        if (portion == null) {
            throw new IllegalStateException("a use names a grant: " + grant);
        }
        return portion;
    }

    private Grant.Terms again(Grant.Terms terms) {
        return new Grant.Terms(
                terms.kind(),
                terms.priority(),
                books.now,
                books.now.plus(FAULT_LIFE),
                books.now,
                terms.capability(),
                null);
    }
}
