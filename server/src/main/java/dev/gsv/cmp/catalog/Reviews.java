package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What buyers say, and the rating that comes of it. Whether somebody has used an offering is known by another room. */
@Service
public class Reviews {

    static final int MAX_TEXT = 5000;
    private static final int MOST_STARS = 5;

    private final ReviewStore store;
    private final OfferingStore offerings;
    private final Offerings shown;
    private final Ids ids;

    Reviews(ReviewStore store, OfferingStore offerings, Offerings shown, Ids ids) {
        this.store = store;
        this.offerings = offerings;
        this.shown = shown;
        this.ids = ids;
    }

    /** Newest first, without names. */
    Page<Review> of(@Nullable Caller caller, String idOrSlug, Page.Slice slice) {
        return store.of(shown.shown(caller, idOrSlug).id(), slice);
    }

    /**
     * Adds the review of an organization that has used the offering; the caller of this method made sure of that.
     *
     * @param author subject of the person who writes, kept and not shown
     * @throws KitProblem.Duplicate when the organization has reviewed it before (409)
     * @throws KitProblem.PermissionDenied when the organization sells it (403)
     */
    @Transactional
    public Review add(OrgId org, String author, UUID offering, @Nullable Integer stars, @Nullable String text) {
        Findings findings = new Findings();
        int given = findings.required("stars", stars, 1);
        if (given < 1 || given > MOST_STARS) {
            findings.meaning("stars", "must be between 1 and " + MOST_STARS);
        }
        String words = findings.text("text", text, MAX_TEXT);
        findings.refuse();
        Offering reviewed = offerings.find(offering).orElseThrow(Offerings::unknown);
        if (reviewed.providerOrgId().equals(org)) {
            throw new KitProblem.PermissionDenied("A seller does not review an offering of their own.");
        }
        if (!store.insert(org, offering, ids.next(), author, given, words)) {
            throw new KitProblem.Duplicate("Your organization has reviewed this offering already.");
        }
        offerings.rated(offering, given);
        return store.find(org, offering);
    }
}
