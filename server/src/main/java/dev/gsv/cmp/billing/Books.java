package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The books of some wallets, open under their locks: first every lock in one order, then the time, then what is due,
 * then reading. {@link Ledger} decides in the order of arrival; {@link #close} writes the difference, set by set.
 */
final class Books {

    /** Holds that one transaction sweeps at most, so that a burst of expiries does not stall a new hold. */
    static final int SWEEP_PORTION = 500;

    /** Opens books within the running transaction. */
    @Component
    static class Shelf {
        private final WalletStore wallets;
        private final HoldStore holds;
        private final EntryStore entries;
        private final Ids ids;

        Shelf(WalletStore wallets, HoldStore holds, EntryStore entries, Ids ids) {
            this.wallets = wallets;
            this.holds = holds;
            this.entries = entries;
            this.ids = ids;
        }

        UUID id() {
            return ids.next();
        }

        Books open(Collection<OrgId> orgs) {
            Books books = new Books(this, wallets.lock(orgs), wallets.clock());
            books.sweep();
            return books;
        }
    }

    private final Shelf shelf;
    /** The database's clock after the locks were taken: what counts as expired for all of this transaction. */
    final Instant now;

    private final Map<OrgId, Purse> purses = new LinkedHashMap<>();
    private final Map<UUID, Hold> known = new LinkedHashMap<>();
    private final Map<UUID, Hold> opened = new LinkedHashMap<>();
    private final Map<UUID, Hold> ended = new LinkedHashMap<>();
    private final List<Movement> movements = new ArrayList<>();
    private final List<Grant> granted = new ArrayList<>();

    private Books(Shelf shelf, List<Purse> locked, Instant now) {
        this.shelf = shelf;
        this.now = now;
        locked.forEach(purse -> purses.put(purse.org, purse));
    }

    private void sweep() {
        if (purses.isEmpty()) {
            return;
        }
        List<Hold> due = shelf.holds.expire(purses.keySet(), now, SWEEP_PORTION);
        shelf.wallets.readGrants(purses);
        due.forEach(hold -> purse(hold.org()).giveBack(hold.amount(), hold.parts()));
        purses.values().forEach(this::lapse);
    }

    /** Books what lapsed. Also after a hold has ended, because its parts may stand on a grant that is over. */
    void lapse(Purse purse) {
        for (Part part = purse.lapse(now); part != null; part = purse.lapse(now)) {
            Movement.Cause cause = Movement.Cause.of("grant:" + part.grant());
            write(purse, EntryType.EXPIRY, cause, -part.micros(), 0, null, List.of(part));
        }
    }

    @Nullable
    Purse find(OrgId org) {
        return purses.get(org);
    }

    /** The wallet of an organization; every organization has one from its first moment. */
    Purse purse(OrgId org) {
        Purse purse = purses.get(org);
        if (purse == null) {
            throw new IllegalStateException("no wallet is open for organization " + org);
        }
        return purse;
    }

    UUID id() {
        return shelf.ids.next();
    }

    /** Reads holds that will be asked for with {@link #hold}. */
    void read(Map<UUID, OrgId> wanted) {
        shelf.holds.read(wanted).forEach(hold -> known.put(hold.id(), hold));
    }

    @Nullable
    Hold hold(OrgId org, UUID id) {
        Hold hold = known.get(id);
        return hold == null || !hold.org().equals(org) ? null : hold;
    }

    void opened(Hold hold) {
        opened.put(hold.id(), hold);
        known.put(hold.id(), hold);
    }

    void ended(Hold hold) {
        if (opened.containsKey(hold.id())) {
            opened.put(hold.id(), hold);
        } else {
            ended.put(hold.id(), hold);
        }
        known.put(hold.id(), hold);
    }

    /** Adds parts to a hold that was read. */
    void extended(Hold hold, List<Part> more) {
        shelf.holds.extend(hold.org(), hold, more);
        known.put(hold.id(), hold);
    }

    void granted(Grant grant) {
        granted.add(grant);
    }

    /**
     * Books a movement.
     *
     * @param wallet what the wallet gets; negative when it pays
     * @param absorbed what the platform pays, not negative
     * @return the id of the wallet's line, null when the wallet is not touched
     */
    @Nullable
    UUID write(
            Purse purse,
            EntryType type,
            Movement.Cause cause,
            long wallet,
            long absorbed,
            @Nullable String reason,
            List<Part> uses) {
        return write(purse, id(), type, type.against(), cause, wallet, absorbed, reason, uses);
    }

    @Nullable
    UUID write(
            Purse purse,
            UUID movement,
            EntryType type,
            Account against,
            Movement.Cause cause,
            long wallet,
            long absorbed,
            @Nullable String reason,
            List<Part> uses) {
        List<Movement.Line> lines = new ArrayList<>();
        UUID line = null;
        Instant at = now;
        if (wallet != 0) {
            line = id();
            at = purse.line(now);
            lines.add(new Movement.Line(line, Account.WALLET, wallet, purse.seq(), purse.posted()));
        }
        if (absorbed != 0) {
            lines.add(new Movement.Line(id(), Account.ABSORBED, -absorbed, null, null));
        }
        if (lines.isEmpty()) {
            return null;
        }
        lines.add(new Movement.Line(id(), against, absorbed - wallet, null, null));
        movements.add(new Movement(purse.org, movement, type, cause, reason, at, lines, uses));
        return line;
    }

    /** Writes everything that changed. */
    void close() {
        shelf.entries.insert(movements);
        shelf.wallets.insertGrants(granted);
        shelf.wallets.updateGrants(purses.values());
        shelf.entries.insertUses(movements);
        shelf.holds.insert(opened.values());
        shelf.holds.update(ended.values());
        shelf.wallets.update(purses.values().stream().filter(Purse::changed).collect(Collectors.toList()));
    }
}
