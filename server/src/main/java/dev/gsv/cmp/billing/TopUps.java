package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Wallets that fill themselves. This room decides when and how much, and one charge at a time; whoever moves money
 * hears {@link BillingEvent.TopUpRequested} and answers with {@link #charged} or {@link #declined}.
 */
@Service
public class TopUps {

    /** After a success, before the next charge. */
    static final Duration COOL_OFF = Duration.ofMinutes(10);
    /** After the first refusal; doubled with each further one. */
    static final Duration FIRST_WAIT = Duration.ofHours(1);

    static final Duration LONGEST_WAIT = Duration.ofDays(1);
    /** Refusals in a row after which the rule waits for a person. */
    static final int MAX_DECLINES = 5;

    private static final int DEFAULT_PER_DAY = 3;
    private static final int MAX_PER_DAY = 100;
    private static final int PORTION = 200;
    private static final int MAX_REASON = 500;
    /** A million credits: more is not charged without a person. */
    private static final Credits LARGEST = Credits.of(1_000_000);

    /** A rule as its owner wants it; one of amount and target. */
    record Wish(
            Credits threshold,
            @Nullable Credits amount,
            @Nullable Credits target,
            int maxPerDay,
            boolean paused) {

        static Wish of(
                @Nullable Credits threshold,
                @Nullable Credits amount,
                @Nullable Credits target,
                @Nullable Integer maxPerDay,
                @Nullable Boolean paused) {
            if (threshold == null) {
                throw new KitProblem.Invalid("threshold", "is required");
            }
            if ((amount == null) == (target == null)) {
                throw new KitProblem.Invalid("amount", "give either amount or target");
            }
            int max = maxPerDay == null ? DEFAULT_PER_DAY : maxPerDay;
            if (max < 1 || max > MAX_PER_DAY) {
                throw new KitProblem.Meaningless("max_per_day must be between 1 and " + MAX_PER_DAY + ".");
            }
            between("threshold", threshold, 0);
            if (amount != null) {
                between("amount", amount, 1);
            }
            if (target != null) {
                between("target", target, 1);
                if (target.compareTo(threshold) <= 0) {
                    throw new KitProblem.Meaningless("target must be above threshold.");
                }
            }
            return new Wish(threshold, amount, target, max, Boolean.TRUE.equals(paused));
        }

        private static void between(String name, Credits amount, long least) {
            if (amount.compareTo(Credits.of(least)) < 0 || amount.compareTo(LARGEST) > 0) {
                throw new KitProblem.Meaningless(name + " must be between " + least + " and " + LARGEST + " credits.");
            }
        }
    }

    private final TopUpStore store;
    private final EventStore events;
    private final LowBalance lowBalance;
    private final Ledger ledger;
    private final Ids ids;

    TopUps(TopUpStore store, EventStore events, LowBalance lowBalance, Ledger ledger, Ids ids) {
        this.store = store;
        this.events = events;
        this.lowBalance = lowBalance;
        this.ledger = ledger;
        this.ids = ids;
    }

    Optional<TopUpRule> rule(OrgId org) {
        return store.rule(org);
    }

    /** Sets the rule of a wallet. It takes effect at once, also when the balance is below the threshold already. */
    @Transactional
    TopUpRule put(OrgId org, Wish wish) {
        Desk desk = ledger.open(List.of(org), Map.of());
        store.put(org, wish);
        desk.close();
        lowBalance.consider(org, desk.posted(org), desk.now());
        return store.rule(org).orElseThrow();
    }

    @Transactional
    void delete(OrgId org) {
        ledger.open(List.of(org), Map.of()).close();
        if (!store.delete(org)) {
            throw new KitProblem.NotFound("automatic top-up");
        }
    }

    /**
     * The money of a charge is there: its credit is booked, once, however often this is told. Also for a charge that
     * was called refused before, because the money counts.
     *
     * @param reference of the payment
     * @throws KitProblem.NotFound for a charge that nobody asked for
     */
    @Transactional
    public Credits charged(UUID charge, String reference) {
        OrgId org = owner(charge);
        Desk desk = ledger.open(List.of(org), Map.of());
        TopUpRule.Charge now = store.charge(org, charge);
        if (now.ledgerEntryId() != null) {
            desk.close();
            return now.amount();
        }
        Transfer line = desk.credit(org, now.amount(), GrantKind.PURCHASED, EntryType.TOPUP, "auto:" + reference, null);
        desk.close();
        store.end(org, charge, "succeeded", line.id(), null, desk.now());
        store.ended(org, 0, desk.now().plus(COOL_OFF), false);
        events.insert(org, new BillingEvent.TopUpSucceeded(ids.next(), org, charge, now.amount()));
        lowBalance.consider(org, desk.posted(org), desk.now());
        return now.amount();
    }

    /**
     * A charge was refused: the next attempt waits, each time longer, until a person looks after it.
     *
     * @throws KitProblem.NotFound for a charge that nobody asked for
     */
    @Transactional
    public void declined(UUID charge, String reason) {
        OrgId org = owner(charge);
        Desk desk = ledger.open(List.of(org), Map.of());
        TopUpRule.Charge now = store.charge(org, charge);
        desk.close();
        if (!now.state().equals("requested")) {
            return;
        }
        String why = reason.isBlank() ? "declined" : reason.substring(0, Math.min(reason.length(), MAX_REASON));
        store.end(org, charge, "declined", null, why, desk.now());
        int declines = store.rule(org).map(TopUpRule::declines).orElse(0) + 1;
        boolean pauses = declines >= MAX_DECLINES;
        store.ended(org, declines, desk.now().plus(waitAfter(declines)), pauses);
        events.insert(org, new BillingEvent.TopUpDeclined(ids.next(), org, charge, now.amount(), why, pauses));
        lowBalance.consider(org, desk.posted(org), desk.now());
    }

    static Duration waitAfter(int declines) {
        Duration wait = FIRST_WAIT;
        for (int i = 1; i < declines && wait.compareTo(LONGEST_WAIT) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    private OrgId owner(UUID charge) {
        return store.owner(charge).orElseThrow(() -> new KitProblem.NotFound("charge"));
    }

    /** Looks after rules whose time has come. */
    List<OrgId> due() {
        return store.due(PORTION);
    }

    /** Looks again whether one wallet needs a charge. */
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    void look(OrgId org) {
        Desk desk = ledger.open(List.of(org), Map.of());
        desk.close();
        Instant now = desk.now();
        lowBalance.consider(org, desk.posted(org), now);
    }
}
