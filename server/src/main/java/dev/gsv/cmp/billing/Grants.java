package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Portions of credit: given, taken back, returned to, coming again. {@link Ledger} moves them with the runs. */
@Service
public class Grants {

    /** Credit that is booked for more than a century is a mistake. */
    static final Duration LONGEST_LIFE = Duration.ofDays(36_525);

    private static final Duration OLDEST_ANCHOR = Duration.ofDays(366);
    private static final int MAX_PRIORITY = 1000;

    /**
     * Credit that somebody wants to give.
     *
     * @param priority the lower burns first; null for that of the kind
     * @param effectiveAt when it counts from: null for now; later, it comes then; earlier, it is booked now
     * @param expiresAt null for never; not for what recurs, whose periods end where the next begins
     * @param capability the only one that it pays for; null for everything
     * @param recurs null for once
     * @param endsAt when it stops recurring; null for never
     * @param rolloverMin what each period gets of the one before, at least; null for nothing
     */
    public record Wanted(
            Credits amount,
            GrantKind kind,
            @Nullable Integer priority,
            @Nullable Instant effectiveAt,
            @Nullable Instant expiresAt,
            @Nullable String capability,
            Allowance.@Nullable Recurs recurs,
            @Nullable Instant endsAt,
            @Nullable Credits rolloverMin,
            @Nullable Credits rolloverMax,
            String reference) {

        public Wanted {
            if (amount.micros() <= 0) {
                throw new KitProblem.Meaningless("The amount of credits must be positive.");
            }
            if (amount.compareTo(Ledger.MAX_BALANCE) > 0) {
                throw new KitProblem.Meaningless("The amount of credits is beyond the largest possible amount.");
            }
            if (priority != null && (priority < 0 || priority > MAX_PRIORITY)) {
                throw new KitProblem.Meaningless("priority must be between 0 and " + MAX_PRIORITY + ".");
            }
            boolean rolls = rolloverMin != null || rolloverMax != null;
            if (recurs == null && (rolls || endsAt != null)) {
                throw new KitProblem.Meaningless("Only what recurs can roll over, or end.");
            }
            if (recurs != null && expiresAt != null) {
                throw new KitProblem.Meaningless(
                        "What recurs lapses when its next period begins: leave expires_at out.");
            }
            long min = rolloverMin == null ? 0 : rolloverMin.micros();
            long max = rolloverMax == null ? min : rolloverMax.micros();
            if (min < 0 || max < min || max > Ledger.MAX_BALANCE.micros()) {
                throw new KitProblem.Meaningless("rollover_min must not be negative, nor above rollover_max.");
            }
        }

        int order() {
            return priority == null ? kind.priority() : priority;
        }

        long min() {
            return rolloverMin == null ? 0 : rolloverMin.micros();
        }

        long max() {
            return rolloverMax == null ? min() : rolloverMax.micros();
        }
    }

    /** What became of a refund. */
    public record Refund(
            UUID ledgerEntryId, UUID refundedEntryId, Credits amount, Credits refundable, Credits balance) {}

    /** What became of a grant that was taken back. */
    public record Voided(UUID grantId, Credits removed, Credits held, Credits balance) {}

    private final Ledger ledger;
    private final GrantStore store;
    private final AllowanceStore allowances;
    private final RefundStore refunds;

    Grants(Ledger ledger, GrantStore store, AllowanceStore allowances, RefundStore refunds) {
        this.ledger = ledger;
        this.store = store;
        this.allowances = allowances;
        this.refunds = refunds;
    }

    /** The wallet's grants in burn order, then what will come; all of them, also used ones, on request. */
    public Page<GrantView> list(OrgId org, boolean all, Page.Slice slice) {
        return Page.of(store.count(org, all), slice, store.list(org, all, slice.limit(), slice.offset()));
    }

    /**
     * Gives credit, now or from a later time on.
     *
     * @throws KitProblem.Meaningless when it would be over at once, or the wallet cannot hold it (422)
     */
    @Transactional
    public GrantView give(OrgId org, Wanted wanted) {
        Desk open = ledger.open(List.of(org), Map.of());
        GrantDesk desk = open.grants();
        UUID id;
        Instant from = Objects.requireNonNullElse(wanted.effectiveAt(), desk.now());
        inReach(desk.now(), from, wanted.expiresAt(), wanted.endsAt());
        if (wanted.recurs() != null && from.isBefore(desk.now().minus(OLDEST_ANCHOR))) {
            throw new KitProblem.Meaningless("What recurs begins a year ago at the earliest.");
        }
        if (wanted.recurs() == null && !from.isAfter(desk.now())) {
            Grant.Terms terms = new Grant.Terms(
                    wanted.kind(), wanted.order(), from, wanted.expiresAt(), desk.now(), wanted.capability(), null);
            id = desk.grant(org, wanted.amount(), terms, wanted.kind().entryType(), wanted.reference())
                    .grant();
        } else {
            id = desk.id();
            Allowance allowance = allowance(org, id, wanted, from);
            allowances.insert(org, allowance, desk.now());
            desk.coming(allowance);
        }
        open.close();
        return view(org, id);
    }

    private static Allowance allowance(OrgId org, UUID id, Wanted wanted, Instant from) {
        return new Allowance(
                org,
                id,
                wanted.kind(),
                wanted.order(),
                wanted.amount().micros(),
                wanted.capability(),
                Objects.requireNonNullElse(wanted.recurs(), Allowance.Recurs.ONCE),
                from,
                0,
                from,
                wanted.endsAt(),
                wanted.expiresAt(),
                wanted.min(),
                wanted.max(),
                wanted.reference());
    }

    private static void inReach(Instant now, Instant from, @Nullable Instant... ends) {
        Instant horizon = now.plus(LONGEST_LIFE);
        if (from.isAfter(horizon) || from.isBefore(now.minus(LONGEST_LIFE))) {
            throw new KitProblem.Meaningless("effective_at is more than a century away.");
        }
        for (Instant end : ends) {
            if (end != null && end.isAfter(horizon)) {
                throw new KitProblem.Meaningless("The end is more than a century away.");
            }
            if (end != null && !end.isAfter(from)) {
                throw new KitProblem.Meaningless("The credit would be over before it is there.");
            }
        }
    }

    private GrantView view(OrgId org, UUID grant) {
        return store.find(org, grant).orElseThrow(() -> new KitProblem.NotFound("grant"));
    }

    /**
     * Takes back what is left of a grant; what is held goes when its hold ends, what was used stays used. Of what is
     * still to come, nothing comes any more.
     *
     * @throws KitProblem.NotFound for an unknown or foreign grant
     * @throws KitProblem.InvalidState when nothing is left of it, or it was taken back before (409)
     */
    @Transactional
    public Voided takeBack(OrgId org, UUID grant) {
        Desk open = ledger.open(List.of(org), Map.of());
        Allowance coming =
                allowances.find(org, grant).map(open.grants()::current).orElse(null);
        if (coming != null) {
            if (coming.nextAt() == null) {
                throw new KitProblem.InvalidState("Nothing is to come of this any more.");
            }
            open.grants().coming(coming.ended(coming.nextAt()));
            open.close();
            return new Voided(grant, Credits.ZERO, Credits.ZERO, new Credits(open.posted(org)));
        }
        if (store.portions(org, List.of(grant)).isEmpty()) {
            throw new KitProblem.NotFound("grant");
        }
        long removed = open.grants().voided(org, grant);
        open.close();
        GrantView view = view(org, grant);
        return new Voided(grant, new Credits(removed), view.held(), new Credits(open.posted(org)));
    }

    /**
     * A plan has ended: of its allowances no period begins at that time or later, and what its grants have left lapses
     * then at the latest; what is held lapses when its hold ends.
     *
     * @param reference that the credit of the plan was granted with
     * @param at the end of the paid period; a time that has passed means now
     */
    @Transactional
    public void planEnds(OrgId org, String reference, Instant at) {
        Desk open = ledger.open(List.of(org), Map.of());
        GrantDesk desk = open.grants();
        Instant end = at.isBefore(desk.now()) ? desk.now() : at;
        for (Allowance allowance : allowances.of(org, reference)) {
            desk.coming(desk.current(allowance).ended(end));
            desk.endPeriods(allowance, end);
        }
        store.open(org, GrantKind.INCLUDED, reference).forEach(grant -> desk.endBy(org, grant, end));
        open.close();
    }

    /**
     * Returns a usage, or a part of it, to the grants that paid it.
     *
     * @param amount null for all that is left of it
     * @param ourFault true when credit that is over meanwhile is to be usable again, for 30 days
     * @throws KitProblem.NotFound for an unknown or foreign entry
     * @throws KitProblem.InvalidState when it is not a usage (409)
     * @throws BillingProblem.RefundTooLarge when less is left of it (409)
     */
    @Transactional
    public Refund refund(OrgId org, UUID entry, @Nullable Credits amount, boolean ourFault, String reason) {
        Desk desk = ledger.open(List.of(org), Map.of());
        Transfer line = decide(desk, org, entry, amount, ourFault, reason);
        desk.close();
        refunds.insert(org, entry, line.id(), line.micros(), reason, desk.now());
        return refunded(org, entry, line);
    }

    /** {@link #refund} as it would be decided at this desk; it is up to the desk that nothing is written. */
    Credits previewRefund(Desk desk, OrgId org, UUID entry, @Nullable Credits amount, boolean ourFault) {
        return new Credits(decide(desk, org, entry, amount, ourFault, "preview").micros());
    }

    private Refund refunded(OrgId org, UUID entry, Transfer line) {
        long left = charge(org, entry).left();
        return new Refund(line.id(), entry, new Credits(line.micros()), new Credits(left), new Credits(line.balance()));
    }

    private Transfer decide(
            Desk desk, OrgId org, UUID entry, @Nullable Credits amount, boolean ourFault, String reason) {
        GrantDesk.Charge charge = charge(org, entry);
        if (charge.type() != EntryType.USAGE || charge.debited() == 0) {
            throw new KitProblem.InvalidState("Only usage can be refunded: this is " + article(charge.type()) + ".");
        }
        long micros = amount == null ? charge.left() : amount.micros();
        if (amount != null && micros <= 0) {
            throw new KitProblem.Meaningless("The amount of credits must be positive.");
        }
        if (micros == 0 || micros > charge.left()) {
            throw new BillingProblem.RefundTooLarge(new Credits(charge.left()));
        }
        return desk.grants().refund(org, charge, micros, ourFault, reason);
    }

    private static String article(EntryType type) {
        return (type == EntryType.EXPIRY || type == EntryType.ADJUSTMENT || type == EntryType.ABSORPTION ? "an " : "a ")
                + type.text();
    }

    private GrantDesk.Charge charge(OrgId org, UUID entry) {
        return refunds.charge(org, entry).orElseThrow(() -> new KitProblem.NotFound("ledger entry"));
    }

    /** Where the credit of an entry came from, and what of it was returned. */
    @Transactional(readOnly = true)
    Lineage lineage(OrgId org, UUID entry) {
        GrantDesk.Charge charge = charge(org, entry);
        List<Lineage.Use> uses =
                charge.uses().stream().map(part -> use(charge, part)).toList();
        long overdraft = Math.max(0, charge.debited() - charge.byGrants());
        return new Lineage(
                entry,
                charge.type().text(),
                new Credits(charge.amount()),
                charge.cause().reference(),
                charge.cause().instance(),
                charge.cause().run(),
                uses,
                new Credits(overdraft),
                new Credits(charge.left()),
                refunds.of(org, entry));
    }

    private static Lineage.Use use(GrantDesk.Charge charge, Part part) {
        GrantKind kind =
                Objects.requireNonNull(charge.grants().get(part.grant())).terms.kind();
        return new Lineage.Use(part.grant(), kind.text(), kind.bought(), new Credits(part.micros()));
    }
}
