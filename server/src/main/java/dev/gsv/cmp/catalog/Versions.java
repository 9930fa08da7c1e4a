package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.OrgsProblem;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Versions of offerings: added once, never changed, moved through their states (section 4.2). */
@Service
public class Versions {

    /** How many versions one offering may have. */
    public static final int MAX_VERSIONS = 1000;

    private final VersionStore store;
    private final OfferingStore offerings;
    private final Capabilities capabilities;
    private final CatalogSettings settings;
    private final Ids ids;

    Versions(
            VersionStore store, OfferingStore offerings, Capabilities capabilities, CatalogSettings settings, Ids ids) {
        this.store = store;
        this.offerings = offerings;
        this.capabilities = capabilities;
        this.settings = settings;
        this.ids = ids;
    }

    /** A version for other rooms, whatever its status. */
    public Version version(UUID id) {
        return store.find(id).orElseThrow(Versions::unknown);
    }

    /** The keys of all artifacts that versions of these offerings have, whatever their status. */
    public Set<String> artifacts(Collection<UUID> offerings) {
        return store.artifacts(offerings);
    }

    /** Newest first, at most {@link #MAX_VERSIONS}. */
    List<Version> of(UUID offering) {
        return store.of(offering, MAX_VERSIONS);
    }

    /**
     * Adds a draft.
     *
     * @throws KitProblem.NotFound when the offering is unknown or another organization's
     * @throws KitProblem.Duplicate when the label is taken (409)
     * @throws KitProblem.Meaningless when a capability is not in the registry (422)
     */
    @Transactional
    public Version addVersion(OrgId provider, UUID offering, NewVersion wanted) {
        List<Problem.Detail> strange = wanted.capabilities().stream()
                .filter(id -> capabilities.find(id).isEmpty())
                .map(id -> new Problem.Detail("capabilities", "'" + id + "' is not in the registry"))
                .toList();
        if (!strange.isEmpty()) {
            throw new KitProblem.Meaningless("A capability is unknown; GET /api/v1/capabilities lists them.", strange);
        }
        Offering now = offerings.lock(provider, offering).orElseThrow(Offerings::unknown);
        if (now.status() == OfferingStatus.EOS || now.status() == OfferingStatus.EOL) {
            throw new KitProblem.InvalidState("The sale of this offering has ended: it takes no more versions.");
        }
        if (store.of(offering, MAX_VERSIONS).size() >= MAX_VERSIONS) {
            throw new OrgsProblem.LimitReached("versions of one offering", MAX_VERSIONS);
        }
        UUID id = wanted.id() == null ? ids.next() : wanted.id();
        if (!store.insert(provider, offering, id, wanted)) {
            throw new KitProblem.Duplicate("The version '" + wanted.label() + "' exists already.");
        }
        return version(id);
    }

    /**
     * Takes a step. Repeating it changes nothing.
     *
     * @throws KitProblem.InvalidState when the step is not possible from here, or would leave a published offering
     *     without a published version (409)
     * @throws KitProblem.Meaningless when a version that cannot run would be published (422)
     */
    @Transactional
    Version move(Offerings.Own own, UUID id, VersionStatus to) {
        OrgId provider = own.seller().org();
        Offering offering = offerings.lock(provider, own.offering()).orElseThrow(Offerings::unknown);
        Version version = store.find(id)
                .filter(found -> found.offeringId().equals(offering.id()))
                .orElseThrow(Versions::unknown);
        if (version.status() == to) {
            return version;
        }
        if (!to.from().contains(version.status())) {
            throw new KitProblem.InvalidState(
                    "A version that is " + version.status().text() + " cannot become " + to.text() + ".");
        }
        if (to == VersionStatus.PUBLISHED) {
            List<Problem.Detail> missing = missing(version);
            if (!missing.isEmpty()) {
                throw new CatalogProblem.NotPublishable("This version", missing);
            }
        } else if (offering.status() == OfferingStatus.PUBLISHED && isOnlyPublished(version)) {
            throw new KitProblem.InvalidState(
                    "This is the only published version of a published offering. Publish another one first,"
                            + " or unpublish the offering.");
        }
        store.status(provider, offering.id(), id, to);
        return version(id);
    }

    private boolean isOnlyPublished(Version version) {
        return of(version.offeringId()).stream()
                .filter(other -> other.status() == VersionStatus.PUBLISHED)
                .allMatch(other -> other.id().equals(version.id()));
    }

    /** What keeps a version from being published; empty when nothing does. */
    List<Problem.Detail> missing(Version version) {
        String path = "versions." + version.versionLabel();
        if (!version.valid()) {
            return List.of(new Problem.Detail(path, "the checks found errors: see its findings"));
        }
        if (!settings.runtimes().contains(version.runtime())) {
            return List.of(new Problem.Detail(
                    path, "needs the runtime '" + version.runtime() + "', which is not available here"));
        }
        return List.of();
    }

    /** The newest version that can be published or is. */
    Optional<Version> newestFit(UUID offering) {
        return of(offering).stream()
                .filter(version ->
                        version.status() == VersionStatus.DRAFT || version.status() == VersionStatus.PUBLISHED)
                .filter(version -> missing(version).isEmpty())
                .findFirst();
    }

    /** Publishes a draft within a transaction that holds the offering. */
    void publish(OrgId provider, Version version) {
        store.status(provider, version.offeringId(), version.id(), VersionStatus.PUBLISHED);
    }

    private static KitProblem.NotFound unknown() {
        return new KitProblem.NotFound("offering version");
    }
}
