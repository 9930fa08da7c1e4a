package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The only place where credit moves: hold, settle, release, and in and out of a wallet. Hot operations take a list and
 * join the caller's transaction; their items are decided in order, each as if it had come alone.
 */
@Service
public class Ledger {

    /** 9 billion credits: every sum of a wallet stays within 64 bits. */
    public static final Credits MAX_BALANCE = Credits.of(9_000_000_000L);

    /** Holds of an ended instance that are released in one transaction. */
    private static final int RELEASE_PORTION = 1000;

    private final Books.Shelf shelf;
    private final HoldStore holds;
    private final EntryStore entries;
    private final WalletStore wallets;
    private final BillingSettings settings;

    Ledger(Books.Shelf shelf, HoldStore holds, EntryStore entries, WalletStore wallets, BillingSettings settings) {
        this.shelf = shelf;
        this.holds = holds;
        this.entries = entries;
        this.wallets = wallets;
        this.settings = settings;
    }

    /** Sets credit aside. What is refused has written nothing; the others are not affected by it. */
    @Transactional
    public List<HoldOutcome> hold(List<HoldRequest> requests) {
        Books books = shelf.open(orgs(requests.stream().map(HoldRequest::org)));
        List<HoldOutcome> outcomes = new ArrayList<>();
        for (HoldRequest request : requests) {
            outcomes.add(hold(books, request));
        }
        books.close();
        return outcomes;
    }

    /** {@link #hold(List)} for one. */
    @Transactional
    public HoldOutcome hold(HoldRequest request) {
        return hold(List.of(request)).getFirst();
    }

    private HoldOutcome hold(Books books, HoldRequest request) {
        Purse purse = books.purse(request.org());
        if (purse.openHolds() >= settings.maxOpenHolds()) {
            return new HoldOutcome.Crowded(settings.maxOpenHolds());
        }
        List<Part> parts = purse.hold(request.amount().micros());
        if (parts == null) {
            return shortage(purse, request.amount());
        }
        Hold hold = new Hold(
                request.org(),
                books.id(),
                request.instance(),
                request.run(),
                request.amount().micros(),
                Hold.Status.PENDING,
                request.card(),
                books.now.plusSeconds(settings.reservationTtlSeconds()),
                books.now,
                null,
                null,
                parts);
        books.opened(hold);
        return held(purse, hold);
    }

    private static HoldOutcome held(Purse purse, Hold hold) {
        return new HoldOutcome.Held(
                hold.id(),
                new Credits(hold.amount()),
                hold.expiresAt(),
                new Credits(purse.posted()),
                new Credits(purse.available()));
    }

    private static HoldOutcome shortage(Purse purse, Credits needed) {
        return new HoldOutcome.Short(needed, new Credits(purse.room()), new Credits(purse.posted()));
    }

    /** Records that credit was asked for and refused: a cancelled hold of 0, so that the answer can be traced. */
    @Transactional
    public UUID refused(HoldRequest request) {
        Instant now = wallets.clock();
        UUID id = shelf.id();
        Hold.Closing closing = new Hold.Closing(now, null, 0, 0, 0, null, "INSUFFICIENT_CREDITS");
        holds.insert(List.of(new Hold(
                request.org(),
                id,
                request.instance(),
                request.run(),
                0,
                Hold.Status.CANCELLED,
                request.card(),
                now,
                now,
                now,
                closing,
                List.of())));
        return id;
    }

    /** Sets more aside for a hold that lives. The hold stays as it was when the wallet cannot follow. */
    @Transactional
    public HoldOutcome extend(OrgId org, UUID reservation, Credits more) {
        if (more.micros() <= 0) {
            throw new KitProblem.Meaningless("A hold is extended by a positive amount.");
        }
        Books books = shelf.open(List.of(org));
        books.read(Map.of(reservation, org));
        Hold hold = books.hold(org, reservation);
        if (hold == null) {
            throw new KitProblem.NotFound("reservation");
        }
        if (!hold.pending()) {
            throw new KitProblem.InvalidState(
                    "The reservation is " + hold.status().text() + ".");
        }
        Purse purse = books.purse(org);
        List<Part> parts = purse.extend(more.micros());
        if (parts == null) {
            books.close();
            return shortage(purse, more);
        }
        Hold larger = hold.raised(more.micros(), parts);
        books.extended(larger, parts);
        HoldOutcome outcome = held(purse, larger);
        books.close();
        return outcome;
    }

    /** How long a hold lasts without renewal. */
    public Duration holdTime() {
        return Duration.ofSeconds(settings.reservationTtlSeconds());
    }

    /** Gives living holds their full time again, from now. Returns those that live; the others are over. */
    @Transactional
    public Set<UUID> renew(Map<UUID, OrgId> reservations) {
        return reservations.isEmpty() ? Set.of() : holds.renew(reservations, settings.reservationTtlSeconds());
    }

    /** Charges answered runs at the price that was valid when their credit was held (section 11.3). */
    @Transactional
    public List<SettleOutcome> settle(List<SettleRequest> requests) {
        Books books = shelf.open(orgs(requests.stream().map(SettleRequest::org)));
        Map<UUID, OrgId> wanted = new HashMap<>();
        requests.forEach(request -> wanted.put(request.reservation(), request.org()));
        books.read(wanted);
        List<SettleOutcome> outcomes = new ArrayList<>();
        for (SettleRequest request : requests) {
            outcomes.add(settle(books, request));
        }
        books.close();
        return outcomes;
    }

    /**
     * {@link #settle(List)} for one.
     *
     * @throws dev.gsv.cmp.kit.Problem 404 unknown, 409 another instance, another usage or released
     */
    @Transactional
    public SettleOutcome.Closed settle(SettleRequest request) {
        return settle(List.of(request)).getFirst().orThrow();
    }

    private SettleOutcome settle(Books books, SettleRequest request) {
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
        boolean due = hold.due(books.now);
        if (hold.pending()) {
            purse.giveBack(hold.amount(), hold.parts());
            // Past its limit the hold is worth nothing: what its grants lost meanwhile is lost for this run as well.
            if (due) {
                books.lapse(purse);
            }
        }
        Purse.Taken taken = purse.pay(cost, hold.pending() && !due ? hold.parts() : List.of());
        UUID line = books.write(
                purse,
                taken.debited() == 0 ? EntryType.ABSORPTION : EntryType.USAGE,
                hold.cause(),
                -taken.debited(),
                taken.absorbed(),
                taken.absorbed() == 0 ? null : "the wallet could not pay the whole run",
                taken.uses());
        books.lapse(purse);
        Hold.Status end = due ? Hold.Status.EXPIRED : Hold.Status.SETTLED;
        Hold over = hold.ended(end, books.now)
                .closed(new Hold.Closing(
                        books.now, request.usage(), taken.debited(), taken.absorbed(), purse.posted(), line, null));
        books.ended(over);
        return over.outcome();
    }

    /** Ends holds without a charge. What failed runs used until then is the platform's cost. */
    @Transactional
    public List<SettleOutcome> release(List<ReleaseRequest> requests) {
        Books books = shelf.open(orgs(requests.stream().map(ReleaseRequest::org)));
        Map<UUID, OrgId> wanted = new HashMap<>();
        requests.forEach(request -> wanted.put(request.reservation(), request.org()));
        books.read(wanted);
        List<SettleOutcome> outcomes = new ArrayList<>();
        for (ReleaseRequest request : requests) {
            outcomes.add(release(books, request));
        }
        books.close();
        return outcomes;
    }

    /**
     * {@link #release(List)} for one. Repeating it changes nothing.
     *
     * @throws dev.gsv.cmp.kit.Problem 404 unknown, 409 settled
     */
    @Transactional
    public SettleOutcome.Closed release(ReleaseRequest request) {
        return release(List.of(request)).getFirst().orThrow();
    }

    private SettleOutcome release(Books books, ReleaseRequest request) {
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
        books.ended(over);
        return over.outcome();
    }

    /** Releases what an instance that ended still holds, except for runs of ours, which end by themselves. */
    @Transactional
    public void releaseAll(OrgId org, UUID instance, String reason) {
        for (List<UUID> open = holds.openWithoutRun(org, instance, RELEASE_PORTION);
                !open.isEmpty();
                open = holds.openWithoutRun(org, instance, RELEASE_PORTION)) {
            release(open.stream()
                    .map(id -> new ReleaseRequest(org, id, Meters.NONE, reason))
                    .toList());
        }
    }

    /** The organization whose hold this is; empty for an unknown id. */
    public Optional<OrgId> holder(UUID reservation) {
        return holds.owner(reservation);
    }

    /**
     * Adds credit as a grant of its own and books it.
     *
     * @param expiresAt when what is left of it lapses; null for never
     * @throws KitProblem.Meaningless for an amount that is not positive, or that the wallet cannot hold (422)
     */
    @Transactional
    public Entry credit(
            OrgId org, Credits amount, GrantKind kind, EntryType type, String reference, @Nullable Instant expiresAt) {
        if (amount.micros() <= 0) {
            throw new KitProblem.Meaningless("The amount of credits must be positive.");
        }
        if (amount.compareTo(MAX_BALANCE) > 0) {
            throw new KitProblem.Meaningless("The amount of credits is beyond the largest possible amount.");
        }
        Books books = shelf.open(List.of(org));
        Purse purse = books.purse(org);
        if (expiresAt != null && !expiresAt.isAfter(books.now)) {
            throw new KitProblem.Meaningless("The credit would expire before it is there.");
        }
        if (purse.posted() > MAX_BALANCE.micros() - amount.micros()) {
            throw new KitProblem.Meaningless("The wallet would hold more than the largest possible amount.");
        }
        long remaining = purse.credit(amount.micros());
        UUID movement = books.id();
        Grant grant =
                new Grant(org, books.id(), kind, amount.micros(), remaining, books.now, expiresAt, reference, movement);
        books.granted(grant);
        purse.add(new Purse.Portion(grant.id(), kind.priority(), expiresAt, books.now, remaining, 0));
        UUID line = books.write(
                purse,
                movement,
                type,
                kind.source(),
                Movement.Cause.of(reference),
                amount.micros(),
                0,
                null,
                List.of());
        books.close();
        return entry(org, line);
    }

    /** A top-up that an operator, a service or a confirmed payment gives. */
    @Transactional
    public Entry topUp(OrgId org, Credits amount, String reference) {
        return credit(org, amount, GrantKind.PURCHASED, EntryType.TOPUP, reference, null);
    }

    /**
     * Takes credit at once, for instance the price of a plan.
     *
     * @throws BillingProblem.InsufficientCredits when the wallet has too little; nothing is written
     */
    @Transactional
    public Entry debit(OrgId org, Credits amount, EntryType type, String reference, @Nullable UUID instance) {
        if (amount.micros() <= 0) {
            throw new KitProblem.Meaningless("The amount of credits must be positive.");
        }
        Books books = shelf.open(List.of(org));
        Purse purse = books.purse(org);
        if (purse.room() < amount.micros()) {
            throw new BillingProblem.InsufficientCredits(amount, new Credits(purse.room()));
        }
        Purse.Taken taken = purse.pay(amount.micros(), List.of());
        Movement.Cause cause = new Movement.Cause(reference, instance, null, Map.of());
        UUID line = books.write(purse, type, cause, -taken.debited(), 0, null, taken.uses());
        books.close();
        return entry(org, line);
    }

    private Entry entry(OrgId org, @Nullable UUID line) {
        return Optional.ofNullable(line)
                .flatMap(id -> entries.find(org, id))
                .orElseThrow(() -> new IllegalStateException("a movement of credit has a line"));
    }

    /** Expires what is due in one wallet. */
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void sweep(OrgId org) {
        shelf.open(List.of(org)).close();
    }

    /** Organizations with something due, the longest overdue first. */
    List<OrgId> due(int atMost) {
        return wallets.due(atMost);
    }

    long openHolds() {
        return holds.countOpen();
    }

    private static Collection<OrgId> orgs(Stream<OrgId> all) {
        return all.distinct().toList();
    }
}
