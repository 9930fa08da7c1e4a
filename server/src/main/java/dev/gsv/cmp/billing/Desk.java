package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where credit is decided, for some wallets under their locks, in the order in which requests arrive: each as if it had
 * come alone. A refusal changes nothing and does not disturb the others. Nothing is written before {@link #close}, and
 * all of it belongs to the transaction in which the desk was opened.
 */
public final class Desk {

    private final Books books;
    private final int maxOpenHolds;
    private final Duration holdTime;

    Desk(Books books, BillingSettings settings) {
        this.books = books;
        this.maxOpenHolds = settings.maxOpenHolds();
        this.holdTime = Duration.ofSeconds(settings.reservationTtlSeconds());
    }

    /** The database's clock after the wallets were locked: the time of every decision at this desk. */
    public Instant now() {
        return books.now;
    }

    /** What the wallet has, in micro-credits. */
    long posted(OrgId org) {
        return books.purse(org).posted();
    }

    /** A wallet as it stands at these books. */
    Wallet wallet(OrgId org) {
        Purse purse = books.purse(org);
        Map<String, Long> limited = new TreeMap<>();
        purse.portions().stream()
                .filter(portion -> portion.terms.capability() != null && !portion.lapsed(books.now))
                .forEach(portion -> limited.merge(portion.terms.capability(), portion.free(), Long::sum));
        return Wallet.of(
                purse.id,
                org,
                purse.posted(),
                purse.held(),
                purse.available(),
                purse.floor(),
                purse.alertBelow,
                limited.entrySet().stream()
                        .map(one -> new Wallet.Limited(one.getKey(), new Credits(one.getValue())))
                        .toList());
    }

    /** Sets credit aside. */
    public HoldOutcome hold(HoldRequest request) {
        Purse purse = books.purse(request.org());
        while (purse.openHolds() >= maxOpenHolds) {
            if (!books.sweptMore(purse)) {
                return new HoldOutcome.Crowded(maxOpenHolds);
            }
        }
        long amount = request.amount().micros();
        List<Part> parts = purse.hold(amount, request.capabilities());
        while (parts == null && books.sweptMore(purse)) {
            parts = purse.hold(amount, request.capabilities());
        }
        if (parts == null) {
            return shortage(purse, request.amount(), request.capabilities());
        }
        Hold hold = pending(request, amount, parts);
        books.opened(hold);
        return held(purse, hold);
    }

    private Hold pending(HoldRequest request, long amount, List<Part> parts) {
        return new Hold(
                request.org(),
                books.id(),
                request.instance(),
                request.run(),
                amount,
                Hold.Status.PENDING,
                request.card(),
                books.now.plus(holdTime),
                books.now,
                null,
                null,
                parts,
                request.capabilities());
    }

    private static HoldOutcome held(Purse purse, Hold hold) {
        return new HoldOutcome.Held(
                hold.id(),
                new Credits(hold.amount()),
                hold.expiresAt(),
                new Credits(purse.posted()),
                new Credits(purse.available()));
    }

    private static HoldOutcome shortage(Purse purse, Credits needed, Set<String> capabilities) {
        return new HoldOutcome.Short(needed, new Credits(purse.room(capabilities)), new Credits(purse.posted()));
    }

    /** Records that credit was asked for and refused: a cancelled hold of 0, so that the answer can be traced. */
    public UUID refused(HoldRequest request) {
        Purse purse = books.purse(request.org());
        Hold hold = pending(request, 0, List.of());
        Hold.Closing closing = new Hold.Closing(books.now, null, 0, 0, purse.posted(), null, "INSUFFICIENT_CREDITS");
        books.refused(hold.ended(Hold.Status.CANCELLED, books.now).closed(closing));
        return hold.id();
    }

    /** Sets more aside for a hold that lives. The hold stays as it was when the wallet cannot follow. */
    public HoldOutcome extend(OrgId org, UUID reservation, Credits more) {
        Hold hold = books.hold(org, reservation);
        if (hold == null) {
            throw new KitProblem.NotFound("reservation");
        }
        if (!hold.pending() || hold.due(books.now)) {
            throw new KitProblem.InvalidState(
                    "The reservation is " + (hold.pending() ? Hold.Status.EXPIRED : hold.status()).text() + ".");
        }
        Purse purse = books.purse(org);
        List<Part> parts = purse.extend(more.micros(), hold.capabilities());
        while (parts == null && books.sweptMore(purse)) {
            parts = purse.extend(more.micros(), hold.capabilities());
        }
        if (parts == null) {
            return shortage(purse, more, hold.capabilities());
        }
        Hold larger = hold.raised(more.micros(), parts);
        books.raised(larger);
        return held(purse, larger);
    }

    /** True for the hold of a run of this gateway, which ends it itself. The desk was asked for it. */
    public boolean ofRun(OrgId org, UUID reservation) {
        Hold hold = books.hold(org, reservation);
        return hold != null && hold.run() != null;
    }

    /** Charges an answered run at the price that was valid when its credit was held (section 11.3). */
    public SettleOutcome settle(SettleRequest request) {
        Hold hold = books.hold(request.org(), request.reservation());
        if (hold == null) {
            return new SettleOutcome.Unknown();
        }
        if (!hold.instance().equals(request.instance())) {
            return new SettleOutcome.OtherInstance();
        }
        if (hold.released() || hold.status() == Hold.Status.CANCELLED) {
            return new SettleOutcome.Over("cancelled");
        }
        if (hold.settled()) {
            return request.usage().equals(hold.usage())
                    ? new SettleOutcome.Again(hold.outcome())
                    : new SettleOutcome.OtherUsage();
        }
        Purse purse = books.purse(request.org());
        long cost = hold.card().cost(request.usage(), true).micros();
        // What has expired in this wallet is free, also while a burst of it is still being swept; the hold itself may
        // be part of the burst.
        while (purse.room(hold.capabilities()) + (hold.pending() ? hold.amount() : 0) < cost
                && books.sweptMore(purse)) {
            hold = Objects.requireNonNull(books.hold(request.org(), request.reservation()));
        }
        boolean due = hold.due(books.now);
        if (hold.pending()) {
            purse.giveBack(hold.amount(), hold.parts());
            // Past its limit the hold is worth nothing: what its grants lost meanwhile is lost for this run as well.
            if (due) {
                books.lapse(purse);
            }
        }
        Purse.Taken taken = purse.pay(cost, hold.pending() && !due ? hold.parts() : List.of(), hold.capabilities());
        Transfer line = books.write(
                purse,
                taken.debited() == 0 ? EntryType.ABSORPTION : EntryType.USAGE,
                hold.cause(),
                -taken.debited(),
                taken.absorbed(),
                taken.absorbed() == 0 ? null : "the wallet could not pay the whole run",
                taken.uses());
        books.lapse(purse);
        Hold over = hold.ended(due ? Hold.Status.EXPIRED : Hold.Status.SETTLED, books.now)
                .closed(new Hold.Closing(
                        books.now,
                        request.usage(),
                        taken.debited(),
                        taken.absorbed(),
                        purse.posted(),
                        line == null ? null : line.id(),
                        null));
        books.ended(hold, over);
        return over.outcome();
    }

    /** Ends a hold without a charge. What a failed run used until then is the platform's cost. */
    public SettleOutcome release(ReleaseRequest request) {
        Hold hold = books.hold(request.org(), request.reservation());
        if (hold == null) {
            return new SettleOutcome.Unknown();
        }
        if (hold.settled()) {
            return new SettleOutcome.Over("settled");
        }
        if (hold.released()) {
            return new SettleOutcome.Again(hold.outcome());
        }
        Purse purse = books.purse(request.org());
        boolean due = hold.due(books.now);
        if (hold.pending()) {
            purse.giveBack(hold.amount(), hold.parts());
        }
        long cost = hold.card().cost(request.measured(), false).micros();
        books.write(purse, EntryType.ABSORPTION, hold.cause(), 0, cost, request.reason(), List.of());
        books.lapse(purse);
        Hold over = hold.ended(due ? Hold.Status.EXPIRED : Hold.Status.CANCELLED, books.now)
                .closed(new Hold.Closing(
                        books.now, request.measured(), 0, cost, purse.posted(), null, request.reason()));
        books.ended(hold, over);
        return over.outcome();
    }

    /**
     * Ends a hold whose process died: from now on it counts for nobody. It is not closed: a settlement that comes after
     * all is paid from what is available.
     */
    public void expire(OrgId org, UUID reservation) {
        Hold hold = books.hold(org, reservation);
        if (hold != null && hold.pending()) {
            Purse purse = books.purse(org);
            purse.giveBack(hold.amount(), hold.parts());
            books.lapse(purse);
            books.ended(hold, hold.ended(Hold.Status.EXPIRED, books.now));
        }
    }

    /**
     * Adds credit as a grant of its own and books it.
     *
     * @param expiresAt when what is left of it lapses; null for never
     */
    Transfer credit(
            OrgId org, Credits amount, GrantKind kind, EntryType type, String reference, @Nullable Instant expiresAt) {
        return grants().grant(org, amount, Grant.Terms.plain(kind, books.now, expiresAt), type, reference)
                .line();
    }

    /** What is decided about grants, at the same books. */
    GrantDesk grants() {
        return new GrantDesk(books);
    }

    /**
     * Takes credit at once.
     *
     * @throws BillingProblem.InsufficientCredits when the wallet has too little; nothing has changed
     */
    Transfer debit(OrgId org, Credits amount, EntryType type, Transfer.Cause cause) {
        Purse purse = books.purse(org);
        while (purse.room(Set.of()) < amount.micros() && books.sweptMore(purse)) {
            // What expired in this wallet is free now.
        }
        if (purse.room(Set.of()) < amount.micros()) {
            throw new BillingProblem.InsufficientCredits(amount, new Credits(purse.room(Set.of())));
        }
        Purse.Taken taken = purse.pay(amount.micros(), List.of(), Set.of());
        return written(books.write(purse, type, cause, -taken.debited(), 0, null, taken.uses()));
    }

    /** A line as the documented ledger shows it. */
    Entry entry(Transfer line) {
        return new Entry(
                line.id(),
                books.purse(line.org()).id,
                new Credits(line.wallet()),
                line.type().text(),
                line.cause().reference(),
                line.cause().instance(),
                line.cause().run(),
                new Credits(line.balance()),
                Entry.metadata(line.cause().metadata()),
                line.at());
    }

    static Transfer written(@Nullable Transfer line) {
        if (line == null) {
            throw new IllegalStateException("a movement of credit has a line");
        }
        return line;
    }

    /** Writes everything that was decided. */
    public void close() {
        books.close();
    }

    /** {@link #close()} by statements that travel with others; nothing is written before the pipeline has run. */
    public void close(Pipeline pipeline) {
        books.close(pipeline);
    }
}
