package dev.gsv.cmp.instances;

import dev.gsv.cmp.catalog.Kind;
import dev.gsv.cmp.catalog.Offering;
import dev.gsv.cmp.catalog.OfferingStatus;
import dev.gsv.cmp.catalog.Plan;
import dev.gsv.cmp.catalog.Plans;
import dev.gsv.cmp.catalog.Version;
import dev.gsv.cmp.catalog.Versions;
import dev.gsv.cmp.instances.InstanceState.Step;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Member;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Organization;
import dev.gsv.cmp.orgs.OrganizationClosing;
import dev.gsv.cmp.orgs.Orgs;
import dev.gsv.cmp.orgs.OrgsProblem;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Instances: how one begins, goes on and ends (sections 3.3, 4.3 and 7.1 of the control plane contract). */
@Service
public class Instances {

    /** How many instances that are not terminated one organization may have. */
    public static final int MAX_LIVING = 1000;

    public static final int MAX_NAME = 255;
    public static final int MAX_OVERRIDES_CHARACTERS = 64 * 1024;

    private final InstanceStore store;
    private final ConfigRules rules;
    private final Versions versions;
    private final Plans plans;
    private final Orgs orgs;
    private final Ids ids;
    private final ApplicationEventPublisher events;

    Instances(
            InstanceStore store,
            ConfigRules rules,
            Versions versions,
            Plans plans,
            Orgs orgs,
            Ids ids,
            ApplicationEventPublisher events) {
        this.store = store;
        this.rules = rules;
        this.versions = versions;
        this.plans = plans;
        this.orgs = orgs;
        this.ids = ids;
        this.events = events;
    }

    /** An instance and as what the caller was let in. */
    public record Entered(Member member, Instance instance) {}

    /**
     * Lets a caller in to an instance as the endpoint demands. An API key opens its own instance and no other.
     *
     * @throws KitProblem.NotFound when it is unknown or another organization's: indistinguishable
     */
    public Entered enter(Caller caller, UUID instance) {
        OrgId org = store.owner(instance).orElseThrow(Instances::unknown);
        boolean otherKey = caller.presentedKey()
                .filter(key -> !key.instance().equals(instance))
                .isPresent();
        if (otherKey || (!caller.aboveOrgs() && orgs.role(caller, org.value()).isEmpty())) {
            throw unknown();
        }
        return new Entered(orgs.enter(caller, org.value()), instance(org, instance));
    }

    /** An instance of the organization; a foreign one answers as an unknown one. */
    public Instance instance(OrgId org, UUID instance) {
        return store.find(org, instance).orElseThrow(Instances::unknown);
    }

    /**
     * Everything that a run needs to know about an instance.
     *
     * @param offeringSlug slug of the offering
     * @param trial whether the plan is a trial
     * @param monthlyQuota runs per UTC month; null is none, unless the limits name one
     * @param rateCard what the meters cost; null is the card of the platform
     * @param provider the organization that sells the offering
     */
    public record Runnable(
            OrgId org,
            UUID project,
            UUID instance,
            InstanceState state,
            UUID offering,
            OrgId provider,
            OfferingStatus offeringStatus,
            UUID version,
            String artifactKey,
            String artifactSha256,
            String runtime,
            UUID plan,
            JsonNode effectiveConfig,
            int configVersion,
            JsonNode limits,
            @Nullable Integer monthlyQuota,
            @Nullable JsonNode rateCard,
            List<String> capabilities,
            String offeringSlug,
            boolean trial) {

        /**
         * This instance, when it may run.
         *
         * @throws InstancesProblem.NotActive in any state but active (409)
         * @throws InstancesProblem.EntitlementDenied when the life of its offering has ended (403)
         */
        public Runnable active() {
            if (state != InstanceState.ACTIVE) {
                throw new InstancesProblem.NotActive(state);
            }
            if (offeringStatus == OfferingStatus.EOL) {
                throw new InstancesProblem.EntitlementDenied();
            }
            return this;
        }
    }

    /** Everything that a run needs, in one query; empty when the instance is unknown. */
    public Optional<Runnable> runnable(UUID instance) {
        return store.runnable(instance);
    }

    /** Newest first: of one organization, or of all that the caller belongs to; for an operator of all. */
    Page<Instance> list(
            Caller caller,
            @Nullable UUID org,
            @Nullable UUID project,
            @Nullable InstanceState state,
            Page.Slice slice) {
        if (org != null) {
            return store.list(false, List.of(orgs.enter(caller, org).org()), project, state, slice);
        }
        if (caller.aboveOrgs()) {
            return store.list(true, List.of(), project, state, slice);
        }
        List<OrgId> joined = orgs.joined(caller, new Page.Slice(Page.MAX_LIMIT, 0)).results().stream()
                .map(Organization::id)
                .toList();
        return store.list(false, joined, project, state, slice);
    }

    /**
     * Creates an instance in the state requested, within the transaction of the room that sells.
     *
     * @throws KitProblem.NotFound when the project is not the organization's
     * @throws KitProblem.Duplicate when the plan is a trial and the organization had it (409)
     * @throws InstancesProblem.ConfigInvalid when an override is not allowed (422)
     */
    @Transactional
    public Instance create(OrgId org, NewInstance wanted) {
        // Refuses a foreign project before anything else is looked at.
        UUID project = orgs.project(org, wanted.project()).id();
        Findings findings = new Findings();
        String name = wanted.name() == null
                ? wanted.offering().name()
                : findings.name("instance_name", wanted.name(), MAX_NAME);
        ObjectNode overrides = EffectiveConfig.patched(
                EffectiveConfig.object(null),
                EffectiveConfig.object(findings.object("overrides", wanted.overrides(), MAX_OVERRIDES_CHARACTERS)));
        findings.refuse();
        Offering offering = wanted.offering();
        allowed(wanted.version(), offering.category(), wanted.plan(), overrides);
        if (store.living(org) >= MAX_LIVING) {
            throw new OrgsProblem.LimitReached("instances of one organization", MAX_LIVING);
        }
        EffectiveConfig config = rules.effective(wanted.version(), offering.category(), wanted.plan(), overrides);
        UUID id = ids.next();
        if (!store.insert(org, new InstanceStore.Row(id, project, wanted, name, overrides, config.document()))) {
            throw new KitProblem.Duplicate(
                    wanted.plan().isTrial() && store.hadTrial(org, offering.id())
                            ? "Your organization has used its trial of this offering. Choose another plan."
                            : "This idempotency key belongs to another instance. Use a new key.");
        }
        return instance(org, id);
    }

    private void allowed(Version version, Kind kind, Plan plan, ObjectNode overrides) {
        var findings = rules.findings(version, kind, plan, overrides);
        if (!findings.isEmpty()) {
            throw new InstancesProblem.ConfigInvalid(
                    findings.stream().map(finding -> finding.detail()).toList());
        }
    }

    /** The overrides that an instance has after a change: replaced, or laid over the stored ones; a null removes. */
    public static ObjectNode overridden(Instance now, ObjectNode overrides, boolean replace) {
        ObjectNode before = replace ? EffectiveConfig.object(null) : EffectiveConfig.object(now.overrides());
        return EffectiveConfig.patched(before, overrides);
    }

    /**
     * What is to change; null stays.
     *
     * @param overrides the overrides as they shall be
     */
    public record Change(
            @Nullable String name,
            @Nullable ObjectNode overrides,
            @Nullable UUID plan,
            @Nullable UUID version) {}

    /**
     * Changes an instance. Overrides are checked when they change; when only plan or version change, overrides that are
     * no longer allowed stay stored, have no effect and are reported in the details.
     *
     * @throws KitProblem.InvalidState when it is terminated (409)
     * @throws InstancesProblem.ConfigInvalid when an override is not allowed; nothing is stored (422)
     */
    @Transactional
    public Instance change(OrgId org, UUID id, Change change) {
        Instance now = hold(org, id, change.plan());
        if (now.state() == InstanceState.TERMINATED) {
            throw new KitProblem.InvalidState("A terminated instance cannot be changed.");
        }
        Plan plan = plans.held(change.plan() == null ? now.planId() : change.plan());
        if (change.name() != null && !change.name().equals(now.name())) {
            store.rename(org, id, change.name());
        }
        Version version = versions.version(change.version() == null ? now.offeringVersionId() : change.version());
        ObjectNode overrides =
                change.overrides() == null ? EffectiveConfig.object(now.overrides()) : change.overrides();
        boolean same = version.id().equals(now.offeringVersionId())
                && plan.id().equals(now.planId())
                && overrides.equals(now.overrides());
        if (!same) {
            Kind kind = now.offeringVersion().offering().category();
            if (!overrides.equals(now.overrides())) {
                allowed(version, kind, plan, overrides);
            }
            store.configure(
                    org, id, version.id(), plan.id(), overrides, rules.effective(version, kind, plan, overrides));
        }
        return instance(org, id);
    }

    /**
     * Holds an instance until the transaction ends; its plan, present or future, is held first, in the order in which a
     * change of the plan itself takes them.
     */
    public Instance hold(OrgId org, UUID id, @Nullable UUID futurePlan) {
        plans.held(futurePlan == null ? instance(org, id).planId() : futurePlan);
        return store.lock(org, id).orElseThrow(Instances::unknown);
    }

    /**
     * Starts an instance that waits for nothing any more: at once active, because nothing must be deployed (decision
     * C-26). Repeating it changes nothing.
     */
    @Transactional
    public Instance start(OrgId org, UUID id) {
        return take(org, id, Step.START, null);
    }

    /** Repeating it changes nothing. */
    @Transactional
    public Instance pause(OrgId org, UUID id) {
        return take(org, id, Step.PAUSE, null);
    }

    /**
     * Pauses an instance that cannot go on.
     *
     * @param reason what its owner is told, with what to do about it
     */
    @Transactional
    public Instance pauseBecause(OrgId org, UUID id, String reason) {
        return take(org, id, Step.PAUSE, reason);
    }

    /**
     * Tells the other rooms ({@link InstanceResumed}): who finds that something must be paid first refuses it.
     * Repeating it changes nothing.
     */
    @Transactional
    public Instance resume(OrgId org, UUID id) {
        if (store.move(org, id, Step.RESUME.to(), Step.RESUME.from(), null)) {
            events.publishEvent(new InstanceResumed(org, id));
        }
        return take(org, id, Step.RESUME, null);
    }

    /**
     * Ends an instance for ever and tells the other rooms ({@link InstanceTerminated}). Repeating it changes nothing.
     */
    @Transactional
    public void terminate(OrgId org, UUID id) {
        if (store.move(org, id, Step.TERMINATE.to(), Step.TERMINATE.from(), null)) {
            events.publishEvent(new InstanceTerminated(org, id));
        } else {
            Objects.requireNonNull(instance(org, id));
        }
    }

    private Instance take(OrgId org, UUID id, Step step, @Nullable String reason) {
        boolean moved = store.move(org, id, step.to(), step.from(), reason);
        Instance now = instance(org, id);
        if (!moved && now.state() != step.to()) {
            throw new KitProblem.InvalidState("An instance that is "
                    + now.state().text() + " cannot become " + step.to().text() + ".");
        }
        return now;
    }

    @EventListener
    void stay(OrganizationClosing closing) {
        if (store.living(closing.org()) > 0) {
            throw new KitProblem.InvalidState("This organization has instances. Terminate them first.");
        }
    }

    static KitProblem.NotFound unknown() {
        return new KitProblem.NotFound("instance");
    }
}
