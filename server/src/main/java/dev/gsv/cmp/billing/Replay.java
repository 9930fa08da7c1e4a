package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One wallet, recomputed from its first line: the chain, the balance after each line, what is left of each grant, what
 * is held. It believes nothing that is stored beside the lines. After the first wrong row it only counts.
 */
final class Replay {

    /** What is stored about a wallet and must come out. */
    record Stored(OrgId org, UUID id, long posted, long held, long openHolds, long lastSeq) {}

    /** What is stored about a grant. */
    record StoredGrant(OrgId org, UUID id, UUID movement, boolean limited, long amount, long remaining, long held) {}

    /** An open hold. */
    record StoredHold(OrgId org, UUID id, long amount, List<ChainRow.Use> uses) {}

    private static final class Recomputed {
        final StoredGrant stored;
        boolean credited;
        long remaining;
        long held;

        Recomputed(StoredGrant stored) {
            this.stored = stored;
        }
    }

    private final Stored wallet;
    private final Map<UUID, Recomputed> grants = new LinkedHashMap<>();
    private final Map<UUID, List<Recomputed>> byMovement = new HashMap<>();
    private final LongFunction<List<Seal>> sealsAfter;
    private List<Seal> seals;
    private boolean allRead;
    private @Nullable Seal seal;
    private final Anchor.@Nullable Mark mark;
    private byte[] hash = Chain.genesis();
    /** The digest of the last line, whether it is sealed or not. */
    private byte[] running = Chain.genesis();

    private long seq;
    private long sealed;
    private long balance;
    private long granted;
    private long atMicros = Long.MIN_VALUE;
    private @Nullable Finding finding;

    /**
     * @param first the first blocks of the wallet's chain
     * @param sealsAfter the blocks that begin after a line; empty when there are none
     * @param mark how far the chain reached when an anchor was taken; null when there is none
     */
    Replay(
            Stored wallet,
            Collection<StoredGrant> stored,
            List<Seal> first,
            LongFunction<List<Seal>> sealsAfter,
            Anchor.@Nullable Mark mark) {
        this.wallet = wallet;
        this.mark = mark;
        this.seals = first;
        this.allRead = first.isEmpty();
        this.sealsAfter = sealsAfter;
        for (StoredGrant each : stored) {
            Recomputed grant = new Recomputed(each);
            grants.put(each.id(), grant);
            byMovement
                    .computeIfAbsent(each.movement(), unused -> new ArrayList<>())
                    .add(grant);
        }
    }

    OrgId org() {
        return wallet.org();
    }

    /** How far the chain reaches now; null when nothing of it is sealed. */
    Anchor.@Nullable Mark reached() {
        return sealed == 0 ? null : new Anchor.Mark(org(), wallet.id(), sealed, Chain.hex(hash));
    }

    long sealed() {
        return sealed;
    }

    /** The digest of the last sealed line that is right. */
    byte[] hash() {
        return hash;
    }

    @Nullable
    Finding finding() {
        return finding;
    }

    /** The next line, in the order of seq. */
    void line(ChainRow line) {
        if (finding != null) {
            return;
        }
        if (line.seq() != seq + 1) {
            finding = line.seq() <= seq
                    ? wrong(line, "seq", Long.toString(seq + 1), line.seq() + ", which was there already", true)
                    : missing(seq + 1);
            return;
        }
        seq = line.seq();
        finding = amounts(line);
        if (finding == null) {
            finding = chain(line);
        }
        if (finding == null) {
            finding = anchored(line);
        }
        if (finding == null) {
            finding = uses(line);
        }
    }

    private Finding missing(long missing) {
        return new Finding(
                org().value(),
                wallet.id(),
                missing,
                "transfer",
                null,
                "row",
                "a line with this number",
                "missing",
                true);
    }

    private @Nullable Finding amounts(ChainRow line) {
        long after = balance + line.change();
        if (line.micros() <= 0) {
            return wrong(line, "amount_micros", "a positive amount", Long.toString(line.micros()), false);
        }
        if (line.balance() != after) {
            return unbalanced(line, after);
        }
        if (line.atMicros() < atMicros) {
            return wrong(line, "created_at", "not before the line before it", line.atMicros() + " µs", false);
        }
        atMicros = line.atMicros();
        return null;
    }

    /** Amount and balance contradict each other; the digest, if there is one, knows which of them was changed. */
    private Finding unbalanced(ChainRow line, long after) {
        long by = Math.abs(line.balance() - balance);
        Seal block = block(line.seq());
        boolean balanceChanged =
                block != null && Arrays.equals(Chain.digest(hash, line.withBalance(after)), block.digest(line.seq()));
        if (balanceChanged || line.change() == 0) {
            return wrong(line, "balance_micros", Long.toString(after), Long.toString(line.balance()), false);
        }
        String why = " (the balance goes from " + balance + " to " + line.balance() + ")";
        return wrong(line, "amount_micros", by + why, Long.toString(line.micros()), false);
    }

    private @Nullable Finding chain(ChainRow line) {
        Seal block = block(line.seq());
        if (block == null) {
            return seals.isEmpty() ? null : wrong(line, "hash", "a digest, as later lines have", "no block", true);
        }
        byte[] found = Chain.digest(hash, line);
        byte[] expected = block.digest(line.seq());
        if (block.version() != Chain.VERSION) {
            return wrong(line, "version", "a form up to " + Chain.VERSION, "" + block.version(), true);
        }
        if (!Arrays.equals(found, expected)) {
            return wrong(line, "hash", Chain.hex(expected), Chain.hex(found), true);
        }
        hash = found;
        sealed = line.seq();
        return null;
    }

    /** Whoever computed the chain anew, blocks and all, could not do so in an anchor that is kept elsewhere. */
    private @Nullable Finding anchored(ChainRow line) {
        if (mark == null || line.seq() > mark.lines()) {
            return null;
        }
        running = Chain.digest(running, line);
        boolean other = line.seq() == mark.lines() && !Chain.hex(running).equals(mark.digest());
        return other ? wrong(line, "hash", mark.digest() + " (the anchor)", Chain.hex(running), true) : null;
    }

    /** The block that covers a line; null when none does. */
    private @Nullable Seal block(long line) {
        while (seal == null || seal.to() < line) {
            if (seals.isEmpty() && !allRead) {
                seals = sealsAfter.apply(seal == null ? 0 : seal.from());
                allRead = seals.isEmpty();
            }
            if (seals.isEmpty() || seals.getFirst().from() > line) {
                return null;
            }
            seal = seals.getFirst();
            seals = seals.subList(1, seals.size());
        }
        return seal.covers(line) ? seal : null;
    }

    private @Nullable Finding uses(ChainRow line) {
        long before = balance;
        balance += line.change();
        if (line.change() > 0) {
            for (Recomputed grant : byMovement.getOrDefault(line.movement(), List.of())) {
                // What arrives pays an overdraft in use first, unless it is for one capability only.
                long debt = grant.stored.limited() ? 0 : Math.min(grant.stored.amount(), Math.max(0, granted - before));
                grant.credited = true;
                grant.remaining += grant.stored.amount() - debt;
                granted += grant.stored.amount() - debt;
            }
        }
        for (ChainRow.Use use : line.uses()) {
            Recomputed grant = grants.get(use.grant());
            if (grant == null) {
                return wrong(
                        line, "grants", "a grant of this wallet", use.grant().toString(), false);
            }
            long change = line.change() > 0 ? use.micros() : -use.micros();
            grant.remaining += change;
            granted += change;
            if (grant.remaining < 0 || grant.remaining > grant.stored.amount()) {
                return wrong(
                        line,
                        "grant_micros",
                        "a part of the " + (grant.remaining - change) + " left of grant " + use.grant(),
                        Long.toString(use.micros()),
                        false);
            }
        }
        return null;
    }

    /** All lines are read: compares what came out with what is stored. */
    void end(Collection<StoredHold> holds) {
        if (finding == null) {
            finding = tail();
        }
        if (finding == null) {
            finding = grants();
        }
        if (finding == null) {
            finding = holds(holds);
        }
    }

    private @Nullable Finding tail() {
        boolean sealedFurther = block(seq + 1) != null || !seals.isEmpty();
        boolean anchoredFurther = mark != null && seq < mark.lines();
        if (seq < wallet.lastSeq() || sealedFurther || anchoredFurther) {
            return missing(seq + 1);
        }
        if (seq > wallet.lastSeq()) {
            return stored("last_seq", seq, wallet.lastSeq());
        }
        return balance == wallet.posted() ? null : stored("posted_micros", balance, wallet.posted());
    }

    private @Nullable Finding grants() {
        for (Recomputed grant : grants.values()) {
            if (!grant.credited) {
                return wrong(grant, "movement_id", "a line that brought it", "none has " + grant.stored.movement());
            }
            if (grant.remaining != grant.stored.remaining()) {
                return wrong(grant, "remaining_micros", "" + grant.remaining, "" + grant.stored.remaining());
            }
        }
        return null;
    }

    private @Nullable Finding holds(Collection<StoredHold> holds) {
        long held = 0;
        for (StoredHold hold : holds) {
            held += hold.amount();
            for (ChainRow.Use use : hold.uses()) {
                Recomputed grant = grants.get(use.grant());
                if (grant == null) {
                    return new Finding(
                            org().value(),
                            wallet.id(),
                            null,
                            "hold",
                            hold.id(),
                            "grants",
                            "a grant of this wallet",
                            use.grant().toString(),
                            false);
                }
                grant.held += use.micros();
            }
        }
        for (Recomputed grant : grants.values()) {
            if (grant.held != grant.stored.held()) {
                return wrong(grant, "held_micros", "" + grant.held, "" + grant.stored.held());
            }
        }
        if (held != wallet.held()) {
            return stored("held_micros", held, wallet.held());
        }
        return holds.size() == wallet.openHolds() ? null : stored("open_holds", holds.size(), wallet.openHolds());
    }

    private Finding stored(String field, long expected, long found) {
        return new Finding(
                org().value(), wallet.id(), null, "wallet", wallet.id(), field, "" + expected, "" + found, false);
    }

    private Finding wrong(Recomputed grant, String field, String expected, String found) {
        return new Finding(
                org().value(), wallet.id(), null, "credit_grant", grant.stored.id(), field, expected, found, false);
    }

    private Finding wrong(ChainRow line, String field, String expected, String found, boolean chain) {
        return new Finding(
                org().value(), wallet.id(), line.seq(), "transfer", line.id(), field, expected, found, chain);
    }
}
