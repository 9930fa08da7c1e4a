package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.HoldOutcome;
import dev.gsv.cmp.billing.HoldRequest;
import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.billing.Meters;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.billing.ReleaseRequest;
import dev.gsv.cmp.billing.SettleOutcome;
import dev.gsv.cmp.billing.SettleRequest;
import dev.gsv.cmp.instances.InstanceTerminated;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.instances.Usages;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Organization;
import dev.gsv.cmp.orgs.Orgs;
import dev.gsv.cmp.orgs.OrgsProblem;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Credit for runs that an outside gateway executes: authorize, settle, release (section 7.4). */
@Service
class Authorizations {

    /** Decision C-35. */
    static final Credits DEFAULT_BUDGET = Credits.of(10);

    /** A question about credit, answered: held, or short with the trace of a cancelled reservation. */
    sealed interface Answer {
        record Allowed(HoldOutcome.Held held) implements Answer {}

        record Refused(UUID reservation, HoldOutcome.Short shortage) implements Answer {}
    }

    private final Instances instances;
    private final Orgs orgs;
    private final Ledger ledger;
    private final Usages usages;
    private final Clock clock;

    Authorizations(Instances instances, Orgs orgs, Ledger ledger, Usages usages, Clock clock) {
        this.instances = instances;
        this.orgs = orgs;
        this.ledger = ledger;
        this.usages = usages;
        this.clock = clock;
    }

    /** The instance whose credit is asked for; 404 when there is none. */
    Instances.Runnable target(UUID instance) {
        return instances.runnable(instance).orElseThrow(() -> new KitProblem.NotFound("instance"));
    }

    /**
     * Holds a budget. Short of credit is an answer here, not a problem (decision C-03).
     *
     * @throws dev.gsv.cmp.instances.InstancesProblem.NotActive in any state but active (409)
     */
    @Transactional
    Answer authorize(Instances.Runnable target, Credits budget) {
        target.active();
        if (orgs.organization(target.org()).status() == Organization.Status.SUSPENDED) {
            throw new OrgsProblem.Suspended();
        }
        HoldRequest request =
                new HoldRequest(target.org(), target.instance(), null, budget, RateCard.of(target.rateCard()));
        return switch (ledger.hold(request)) {
            case HoldOutcome.Held held -> new Answer.Allowed(held);
            case HoldOutcome.Short few -> new Answer.Refused(ledger.refused(request), few);
            case HoldOutcome.Crowded crowded -> throw crowded.problem();
        };
    }

    /** The organization whose reservation this is; 404 when there is none. */
    OrgId holder(UUID reservation) {
        return ledger.holder(reservation).orElseThrow(() -> new KitProblem.NotFound("reservation"));
    }

    /** Charges an answered run and adds its usage to the day of the instance. Repeating it changes nothing. */
    @Transactional
    SettleOutcome.Closed settle(OrgId org, UUID reservation, UUID instance, Meters usage) {
        SettleOutcome outcome = ledger.settle(List.of(new SettleRequest(org, reservation, instance, usage)))
                .getFirst();
        if (outcome instanceof SettleOutcome.Closed closed) {
            LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
            usages.add(org, instance, today, Closing.usage(usage, closed.debited()));
        }
        return outcome.orThrow();
    }

    /** Ends a reservation without a charge. Repeating it changes nothing. */
    void release(OrgId org, UUID reservation) {
        ledger.release(new ReleaseRequest(org, reservation, Meters.NONE, "released by the caller"));
    }

    /** Section 4.3: open reservations of a terminated instance are released. */
    @EventListener
    void ended(InstanceTerminated event) {
        ledger.releaseAll(event.org(), event.instance(), "the instance was terminated");
    }
}
