package dev.gsv.cmp.commerce;

import dev.gsv.cmp.billing.BillingProblem;
import dev.gsv.cmp.billing.EntryType;
import dev.gsv.cmp.billing.GrantKind;
import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.billing.Renewing;
import dev.gsv.cmp.catalog.BillingPeriod;
import dev.gsv.cmp.catalog.Plan;
import dev.gsv.cmp.instances.Instance;
import dev.gsv.cmp.instances.InstanceResumed;
import dev.gsv.cmp.instances.InstanceState;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The periods of subscriptions. With each one the plan's price in credits is debited and its included credits are
 * granted until it ends, in one transaction with the period itself. Time is the database's.
 */
@Service
class Cycles implements Renewing {

    static final String SHORT =
            "The wallet was short of the price of the next period. Add credits, then resume the instance.";

    private static final int YEAR = 12;
    /** For what is granted once and never again. */
    private static final Instant FOR_EVER = Instant.parse("9999-12-31T00:00:00Z");

    private final CycleStore store;
    private final Instances instances;
    private final Ledger ledger;

    Cycles(CycleStore store, Instances instances, Ledger ledger) {
        this.store = store;
        this.instances = instances;
        this.ledger = ledger;
    }

    /**
     * Begins what a plan costs and includes, in the transaction that starts the instance or changes its plan. A trial
     * and a plan that is paid with money do not renew by themselves.
     *
     * @throws BillingProblem.InsufficientCredits when the wallet is short of the price (402)
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void begin(Instance instance, Plan plan) {
        OrgId org = instance.orgId();
        UUID id = instance.id();
        Instant now = store.clock();
        boolean periodic =
                plan.billingPeriod() == BillingPeriod.MONTHLY || plan.billingPeriod() == BillingPeriod.YEARLY;
        boolean something =
                plan.priceCredits().micros() > 0 || plan.includedCredits().micros() > 0;
        boolean free = plan.priceCredits().micros() == 0 && plan.priceCents() == 0;
        if (!periodic || !something) {
            store.remove(org, id);
            debit(org, id, plan.priceCredits(), "plan:" + plan.id());
            include(org, plan.id(), plan.includedCredits(), free, now, null, "plan:" + plan.id());
            return;
        }
        int step = plan.billingPeriod() == BillingPeriod.YEARLY ? YEAR : 1;
        boolean renews = !plan.isTrial() && !plan.waitsForMoney();
        Cycle first = store.begin(
                org,
                new CycleStore.Beginning(id, plan.id(), step, plan.priceCredits(), plan.includedCredits(), renews),
                now);
        charge(first, free, now);
    }

    /** The instance costs nothing: a seller tries what is their own. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void none(Instance instance) {
        store.remove(instance.orgId(), instance.id());
    }

    private void charge(Cycle cycle, boolean free, Instant now) {
        debit(cycle.org(), cycle.instance(), cycle.price(), cycle.reference());
        include(cycle.org(), cycle.plan(), cycle.included(), free, now, cycle.endsAt(), cycle.reference());
    }

    private void debit(OrgId org, UUID instance, Credits price, String reference) {
        if (price.micros() > 0) {
            ledger.debit(org, price, EntryType.USAGE, reference, instance);
        }
    }

    /** After the price, so that nothing pays for itself. */
    private void include(
            OrgId org,
            UUID plan,
            Credits included,
            boolean free,
            Instant now,
            @Nullable Instant end,
            String reference) {
        if (included.micros() == 0 || (free && !store.allow(org, plan, now, end == null ? FOR_EVER : end))) {
            return;
        }
        ledger.credit(org, included, GrantKind.INCLUDED, EntryType.TOPUP, reference, end);
    }

    /**
     * Renews an instance whose period is over; false when there is nothing to do. However many ask, one renews.
     *
     * @throws BillingProblem.InsufficientCredits when the wallet is short: nothing is written, and {@link #stop} is due
     */
    @Transactional
    public boolean renew(OrgId org, UUID instance) {
        Instance now = instances.hold(org, instance, null);
        Instant time = store.clock();
        if (now.state() != InstanceState.ACTIVE) {
            store.end(org, instance, time);
            return false;
        }
        Optional<Cycle> next = store.advance(org, instance, time);
        next.ifPresent(cycle -> charge(cycle, cycle.price().micros() == 0, time));
        return next.isPresent();
    }

    /** Pauses an instance whose next period could not be paid; false when it was paid meanwhile. */
    @Transactional
    public boolean stop(OrgId org, UUID instance) {
        Instance now = instances.hold(org, instance, null);
        if (!store.end(org, instance, store.clock()) || now.state() != InstanceState.ACTIVE) {
            return false;
        }
        instances.pauseBecause(org, instance, SHORT);
        return true;
    }

    /**
     * A period that ended while the instance was paused: the next one begins now and is paid now, or it stays paused.
     */
    @EventListener
    void resumed(InstanceResumed event) {
        Instant now = store.clock();
        store.restart(event.org(), event.instance(), now)
                .ifPresent(cycle -> charge(cycle, cycle.price().micros() == 0, now));
    }

    @Override
    public Optional<Renewal> next(OrgId org) {
        return store.next(org);
    }
}
