package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The books of some wallets, open under their locks: first every lock in one order, then the time and the grants, then
 * what is due, then reading. {@link Desk} decides in the order of arrival; {@link #close} writes the difference, set by
 * set. The number of statements does not depend on how much is decided.
 */
final class Books {

    /** Holds that one look sweeps at most, so that a burst of expiries does not stall a new hold. */
    static final int SWEEP_PORTION = 500;

    /** Books that were asked for; they can be opened when the pipeline has run. */
    static final class Request {
        private final Shelf shelf;
        private final Map<UUID, OrgId> wanted;
        private final boolean looking;
        final Map<OrgId, Purse> purses = new LinkedHashMap<>();
        final List<Hold> holds = new ArrayList<>();
        Instant now = Instant.EPOCH;

        Request(Shelf shelf, Map<UUID, OrgId> wanted, boolean looking) {
            this.shelf = shelf;
            this.wanted = wanted;
            this.looking = looking;
        }

        Books books() {
            Books books = new Books(shelf, purses, now, looking);
            books.found(wanted, holds);
            books.sweep(purses.values().stream()
                    .filter(purse -> purse.due(books.now))
                    .toList());
            return books;
        }
    }

    private final Shelf shelf;
    /** The database's clock after the locks were taken: what counts as expired for all of this transaction. */
    final Instant now;

    private final Map<OrgId, Purse> purses;
    private final Map<UUID, Hold> known = new HashMap<>();
    private final Map<UUID, OrgId> looked = new HashMap<>();
    private final Map<UUID, Hold> opened = new LinkedHashMap<>();
    private final Map<UUID, Hold> ended = new LinkedHashMap<>();
    private final Map<UUID, Hold> closedLate = new LinkedHashMap<>();
    /** Holds that stand on more now than the table says. */
    private final Map<UUID, Hold> raised = new LinkedHashMap<>();
    /** Holds that are over without having stood at the end of another transaction, and those that time has ended. */
    private final List<Hold> over = new ArrayList<>();

    private final List<Transfer> transfers = new ArrayList<>();
    private final List<Grant> granted = new ArrayList<>();
    private final Map<UUID, Allowance> allowances = new LinkedHashMap<>();
    /** True when these books are only looked at. */
    private final boolean looking;

    private Books(Shelf shelf, Map<OrgId, Purse> purses, Instant now, boolean looking) {
        this.shelf = shelf;
        this.purses = purses;
        this.now = now;
        this.looking = looking;
    }

    /** Writes down what time has decided in these wallets, at most a portion of it. */
    private void sweep(Collection<Purse> due) {
        if (due.isEmpty()) {
            return;
        }
        List<OrgId> orgs = due.stream().map(purse -> purse.org).toList();
        List<Hold> expired = new ArrayList<>();
        for (Hold found : looking ? shelf.holds.due(orgs, now) : shelf.holds.takeDue(orgs, now, shelf.sweepPortion)) {
            Hold hold = known.getOrDefault(found.id(), found);
            if (hold.pending()) {
                purse(hold.org()).giveBack(hold.amount(), hold.parts());
                expired.add(hold.ended(Hold.Status.EXPIRED, now));
            }
        }
        expired.forEach(hold -> known.put(hold.id(), hold));
        over.addAll(expired);
        Map<OrgId, WalletStore.Next> next = shelf.wallets.next(orgs, now, looking ? now : null);
        for (Purse purse : due) {
            WalletStore.Next coming = next.getOrDefault(purse.org, WalletStore.Next.NOTHING);
            List<Allowance> begun = coming.begins() ? begin(purse) : List.of();
            lapse(purse);
            purse.dueNext(now, coming.hold());
            purse.dueBy(coming.allowance());
            begun.forEach(allowance -> purse.dueBy(allowance.nextAt()));
        }
        opened.values().forEach(hold -> purse(hold.org()).dueBy(hold.expiresAt()));
    }

    /** Begins the periods of allowances whose time has come, before anything lapses that they may carry on. */
    private List<Allowance> begin(Purse purse) {
        GrantDesk desk = new GrantDesk(this);
        List<Allowance> begun = shelf.allowances.due(purse.org, now).stream()
                .map(this::current)
                .map(allowance -> desk.begin(purse, allowance))
                .toList();
        begun.forEach(allowance -> allowances.put(allowance.id(), allowance));
        return begun;
    }

    /** An allowance as it stands at these books, whatever the table still says. */
    Allowance current(Allowance found) {
        return allowances.getOrDefault(found.id(), found);
    }

    /** An allowance whose next period has changed. */
    void changed(Allowance allowance) {
        allowances.put(allowance.id(), allowance);
    }

    /** Sweeps on in a wallet that is still due; false when there is nothing more. */
    boolean sweptMore(Purse purse) {
        if (!purse.due(now)) {
            return false;
        }
        sweep(List.of(purse));
        return true;
    }

    /** Books what lapsed. Also after a hold has ended, because its parts may stand on a grant that is over. */
    void lapse(Purse purse) {
        for (Purse.Portion portion = purse.lapsed(now); portion != null; portion = purse.lapsed(now)) {
            lapse(purse, portion, id());
        }
    }

    /** Books what is left of one grant as over, as far as no hold stands on it; taken back when it was voided. */
    void lapse(Purse purse, Purse.Portion portion, UUID movement) {
        Part part = purse.take(portion);
        EntryType type = portion.voided() ? EntryType.ADJUSTMENT : EntryType.EXPIRY;
        Account against = portion.voided() ? portion.terms.kind().source() : type.against();
        Transfer.Cause cause = Transfer.Cause.of("grant:" + part.grant());
        write(purse, movement, type, against, cause, -part.micros(), 0, null, List.of(part));
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

    private void read(Map<UUID, OrgId> wanted) {
        Pipeline pipeline = shelf.pipelines.open();
        List<Hold> holds = new ArrayList<>();
        shelf.holds.read(pipeline, wanted, holds::add);
        pipeline.run();
        found(wanted, holds);
    }

    /** Takes in the open holds among those that are wanted, and looks for the others among those that are over. */
    private void found(Map<UUID, OrgId> wanted, List<Hold> holds) {
        looked.putAll(wanted);
        // What has expired at these books is still open in the table when they are only looked at.
        holds.forEach(hold -> known.putIfAbsent(hold.id(), hold));
        Map<UUID, OrgId> missing = new HashMap<>(wanted);
        missing.keySet().removeAll(known.keySet());
        if (!missing.isEmpty()) {
            shelf.reservations.read(missing).forEach(hold -> known.put(hold.id(), hold));
        }
    }

    @Nullable
    Hold hold(OrgId org, UUID id) {
        // A stranger who names the hold of another organization in the same batch must not hide it from its owner.
        if (!known.containsKey(id) && looked.containsKey(id) && !org.equals(looked.get(id))) {
            read(Map.of(id, org));
        }
        Hold hold = known.get(id);
        return hold == null || !hold.org().equals(org) ? null : hold;
    }

    void opened(Hold hold) {
        opened.put(hold.id(), hold);
        known.put(hold.id(), hold);
        purse(hold.org()).dueBy(hold.expiresAt());
    }

    /** A question for credit that was refused: it leaves a trace in the history only. */
    void refused(Hold hold) {
        over.add(hold);
        known.put(hold.id(), hold);
    }

    /** A hold that ended now, or one that had expired and is closed now. */
    void ended(Hold before, Hold after) {
        if (opened.remove(after.id()) != null) {
            over.add(after);
        } else if (before.pending()) {
            raised.remove(after.id());
            ended.put(after.id(), after);
        } else {
            closedLate.put(after.id(), after);
        }
        known.put(after.id(), after);
    }

    /** A hold that stands on more now. */
    void raised(Hold hold) {
        if (opened.replace(hold.id(), hold) == null) {
            raised.put(hold.id(), hold);
        }
        known.put(hold.id(), hold);
    }

    void granted(Grant grant) {
        granted.add(grant);
        purse(grant.org()).dueBy(grant.terms().expiresAt());
    }

    /**
     * Books a movement.
     *
     * @param wallet what the wallet gets; negative when it pays
     * @param absorbed what the platform pays, not negative
     * @return the wallet's line, null when the wallet is not touched
     */
    @Nullable
    Transfer write(
            Purse purse,
            EntryType type,
            Transfer.Cause cause,
            long wallet,
            long absorbed,
            @Nullable String reason,
            List<Part> uses) {
        return write(purse, id(), type, type.against(), cause, wallet, absorbed, reason, uses);
    }

    @Nullable
    Transfer write(
            Purse purse,
            UUID movement,
            EntryType type,
            Account against,
            Transfer.Cause cause,
            long wallet,
            long absorbed,
            @Nullable String reason,
            List<Part> uses) {
        Transfer line = null;
        if (wallet != 0) {
            Account source = wallet > 0 ? against : Account.WALLET;
            Account target = wallet > 0 ? Account.WALLET : against;
            line = transfer(purse, movement, source, target, Math.abs(wallet), type, cause, null, uses);
        }
        if (absorbed != 0) {
            transfer(purse, movement, Account.ABSORBED, against, absorbed, type, cause, reason, List.of());
        }
        return line;
    }

    private Transfer transfer(
            Purse purse,
            UUID movement,
            Account source,
            Account target,
            long micros,
            EntryType type,
            Transfer.Cause cause,
            @Nullable String reason,
            List<Part> uses) {
        Instant at = purse.line(now);
        Transfer transfer = new Transfer(
                purse.org,
                purse.seq(),
                at,
                id(),
                movement,
                source,
                target,
                micros,
                purse.posted(),
                type,
                cause,
                reason,
                uses);
        transfers.add(transfer);
        return transfer;
    }

    /** {@link #close(Pipeline)} in a round trip of its own. */
    void close() {
        Pipeline pipeline = shelf.pipelines.open();
        close(pipeline);
        pipeline.run();
    }

    /** Writes everything that changed; the wallets last, their rows are the hottest. */
    void close(Pipeline pipeline) {
        if (looking) {
            return;
        }
        shelf.transfers.insert(pipeline, transfers);
        shelf.wallets.insertGrants(pipeline, granted);
        shelf.wallets.updateGrants(pipeline, purses.values());
        shelf.grants.end(pipeline, purses.values());
        shelf.allowances.update(pipeline, allowances.values());
        shelf.holds.insert(pipeline, opened.values());
        shelf.holds.raise(pipeline, raised.values());
        shelf.holds.delete(pipeline, ended.values());
        over.addAll(ended.values());
        shelf.reservations.insert(pipeline, over);
        shelf.reservations.close(pipeline, closedLate.values());
        shelf.wallets.update(
                pipeline, purses.values().stream().filter(Purse::changed).toList());
        for (Purse purse : purses.values()) {
            if (purse.fellBelow(purse.alertBelow) || purse.fellBelow(purse.topUpBelow)) {
                shelf.lowBalance.fell(purse, now);
            }
        }
    }
}
