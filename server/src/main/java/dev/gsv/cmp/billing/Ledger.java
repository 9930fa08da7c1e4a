package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Pipeline;
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
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
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

    private static final int MAX_REFERENCE = 500;
    private static final int MONTHS_AHEAD = 3;

    private final Shelf shelf;
    private final HoldStore holds;
    private final ReservationStore reservations;
    private final TransferStore transfers;
    private final WalletStore wallets;
    private final BillingSettings settings;

    Ledger(
            Shelf shelf,
            HoldStore holds,
            ReservationStore reservations,
            TransferStore transfers,
            WalletStore wallets,
            BillingSettings settings) {
        this.shelf = shelf;
        this.holds = holds;
        this.reservations = reservations;
        this.transfers = transfers;
        this.wallets = wallets;
        this.settings = settings;
    }

    /**
     * Opens a desk for these wallets within the caller's transaction; whoever opens it closes it.
     *
     * @param wanted reservations that will be settled or released, with their organizations
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Desk open(Collection<OrgId> orgs, Map<UUID, OrgId> wanted) {
        return new Desk(shelf.open(orgs, wanted), settings);
    }

    /**
     * Asks for a desk by statements that travel with others.
     *
     * @param wanted reservations that will be settled or released, with their organizations
     * @return opens the desk, when the pipeline has run
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Supplier<Desk> ask(Pipeline pipeline, Collection<OrgId> orgs, Map<UUID, OrgId> wanted) {
        Books.Request request = shelf.ask(pipeline, orgs, wanted);
        return () -> new Desk(request.books(), settings);
    }

    /**
     * Decides as {@link #open} would, as of now, by the same code, without a lock and without a trace.
     *
     * @param decision what is asked of the desk; closing it writes nothing
     */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public <R> R preview(OrgId org, Map<UUID, OrgId> wanted, Function<Desk, R> decision) {
        return decision.apply(new Desk(shelf.look(List.of(org), wanted), settings));
    }

    private <T, R> List<R> decide(
            List<T> requests, Function<T, OrgId> org, Map<UUID, OrgId> wanted, BiFunction<Desk, T, R> decision) {
        Desk desk = open(requests.stream().map(org).distinct().toList(), wanted);
        List<R> outcomes = new ArrayList<>();
        requests.forEach(request -> outcomes.add(decision.apply(desk, request)));
        desk.close();
        return outcomes;
    }

    /** Sets credit aside. What is refused has written nothing; the others are not affected by it. */
    @Transactional
    public List<HoldOutcome> hold(List<HoldRequest> requests) {
        return decide(requests, HoldRequest::org, Map.of(), Desk::hold);
    }

    /** {@link #hold(List)} for one. */
    @Transactional
    public HoldOutcome hold(HoldRequest request) {
        return hold(List.of(request)).getFirst();
    }

    /** Records that credit was asked for and refused: a cancelled hold of 0, so that the answer can be traced. */
    @Transactional
    public UUID refused(HoldRequest request) {
        return decide(List.of(request), HoldRequest::org, Map.of(), Desk::refused)
                .getFirst();
    }

    /** Sets more aside for a hold that lives. The hold stays as it was when the wallet cannot follow. */
    @Transactional
    public HoldOutcome extend(OrgId org, UUID reservation, Credits more) {
        if (more.micros() <= 0) {
            throw new KitProblem.Meaningless("A hold is extended by a positive amount.");
        }
        return decide(
                        List.of(org),
                        one -> one,
                        Map.of(reservation, org),
                        (desk, one) -> desk.extend(one, reservation, more))
                .getFirst();
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
        Map<UUID, OrgId> wanted = new HashMap<>();
        requests.forEach(request -> wanted.put(request.reservation(), request.org()));
        return decide(requests, SettleRequest::org, wanted, Desk::settle);
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

    /** Ends holds without a charge. What failed runs used until then is the platform's cost. */
    @Transactional
    public List<SettleOutcome> release(List<ReleaseRequest> requests) {
        Map<UUID, OrgId> wanted = new HashMap<>();
        requests.forEach(request -> wanted.put(request.reservation(), request.org()));
        return decide(requests, ReleaseRequest::org, wanted, Desk::release);
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
        return holds.owner(reservation).or(() -> reservations.owner(reservation));
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
        return decide(
                        List.of(org),
                        one -> one,
                        Map.of(),
                        (desk, one) -> desk.entry(desk.credit(one, amount, kind, type, reference, expiresAt)))
                .getFirst();
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
        Transfer.Cause cause = new Transfer.Cause(reference, instance, null, Map.of());
        return decide(
                        List.of(org),
                        one -> one,
                        Map.of(),
                        (desk, one) -> desk.entry(desk.debit(one, amount, type, cause)))
                .getFirst();
    }

    /**
     * Corrects a balance: a positive amount is given, a negative one taken.
     *
     * @param reason for whoever reads the line
     * @throws BillingProblem.InsufficientCredits when the wallet has less than is to be taken; nothing is written
     */
    @Transactional
    public Entry adjust(OrgId org, Credits amount, String reason) {
        if (amount.micros() == 0 || amount.negated().compareTo(MAX_BALANCE) > 0) {
            throw new KitProblem.Meaningless("An adjustment is not zero, nor beyond the largest possible amount.");
        }
        String reference = "adjustment:" + reason;
        return amount.micros() > 0
                ? credit(org, amount, GrantKind.PROMOTIONAL, EntryType.ADJUSTMENT, cut(reference), null)
                : debit(org, amount.negated(), EntryType.ADJUSTMENT, cut(reference), null);
    }

    private static String cut(String reference) {
        return reference.substring(0, Math.min(reference.length(), MAX_REFERENCE));
    }

    /** Expires what is due in one wallet. */
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void sweep(OrgId org) {
        shelf.open(List.of(org), Map.of()).close();
    }

    /** Makes room for the months to come. */
    void makePartitions() {
        transfers.makePartitions(MONTHS_AHEAD);
    }

    /** Organizations with something due, the longest overdue first. */
    List<OrgId> due(int atMost) {
        return wallets.due(atMost);
    }

    long openHolds() {
        return holds.countOpen();
    }
}
