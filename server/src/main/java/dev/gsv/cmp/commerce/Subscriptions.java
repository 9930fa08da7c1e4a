package dev.gsv.cmp.commerce;

import dev.gsv.cmp.billing.Wallets;
import dev.gsv.cmp.catalog.Offering;
import dev.gsv.cmp.catalog.OfferingStatus;
import dev.gsv.cmp.catalog.Offerings;
import dev.gsv.cmp.catalog.Plan;
import dev.gsv.cmp.catalog.Plans;
import dev.gsv.cmp.catalog.Version;
import dev.gsv.cmp.catalog.VersionStatus;
import dev.gsv.cmp.catalog.Versions;
import dev.gsv.cmp.instances.Instance;
import dev.gsv.cmp.instances.InstanceState;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.instances.NewInstance;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Member;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Organization;
import dev.gsv.cmp.orgs.Orgs;
import dev.gsv.cmp.orgs.Role;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Subscribing and what it costs (section 7.1, decision C-51). A free or trial plan starts at once; a price in credits
 * is debited, and included credits are granted, in the same transaction; a price in money waits in the state requested
 * until it is paid. Members of a seller may subscribe their own organization to an offering of theirs that is not
 * published, to try it: without the plan's price, while its runs cost what runs cost.
 */
@Service
public class Subscriptions {

    private final Instances instances;
    private final Offerings offerings;
    private final Versions versions;
    private final Plans plans;
    private final Orgs orgs;
    private final Cycles cycles;
    private final Wallets wallets;

    Subscriptions(
            Instances instances,
            Offerings offerings,
            Versions versions,
            Plans plans,
            Orgs orgs,
            Cycles cycles,
            Wallets wallets) {
        this.instances = instances;
        this.offerings = offerings;
        this.versions = versions;
        this.plans = plans;
        this.orgs = orgs;
        this.cycles = cycles;
        this.wallets = wallets;
    }

    /**
     * An organization that subscribes.
     *
     * @param granted trial credit that it was given just now
     */
    public record Buyer(OrgId org, Credits granted) {}

    /** The named organization, else the caller's first one, else one that is made for them with its trial credit. */
    public Buyer buyer(Caller caller, @Nullable UUID org) {
        if (org != null) {
            return new Buyer(new OrgId(org), Credits.ZERO);
        }
        try {
            return new Buyer(orgs.first(caller), Credits.ZERO);
        } catch (KitProblem.NotFound none) {
            Wallets.Opened opened = wallets.auto(caller);
            Credits granted =
                    opened.trialGranted() ? wallets.wallet(opened.orgId()).balance() : Credits.ZERO;
            return new Buyer(opened.orgId(), granted);
        }
    }

    /**
     * Creates an instance.
     *
     * @param paid true when the money was paid elsewhere: the shop, the operator
     * @throws KitProblem.NotFound for a version, plan or project that is unknown, foreign or not public
     * @throws KitProblem.InvalidState when the offering or version is not for sale (409)
     * @throws KitProblem.Duplicate when the organization had its trial of the offering (409)
     */
    @Transactional
    public Instance subscribe(Member member, Subscription wanted, Optional<String> key, boolean paid) {
        OrgId org = member.org();
        Version version = versions.version(wanted.offeringVersionId());
        Offering offering = offerings.offering(version.offeringId());
        boolean own = offering.providerOrgId().equals(org);
        forSale(offering, version, own);
        Plan plan = ofOffering(plans.held(wanted.planId()), offering);
        Instance made = instances.create(
                org,
                new NewInstance(
                        wanted.projectId(),
                        offering,
                        version,
                        plan,
                        wanted.instanceName(),
                        wanted.overrides(),
                        key,
                        member.subject()));
        boolean waits = plan.waitsForMoney() && !paid && !own;
        return waits ? made : begin(made, plan, own);
    }

    private Instance begin(Instance instance, Plan plan, boolean own) {
        pay(instance, plan, own);
        return instances.start(instance.orgId(), instance.id());
    }

    /** Own offerings cost nothing and include nothing: else a seller would make credit. */
    private void pay(Instance instance, Plan plan, boolean own) {
        if (own) {
            cycles.none(instance);
        } else {
            cycles.begin(instance, plan);
        }
    }

    private void forSale(Offering offering, Version version, boolean own) {
        boolean ended = offering.status() == OfferingStatus.EOS || offering.status() == OfferingStatus.EOL;
        if (own && !ended) {
            if (!version.valid()) {
                throw new KitProblem.InvalidState("This version has errors: see its findings.");
            }
            return;
        }
        if (!offering.isPublic() || version.status() == VersionStatus.DRAFT) {
            throw new KitProblem.NotFound("offering version");
        }
        if (orgs.organization(offering.providerOrgId()).status() != Organization.Status.ACTIVE) {
            throw new KitProblem.InvalidState("This offering is not for sale: its seller is suspended.");
        }
        if (offering.status() != OfferingStatus.PUBLISHED) {
            throw new KitProblem.InvalidState(
                    "This offering is not for sale: it is " + offering.status().text() + ".");
        }
        published(version);
    }

    private static void published(Version version) {
        if (version.status() != VersionStatus.PUBLISHED) {
            throw new KitProblem.InvalidState(
                    "This version is not for sale: it is " + version.status().text() + ".");
        }
    }

    private static Plan ofOffering(Plan plan, Offering offering) {
        if (!plan.offeringId().equals(offering.id())) {
            // As an unknown one: it may be a plan of somebody's draft.
            throw new KitProblem.NotFound("plan");
        }
        return plan;
    }

    /**
     * Starts the trial of an offering.
     *
     * @param slug of the offering
     * @throws KitProblem.NotFound when there is no such offering for sale
     * @throws KitProblem.InvalidState when it has no trial plan (409)
     * @throws KitProblem.Duplicate when the organization had it (409)
     */
    @Transactional
    public Instance startTrial(Member member, String slug, Optional<String> key) {
        Offering offering = offerings
                .bySlug(slug)
                .filter(found -> found.isPublic() || found.providerOrgId().equals(member.org()))
                .orElseThrow(() -> new KitProblem.NotFound("offering"));
        Plan trial = offering.plans().stream()
                .filter(Plan::isTrial)
                .findFirst()
                .orElseThrow(() ->
                        new KitProblem.InvalidState("This offering has no trial. Subscribe to one of its plans."));
        Version newest = Objects.requireNonNull(offering.versions()).stream()
                .filter(version -> version.status() == VersionStatus.PUBLISHED)
                .findFirst()
                .orElseThrow(() -> new KitProblem.InvalidState("This offering is not for sale."));
        Subscription wanted = new Subscription(
                newest.id(),
                member.org().value(),
                orgs.defaultProject(member.org()).id(),
                trial.id(),
                null,
                null);
        return subscribe(member, wanted, key, false);
    }

    /**
     * What is to change; null stays.
     *
     * @param overrides laid over the stored ones, a null removes; with {@code replace} they take their place
     */
    public record Change(
            @Nullable String name,
            @Nullable ObjectNode overrides,
            boolean replace,
            @Nullable UUID planId,
            @Nullable UUID offeringVersionId) {}

    /**
     * Changes a subscription. Name and overrides need a member, plan and version an admin. A new plan with a price in
     * credits is debited in the same transaction.
     *
     * @param paid true when the money was paid elsewhere
     * @throws KitProblem.InvalidState when the plan costs money that was not paid, is a trial, or the instance is
     *     terminated (409)
     */
    @Transactional
    public Instance change(Member member, UUID id, Change change, boolean paid) {
        OrgId org = member.org();
        Instance now = instances.hold(org, id, change.planId());
        Findings findings = new Findings();
        String name = findings.optional("name", change.name(), Instances.MAX_NAME);
        findings.refuse();
        Judged judged = judge(member, now, change, paid);
        boolean otherPlan = judged.otherPlan();
        boolean own = judged.own();
        Plan plan = judged.plan();
        Instance changed = instances.change(
                org, id, new Instances.Change(name, overrides(now, change), plan.id(), change.offeringVersionId()));
        if (!otherPlan) {
            return changed;
        }
        if (now.state() == InstanceState.REQUESTED) {
            return plan.waitsForMoney() && !paid && !own ? changed : begin(changed, plan, own);
        }
        pay(changed, plan, own);
        return changed;
    }

    /** What a change comes to, once every check has passed. */
    private record Judged(Plan plan, boolean otherPlan, boolean own) {}

    private Judged judge(Member member, Instance now, Change change, boolean paid) {
        OrgId org = member.org();
        boolean otherPlan = change.planId() != null && !change.planId().equals(now.planId());
        boolean otherVersion = change.offeringVersionId() != null
                && !change.offeringVersionId().equals(now.offeringVersionId());
        if (otherPlan || otherVersion) {
            member.atLeast(Role.ADMIN);
        }
        if (now.state() == InstanceState.TERMINATED) {
            throw new KitProblem.InvalidState("A terminated instance cannot be changed.");
        }
        Offering offering = offerings.offering(now.offeringId());
        boolean own = offering.providerOrgId().equals(org);
        if (otherVersion) {
            moveTo(versions.version(Objects.requireNonNull(change.offeringVersionId())), offering, own);
        }
        Plan plan = plans.plan(otherPlan ? Objects.requireNonNull(change.planId()) : now.planId());
        if (otherPlan) {
            affordable(ofOffering(plan, offering), now, paid || own);
        }
        return new Judged(plan, otherPlan, own);
    }

    /**
     * What another plan would cost in credits now, after the same checks as {@link #change}.
     *
     * @param paid true when the money was paid elsewhere
     */
    Credits price(Member member, UUID id, UUID planId, boolean paid) {
        Instance now = instances.instance(member.org(), id);
        Judged judged = judge(member, now, new Change(null, null, false, planId, null), paid);
        Plan plan = judged.plan();
        boolean waits = now.state() == InstanceState.REQUESTED && plan.waitsForMoney() && !paid;
        return judged.otherPlan() && !judged.own() && !waits ? plan.priceCredits() : Credits.ZERO;
    }

    private static void moveTo(Version version, Offering offering, boolean own) {
        if (!version.offeringId().equals(offering.id())) {
            // As an unknown one: it may be a version of somebody's draft.
            throw new KitProblem.NotFound("offering version");
        }
        if (own && version.valid()) {
            return;
        }
        if (version.status() == VersionStatus.DRAFT) {
            throw new KitProblem.NotFound("offering version");
        }
        published(version);
    }

    private static void affordable(Plan plan, Instance now, boolean paid) {
        if (plan.isTrial()) {
            throw new KitProblem.InvalidState("A trial is where an instance begins; it cannot be changed to.");
        }
        if (plan.waitsForMoney() && !paid && now.state() != InstanceState.REQUESTED) {
            throw new KitProblem.InvalidState(
                    "This plan costs money, and no payment provider is connected here yet. Ask the operator.");
        }
    }

    private static @Nullable ObjectNode overrides(Instance now, Change change) {
        return change.overrides() == null ? null : Instances.overridden(now, change.overrides(), change.replace());
    }
}
