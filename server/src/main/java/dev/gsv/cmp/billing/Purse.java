package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A wallet under its lock: what it has, what is held, and its grants in the order in which they burn. It decides and
 * writes nothing; {@link Books} writes what changed. All amounts are micro-credits.
 */
final class Purse {

    /** One grant of the wallet that has something left. */
    static final class Portion {
        final UUID id;
        final Grant.Terms terms;
        private @Nullable Instant expiresAt;
        private boolean voided;
        long remaining;
        long held;
        boolean changed;
        /** True when its end has changed, or that it was taken back. */
        boolean ending;

        Portion(UUID id, Grant.Terms terms, long remaining, long held, boolean voided) {
            this.id = id;
            this.terms = terms;
            this.expiresAt = terms.expiresAt();
            this.remaining = remaining;
            this.held = held;
            this.voided = voided;
        }

        @Nullable
        Instant expiresAt() {
            return expiresAt;
        }

        boolean voided() {
            return voided;
        }

        long free() {
            return remaining - held;
        }

        boolean lapsed(Instant now) {
            return expiresAt != null && !expiresAt.isAfter(now);
        }

        /** True when it may pay for a use of an instance that has these capabilities. */
        boolean pays(Set<String> capabilities) {
            return terms.capability() == null || capabilities.contains(terms.capability());
        }
    }

    /** Priority, then the earlier end, then the older, then the id: a total order. */
    static final Comparator<Portion> BURN_ORDER = Comparator.comparingInt((Portion portion) -> portion.terms.priority())
            .thenComparing(portion -> portion.expiresAt, Comparator.nullsLast(Comparator.naturalOrder()))
            .thenComparing(portion -> portion.terms.createdAt())
            .thenComparing(portion -> portion.id.toString());

    /** What a settlement took, and what nobody could pay. */
    record Taken(long debited, long absorbed, List<Part> uses) {}

    final OrgId org;
    final UUID id;
    final @Nullable Long alertBelow;
    final @Nullable Long topUpBelow;
    private final long floor;
    private final long before;
    private final List<Portion> portions = new ArrayList<>();
    private long posted;
    private long held;
    private int openHolds;
    private long seq;
    private @Nullable Instant lastEntryAt;
    private @Nullable Instant dueAt;
    private boolean changed;

    Purse(
            OrgId org,
            UUID id,
            long posted,
            long held,
            int openHolds,
            long floor,
            long seq,
            @Nullable Instant lastEntryAt,
            @Nullable Instant dueAt,
            @Nullable Long alertBelow,
            @Nullable Long topUpBelow) {
        this.org = org;
        this.id = id;
        this.posted = posted;
        this.before = posted;
        this.alertBelow = alertBelow;
        this.topUpBelow = topUpBelow;
        this.held = held;
        this.openHolds = openHolds;
        this.floor = floor;
        this.seq = seq;
        this.lastEntryAt = lastEntryAt;
        this.dueAt = dueAt;
    }

    void add(Portion portion) {
        int place = Collections.binarySearch(portions, portion, BURN_ORDER);
        portions.add(place < 0 ? -place - 1 : place, portion);
    }

    long posted() {
        return posted;
    }

    long held() {
        return held;
    }

    long floor() {
        return floor;
    }

    /** True when the balance has fallen below this since the wallet was locked. */
    boolean fellBelow(@Nullable Long threshold) {
        return threshold != null && posted < threshold && before >= threshold;
    }

    int openHolds() {
        return openHolds;
    }

    long seq() {
        return seq;
    }

    @Nullable
    Instant lastEntryAt() {
        return lastEntryAt;
    }

    boolean changed() {
        return changed;
    }

    /** A lower bound of when something of this wallet is due; null for never. */
    @Nullable
    Instant dueAt() {
        return dueAt;
    }

    boolean due(Instant now) {
        return dueAt != null && !dueAt.isAfter(now);
    }

    /** Something of this wallet will be due at that time. */
    void dueBy(@Nullable Instant at) {
        if (at != null && (dueAt == null || at.isBefore(dueAt))) {
            dueAt = at;
            changed = true;
        }
    }

    /** After a sweep: what is due next among its holds and grants. What is left of a grant that is over is held. */
    void dueNext(Instant now, @Nullable Instant holds) {
        dueAt = null;
        changed = true;
        dueBy(holds);
        portions.stream().filter(portion -> !portion.lapsed(now)).forEach(portion -> dueBy(portion.expiresAt));
    }

    List<Portion> portions() {
        return portions;
    }

    long available() {
        return posted - held;
    }

    /** What may still be held or debited for a use; what is limited to other capabilities does not count. */
    long room(Set<String> capabilities) {
        long others = 0;
        for (Portion portion : portions) {
            if (!portion.pays(capabilities)) {
                others += portion.free();
            }
        }
        return Math.max(0, available() - others - floor);
    }

    /** Sets an amount aside; null when there is not enough. */
    @Nullable
    List<Part> hold(long amount, Set<String> capabilities) {
        if (amount > room(capabilities)) {
            return null;
        }
        List<Part> parts = reserve(amount, capabilities);
        held = Math.addExact(held, amount);
        openHolds++;
        changed = true;
        return parts;
    }

    /** Sets more aside for a hold that exists; null when there is not enough. */
    @Nullable
    List<Part> extend(long amount, Set<String> capabilities) {
        List<Part> parts = hold(amount, capabilities);
        if (parts != null) {
            openHolds--;
        }
        return parts;
    }

    private List<Part> reserve(long amount, Set<String> capabilities) {
        List<Part> parts = new ArrayList<>();
        long left = amount;
        for (Portion portion : portions) {
            long micros = portion.pays(capabilities) ? Math.min(left, portion.free()) : 0;
            if (micros > 0) {
                portion.held += micros;
                portion.changed = true;
                parts.add(new Part(portion.id, micros));
                left -= micros;
            }
        }
        // What is left stands on the agreed overdraft and belongs to no grant.
        return parts;
    }

    /** Ends a hold: its parts are free again. */
    void giveBack(long amount, List<Part> parts) {
        held = Math.subtractExact(held, amount);
        openHolds--;
        changed = true;
        for (Part part : parts) {
            Portion portion = portion(part.grant());
            portion.held -= part.micros();
            portion.changed = true;
        }
    }

    /** Pays from the given parts first, then in burn order, never below the floor. */
    Taken pay(long cost, List<Part> first, Set<String> capabilities) {
        long debited = Math.min(cost, room(capabilities));
        List<Part> uses = new ArrayList<>();
        long left = debited;
        for (Part part : first) {
            left -= use(portion(part.grant()), Math.min(left, part.micros()), uses);
        }
        for (Portion portion : portions) {
            left -= use(portion, portion.pays(capabilities) ? Math.min(left, portion.free()) : 0, uses);
        }
        posted = Math.subtractExact(posted, debited);
        changed = true;
        return new Taken(debited, cost - debited, uses);
    }

    private static long use(Portion portion, long micros, List<Part> uses) {
        if (micros > 0) {
            portion.remaining -= micros;
            portion.changed = true;
            uses.add(new Part(portion.id, micros));
        }
        return micros;
    }

    /** The next grant that is over by now and has something that no hold stands on; null when none has. */
    @Nullable
    Portion lapsed(Instant now) {
        for (Portion portion : portions) {
            if (portion.lapsed(now) && portion.free() > 0) {
                return portion;
            }
        }
        return null;
    }

    /** Takes what no hold stands on out of a grant and out of the wallet. */
    Part take(Portion portion) {
        Part part = new Part(portion.id, portion.free());
        portion.remaining -= part.micros();
        portion.changed = true;
        posted = Math.subtractExact(posted, part.micros());
        changed = true;
        return part;
    }

    /** Returns credit to the grant that it came from. */
    void giveTo(Portion portion, long micros) {
        if (!portions.contains(portion)) {
            add(portion);
        }
        portion.remaining += micros;
        portion.changed = true;
        posted = Math.addExact(posted, micros);
        changed = true;
        // A spent grant was nothing that could end.
        dueBy(portion.expiresAt);
    }

    /** Moves the end of a grant to an earlier time; taking it back is an end now. */
    void end(Portion portion, Instant at, boolean voids) {
        portion.expiresAt = at;
        portion.voided |= voids;
        portion.ending = true;
        portions.sort(BURN_ORDER);
    }

    /** A grant that has something left, by its id. */
    @Nullable
    Portion find(UUID grant) {
        for (Portion portion : portions) {
            if (portion.id.equals(grant)) {
                return portion;
            }
        }
        return null;
    }

    /**
     * Takes in new credit.
     *
     * @param limited true when it pays for one capability only; then it leaves an overdraft in use alone
     * @return how much of it is left after it has paid an overdraft in use
     */
    long credit(long amount, boolean limited) {
        long remaining =
                portions.stream().mapToLong(portion -> portion.remaining).sum();
        long debt = limited ? 0 : Math.min(amount, Math.max(0, remaining - posted));
        posted = Math.addExact(posted, amount);
        changed = true;
        return amount - debt;
    }

    /** Takes the next position for a line of the wallet, at a time that is never before the last one. */
    Instant line(Instant now) {
        seq++;
        Instant last = lastEntryAt;
        Instant at = last != null && last.isAfter(now) ? last : now;
        lastEntryAt = at;
        changed = true;
        return at;
    }

    private Portion portion(UUID grant) {
        Portion portion = find(grant);
        if (portion == null) {
            throw new IllegalStateException("a held grant has something left: " + grant);
        }
        return portion;
    }
}
