package dev.gsv.cmp.catalog;

import dev.gsv.cmp.catalog.Offering.Decision;
import dev.gsv.cmp.catalog.OfferingStatus.Step;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The way of an offering from draft to the end of its life, and the operator's word about it (section 4.1). */
@Service
public class Publishing {

    private final OfferingStore store;
    private final Offerings offerings;
    private final Versions versions;
    private final Plans plans;
    private final CatalogSettings settings;
    private final List<PublishCheck> checks;

    Publishing(
            OfferingStore store,
            Offerings offerings,
            Versions versions,
            Plans plans,
            CatalogSettings settings,
            List<PublishCheck> checks) {
        this.store = store;
        this.offerings = offerings;
        this.versions = versions;
        this.plans = plans;
        this.settings = settings;
        this.checks = List.copyOf(checks);
    }

    /**
     * Asks the other rooms about the draft that would be published; before the transaction, for they may read files.
     */
    void ask(UUID offering) {
        versions.newestFit(offering)
                .filter(version -> version.status() == VersionStatus.DRAFT)
                .ifPresent(draft -> checks.forEach(check -> check.check(draft)));
    }

    /**
     * Puts an offering up for sale together with its newest version that can run; where the operator approves listings
     * it first waits for that. Repeating it changes nothing.
     *
     * @throws KitProblem.InvalidState after the end of sale (409)
     * @throws KitProblem.Meaningless with everything that is missing (422)
     */
    @Transactional
    public Offering publish(OrgId provider, UUID id) {
        Offering now = store.lock(provider, id).orElseThrow(Offerings::unknown);
        if (now.status() != Step.PUBLISH.to()) {
            possible(now, Step.PUBLISH);
            Version newest = ready(now);
            if (waits(now)) {
                if (!now.is(Decision.AWAITING)) {
                    store.ask(provider, id);
                }
            } else {
                go(now, newest);
            }
        }
        return offerings.offering(id);
    }

    /** An operator must say yes: always after a no, and before the first time where the setting says so. */
    private boolean waits(Offering offering) {
        return offering.is(Decision.REJECTED)
                || offering.is(Decision.AWAITING)
                || (settings.listingApproval() && !offering.is(Decision.APPROVED));
    }

    private Version ready(Offering offering) {
        Optional<Version> newest = versions.newestFit(offering.id());
        List<Problem.Detail> missing = new ArrayList<>();
        if (newest.isEmpty()) {
            missing.addAll(versionsMissing(offering.id()));
        }
        if (plans.of(offering.id()).isEmpty()) {
            missing.add(new Problem.Detail("plans", "there is no plan: add one"));
        }
        if (!missing.isEmpty()) {
            throw new CatalogProblem.NotPublishable("The offering", missing);
        }
        return newest.orElseThrow();
    }

    private List<Problem.Detail> versionsMissing(UUID offering) {
        List<Version> all = versions.of(offering);
        List<Problem.Detail> missing = new ArrayList<>();
        missing.add(new Problem.Detail(
                "versions", all.isEmpty() ? "there is no version: import a flow" : "no version can be published"));
        all.stream()
                .filter(version -> version.status() == VersionStatus.DRAFT)
                .findFirst()
                .ifPresent(newest -> missing.addAll(versions.missing(newest)));
        return missing;
    }

    private void go(Offering offering, Version newest) {
        if (newest.status() != VersionStatus.PUBLISHED) {
            versions.publish(offering.providerOrgId(), newest);
        }
        store.status(offering.providerOrgId(), offering.id(), OfferingStatus.PUBLISHED);
    }

    /** Takes an offering off the list; existing instances go on. Repeating it changes nothing. */
    @Transactional
    public Offering unpublish(OrgId provider, UUID id) {
        return take(provider, id, Step.UNPUBLISH);
    }

    /** No new instances any more, for ever; existing instances go on. Repeating it changes nothing. */
    @Transactional
    public Offering endOfSale(OrgId provider, UUID id) {
        return take(provider, id, Step.END_OF_SALE);
    }

    /** Runs are refused from now on. Repeating it changes nothing. */
    @Transactional
    public Offering endOfLife(OrgId provider, UUID id) {
        return take(provider, id, Step.END_OF_LIFE);
    }

    private Offering take(OrgId provider, UUID id, Step step) {
        Offering now = store.lock(provider, id).orElseThrow(Offerings::unknown);
        if (now.status() != step.to()) {
            possible(now, step);
            store.status(provider, id, step.to());
        }
        return offerings.offering(id);
    }

    private static void possible(Offering now, Step step) {
        if (!step.from().contains(now.status())) {
            throw new KitProblem.InvalidState("An offering that is "
                    + now.status().text() + " cannot become " + step.to().text() + ".");
        }
    }

    /**
     * The operator's yes: a waiting listing is published. Repeating it changes nothing.
     *
     * @throws KitProblem.InvalidState when nobody asked for it (409)
     */
    @Transactional
    public Offering approve(UUID id, @Nullable String reason, String operator) {
        Offering now = store.lockAny(id).orElseThrow(Offerings::unknown);
        if (!now.is(Decision.APPROVED)) {
            if (!now.is(Decision.AWAITING)) {
                throw new KitProblem.InvalidState("This listing does not wait for approval.");
            }
            possible(now, Step.PUBLISH);
            Version newest = ready(now);
            store.decide(now.providerOrgId(), id, Decision.APPROVED, reason, operator);
            go(now, newest);
        }
        return offerings.offering(id);
    }

    /**
     * The operator's no: a waiting listing is not published, a published one is taken off the list. To come back it
     * must be published again and approved. Repeating it changes nothing.
     *
     * @throws KitProblem.InvalidState when it neither waits nor is listed (409)
     */
    @Transactional
    public Offering reject(UUID id, String reason, String operator) {
        Offering now = store.lockAny(id).orElseThrow(Offerings::unknown);
        if (!now.is(Decision.REJECTED)) {
            boolean listed = now.status() == OfferingStatus.PUBLISHED;
            if (!listed && !now.is(Decision.AWAITING)) {
                throw new KitProblem.InvalidState("This listing neither waits for approval nor is published.");
            }
            store.decide(now.providerOrgId(), id, Decision.REJECTED, reason, operator);
            if (listed) {
                store.status(now.providerOrgId(), id, OfferingStatus.PAUSED);
            }
        }
        return offerings.offering(id);
    }
}
