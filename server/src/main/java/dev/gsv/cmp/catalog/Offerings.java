package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.kit.Patch;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Member;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.OrganizationClosing;
import dev.gsv.cmp.orgs.Orgs;
import dev.gsv.cmp.orgs.OrgsProblem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/**
 * What is for sale: finding, creating, changing, removing (sections 3.2, 7.1 and 7.2 of the control plane contract).
 */
@Service
public class Offerings {

    /** How many offerings one seller may have. */
    public static final int MAX_OFFERINGS = 500;
    /** How many versions a single offering shows; the newest. */
    static final int MAX_SHOWN_VERSIONS = 200;

    private static final int MAX_SLUG_TRIES = 5;
    private static final int SUFFIX_LENGTH = 8;

    private final OfferingStore store;
    private final VersionStore versions;
    private final PlanStore plans;
    private final Orgs orgs;
    private final Patch patch;
    private final Ids ids;

    Offerings(OfferingStore store, VersionStore versions, PlanStore plans, Orgs orgs, Patch patch, Ids ids) {
        this.store = store;
        this.versions = versions;
        this.plans = plans;
        this.orgs = orgs;
        this.patch = patch;
        this.ids = ids;
    }

    /** What fits the search, with plans. Unless everything is asked for, only what is listed. */
    Page<Offering> search(Search search, Page.Slice slice) {
        Page<Offering> page = store.search(search, slice);
        Map<UUID, List<Plan>> theirs = plansOf(page.results());
        return page.map(offering -> {
            Offering whole = offering.withPlans(theirs.getOrDefault(offering.id(), List.of()));
            return search.everything() ? whole : whole.forAnybody();
        });
    }

    /** Published offerings by the shop's product ids, with plans. */
    List<Offering> bySaleorProducts(List<String> products) {
        List<Offering> found = store.findBySaleorProducts(products);
        Map<UUID, List<Plan>> theirs = plansOf(found);
        return found.stream()
                .map(offering -> offering.withPlans(theirs.getOrDefault(offering.id(), List.of()))
                        .forAnybody())
                .toList();
    }

    private Map<UUID, List<Plan>> plansOf(List<Offering> offerings) {
        return plans.of(offerings.stream().map(Offering::id).toList()).stream()
                .collect(Collectors.groupingBy(Plan::offeringId));
    }

    /** True when the caller sees what only seller and operator see of this provider's offerings. */
    boolean insider(@Nullable Caller caller, UUID provider) {
        return caller != null
                && (caller.operator() || orgs.role(caller, provider).isPresent());
    }

    /**
     * An offering as this caller sees it, with plans and versions.
     *
     * @param idOrSlug its id or its slug
     * @throws KitProblem.NotFound also for a draft of somebody else
     */
    public Offering shown(@Nullable Caller caller, String idOrSlug) {
        Offering offering = either(idOrSlug).orElseThrow(Offerings::unknown);
        if (insider(caller, offering.providerOrgId().value())) {
            return whole(offering);
        }
        if (!offering.isPublic()) {
            throw unknown();
        }
        return whole(offering).forAnybody();
    }

    /** An offering for other rooms, whatever its status, with plans and versions. */
    public Offering offering(UUID id) {
        return whole(store.find(id).orElseThrow(Offerings::unknown));
    }

    /** The offering of this slug for other rooms, whatever its status, with plans and versions. */
    public Optional<Offering> bySlug(String slug) {
        return store.findBySlug(slug).map(this::whole);
    }

    private Offering whole(Offering offering) {
        return offering.withPlans(plans.of(List.of(offering.id())))
                .withVersions(versions.of(offering.id(), MAX_SHOWN_VERSIONS));
    }

    private Optional<Offering> either(String idOrSlug) {
        return id(idOrSlug).flatMap(store::find).or(() -> store.findBySlug(idOrSlug));
    }

    private static Optional<UUID> id(String text) {
        String dashed = text.matches("[0-9a-fA-F]{32}")
                ? text.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5")
                : text;
        return dashed.matches("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
                ? Optional.of(UUID.fromString(dashed))
                : Optional.empty();
    }

    /** The seller of an offering and which one it is: what a call that changes it needs to know. */
    public record Own(Member seller, UUID offering) {}

    /**
     * Lets a member of the provider organization change an offering.
     *
     * @param idOrSlug its id or its slug
     * @throws KitProblem.NotFound when it is unknown or another organization's: indistinguishable
     * @throws KitProblem.PermissionDenied when the member's role is too weak for the endpoint
     */
    public Own enter(Caller caller, String idOrSlug) {
        Offering offering = either(idOrSlug).orElseThrow(Offerings::unknown);
        UUID provider = offering.providerOrgId().value();
        if (!caller.aboveOrgs() && orgs.role(caller, provider).isEmpty()) {
            throw unknown();
        }
        return new Own(orgs.enter(caller, provider), offering.id());
    }

    /**
     * Creates a draft. The first one makes the organization a provider.
     *
     * @throws KitProblem.Duplicate when the slug, asked for or made from the name, is taken (409)
     */
    @Transactional
    public Offering create(OrgId provider, NewOffering wanted) {
        String asked = wanted.slug();
        UUID id = ids.next();
        String slug = asked != null ? asked : Slug.of(wanted.name(), neutral(id));
        if (!inserted(provider, id, slug, wanted)) {
            throw new KitProblem.Duplicate("The slug '" + slug + "' is taken. Send another 'slug'.");
        }
        return offering(id);
    }

    /** Creates a draft under the nicest free slug, for calls that cannot ask for one. */
    @Transactional
    public Offering createUnderFreeSlug(OrgId provider, NewOffering wanted) {
        return createUnderFreeSlug(provider, ids.next(), wanted);
    }

    /** The same under a given new id, for a room that has already stored something under it. */
    @Transactional
    public Offering createUnderFreeSlug(OrgId provider, UUID id, NewOffering wanted) {
        String nicest = Slug.of(wanted.name(), neutral(id));
        Stream<String> others =
                Stream.generate(() -> nicest + "-" + suffix(ids.next())).limit(MAX_SLUG_TRIES);
        if (Stream.concat(Stream.of(nicest), others).noneMatch(slug -> inserted(provider, id, slug, wanted))) {
            throw new KitProblem.Duplicate("No free slug was found for this name.");
        }
        return offering(id);
    }

    private boolean inserted(OrgId provider, UUID id, String slug, NewOffering wanted) {
        if (store.count(provider) >= MAX_OFFERINGS) {
            throw new OrgsProblem.LimitReached("offerings of one organization", MAX_OFFERINGS);
        }
        try {
            boolean inserted = store.insert(provider, id, slug, wanted);
            if (inserted) {
                orgs.sells(provider);
            }
            return inserted;
        } catch (DuplicateKeyException e) {
            throw productTaken();
        }
    }

    /** The end of an id is random, its beginning is the time. */
    private static String suffix(UUID id) {
        String text = id.toString();
        return text.substring(text.length() - SUFFIX_LENGTH);
    }

    private static String neutral(UUID id) {
        return "offering-" + suffix(id);
    }

    /** Merge-patch over what a seller may write; the status has calls of its own. */
    @Transactional
    Offering change(Own own, JsonNode changes) {
        if (changes.has("status")) {
            throw new KitProblem.Invalid("status", "is changed by publish, unpublish, end-of-sale and end-of-life");
        }
        Offering now = store.lock(own.seller().org(), own.offering()).orElseThrow(Offerings::unknown);
        NewOffering wanted = patch.apply(NewOffering.of(now), changes, NewOffering.class);
        String slug = wanted.slug() == null ? now.slug() : wanted.slug();
        try {
            store.update(own.seller().org(), own.offering(), slug, wanted);
        } catch (DuplicateKeyException e) {
            throw slug.equals(now.slug())
                    ? productTaken()
                    : new KitProblem.Duplicate("The slug '" + slug + "' is taken.");
        }
        return offering(own.offering());
    }

    private static KitProblem productTaken() {
        return new KitProblem.Duplicate("The shop product of 'saleor_product_id' belongs to another offering.");
    }

    /**
     * Removes an offering that nobody ever subscribed to.
     *
     * @throws KitProblem.InvalidState when something refers to it (409)
     */
    @Transactional
    public void delete(Own own) {
        if (!store.delete(own.seller().org(), own.offering())) {
            throw new KitProblem.InvalidState(
                    "This offering has instances, so it cannot be deleted. End its sale instead.");
        }
    }

    @EventListener
    void stay(OrganizationClosing closing) {
        if (store.sells(closing.org())) {
            throw new KitProblem.InvalidState(
                    "This organization still sells offerings. End their sale and their life first.");
        }
    }

    static KitProblem.NotFound unknown() {
        return new KitProblem.NotFound("offering");
    }
}
