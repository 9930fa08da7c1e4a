package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.kit.Patch;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.OrgsProblem;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/** Plans of offerings: what an instance costs and may do (section 3.2 of the control plane contract). */
@Service
public class Plans {

    /** How many plans one offering may have; a buyer reads them side by side. */
    public static final int MAX_PLANS = 20;

    private final PlanStore store;
    private final OfferingStore offerings;
    private final Offerings all;
    private final Patch patch;
    private final Ids ids;
    private final ApplicationEventPublisher events;

    Plans(
            PlanStore store,
            OfferingStore offerings,
            Offerings all,
            Patch patch,
            Ids ids,
            ApplicationEventPublisher events) {
        this.store = store;
        this.offerings = offerings;
        this.all = all;
        this.patch = patch;
        this.ids = ids;
        this.events = events;
    }

    public Plan plan(UUID id) {
        return store.find(id).orElseThrow(Plans::unknown);
    }

    /** A plan that stays as it is until the running transaction ends. Held before the row of any instance. */
    public Plan held(UUID id) {
        return store.share(id).orElseThrow(Plans::unknown);
    }

    /** Plans of all sellers, newest first; for the operator. */
    Page<Plan> page(@Nullable UUID offering, Page.Slice slice) {
        return store.page(offering, slice);
    }

    List<Plan> of(UUID offering) {
        return store.of(List.of(offering));
    }

    /**
     * Adds a plan. The first one is the default; a new default takes the place of the old one.
     *
     * @throws KitProblem.NotFound when the offering is unknown or another organization's
     * @throws KitProblem.Duplicate when the slug is taken, or there is a trial plan already (409)
     */
    @Transactional
    public Plan addPlan(OrgId provider, UUID offering, NewPlan wanted) {
        hold(provider, offering);
        return add(provider, offering, wanted);
    }

    /** Creates a draft that has the plans of the pricing template from the start. */
    @Transactional
    public Offering createWithTemplate(OrgId provider, NewOffering wanted) {
        Offering made = all.create(provider, wanted);
        addTemplate(provider, made.id());
        return all.offering(made.id());
    }

    /** Adds the three plans of the pricing template (section 12.3). */
    @Transactional
    public List<Plan> addTemplate(OrgId provider, UUID offering) {
        hold(provider, offering);
        return NewPlan.template().stream()
                .map(plan -> add(provider, offering, plan))
                .toList();
    }

    private Offering hold(OrgId provider, UUID offering) {
        return offerings.lock(provider, offering).orElseThrow(Offerings::unknown);
    }

    private Plan add(OrgId provider, UUID offering, NewPlan wanted) {
        List<Plan> others = of(offering);
        if (others.size() >= MAX_PLANS) {
            throw new OrgsProblem.LimitReached("plans of one offering", MAX_PLANS);
        }
        oneTrial(wanted, others);
        UUID id = ids.next();
        String slug = slug(wanted, id);
        if (Boolean.TRUE.equals(wanted.isDefault())) {
            store.onlyDefault(provider, offering, id);
        }
        try {
            if (!store.insert(provider, offering, id, slug, wanted)) {
                throw new KitProblem.Duplicate("The offering has a plan '" + slug + "' already.");
            }
        } catch (DuplicateKeyException e) {
            throw variantTaken();
        }
        store.someDefault(provider, offering);
        return plan(id);
    }

    private static void oneTrial(NewPlan wanted, List<Plan> others) {
        if (Boolean.TRUE.equals(wanted.isTrial()) && others.stream().anyMatch(Plan::isTrial)) {
            throw new KitProblem.Duplicate("The offering has a trial plan already.");
        }
    }

    private static String slug(NewPlan wanted, UUID id) {
        return wanted.slug() != null
                ? wanted.slug()
                : Slug.of(wanted.name(), "plan-" + id.toString().substring(24));
    }

    /** Merge-patch. Instances of the plan follow at once ({@link PlanChanged}). */
    @Transactional
    Plan change(Offerings.Own own, UUID id, JsonNode changes) {
        return change(own.seller().org(), own.offering(), id, changes);
    }

    /** The same by the operator, whoever sells it. */
    @Transactional
    Plan changeAny(UUID id, JsonNode changes) {
        UUID offering = plan(id).offeringId();
        return change(all.offering(offering).providerOrgId(), offering, id, changes);
    }

    private Plan change(OrgId provider, UUID offering, UUID id, JsonNode changes) {
        hold(provider, offering);
        List<Plan> siblings = of(offering);
        Plan now = siblings.stream()
                .filter(plan -> plan.id().equals(id))
                .findFirst()
                .orElseThrow(Plans::unknown);
        NewPlan wanted = patch.apply(NewPlan.of(now), changes, NewPlan.class);
        oneTrial(wanted, siblings.stream().filter(plan -> !plan.id().equals(id)).toList());
        String slug = wanted.slug() == null ? now.slug() : wanted.slug();
        if (siblings.stream()
                .anyMatch(plan -> !plan.id().equals(id) && plan.slug().equals(slug))) {
            throw new KitProblem.Duplicate("The offering has a plan '" + slug + "' already.");
        }
        if (Boolean.TRUE.equals(wanted.isDefault())) {
            store.onlyDefault(provider, offering, id);
        }
        try {
            store.update(provider, offering, id, slug, wanted);
        } catch (DuplicateKeyException e) {
            throw variantTaken();
        }
        store.someDefault(provider, offering);
        if (!Objects.equals(now.defaults(), wanted.defaults()) || !Objects.equals(now.limits(), wanted.limits())) {
            events.publishEvent(new PlanChanged(id));
        }
        return plan(id);
    }

    private static KitProblem variantTaken() {
        return new KitProblem.Duplicate("The shop variant of 'saleor_variant_id' belongs to another plan.");
    }

    /**
     * Removes a plan that no instance has.
     *
     * @throws KitProblem.InvalidState when an instance has it, or it is the last one of a published offering (409)
     */
    @Transactional
    void delete(Offerings.Own own, UUID id) {
        OrgId provider = own.seller().org();
        Offering offering = offerings.lock(provider, own.offering()).orElseThrow(Offerings::unknown);
        List<Plan> siblings = of(own.offering());
        if (siblings.stream().noneMatch(plan -> plan.id().equals(id))) {
            throw unknown();
        }
        if (siblings.size() == 1 && offering.status() == OfferingStatus.PUBLISHED) {
            throw new KitProblem.InvalidState("This is the only plan of a published offering. Add another one first.");
        }
        if (!store.delete(provider, own.offering(), id)) {
            throw new KitProblem.InvalidState("Instances have this plan, so it cannot be deleted.");
        }
        store.someDefault(provider, own.offering());
    }

    private static KitProblem.NotFound unknown() {
        return new KitProblem.NotFound("plan");
    }
}
