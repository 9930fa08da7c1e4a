package dev.gsv.cmp.catalog;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Publishing over HTTP: the seller's steps and the operator's decision. */
@RestController
@RequestMapping("/api/v1")
class PublishingApi {

    static final int MAX_REASON = 2000;

    /**
     * The operator's word.
     *
     * @param decision {@code approve} or {@code reject}
     * @param reason shown to the seller; needed to reject
     */
    record Word(@Nullable String decision, @Nullable String reason) {}

    private final Offerings offerings;
    private final Publishing publishing;

    PublishingApi(Offerings offerings, Publishing publishing) {
        this.offerings = offerings;
        this.publishing = publishing;
    }

    @PostMapping("/offerings/{offering_id}/publish")
    @Needs(ADMIN)
    Offering publish(Caller caller, @PathVariable("offering_id") String offering) {
        Offerings.Own own = offerings.enter(caller, offering);
        publishing.ask(own.offering());
        return publishing.publish(own.seller().org(), own.offering());
    }

    @PostMapping("/offerings/{offering_id}/unpublish")
    @Needs(ADMIN)
    Offering unpublish(Caller caller, @PathVariable("offering_id") String offering) {
        return step(caller, offering, publishing::unpublish);
    }

    @PostMapping("/offerings/{offering_id}/end-of-sale")
    @Needs(ADMIN)
    Offering endOfSale(Caller caller, @PathVariable("offering_id") String offering) {
        return step(caller, offering, publishing::endOfSale);
    }

    @PostMapping("/offerings/{offering_id}/end-of-life")
    @Needs(ADMIN)
    Offering endOfLife(Caller caller, @PathVariable("offering_id") String offering) {
        return step(caller, offering, publishing::endOfLife);
    }

    private Offering step(Caller caller, String offering, BiFunction<OrgId, UUID, Offering> step) {
        Offerings.Own own = offerings.enter(caller, offering);
        return step.apply(own.seller().org(), own.offering());
    }

    @GetMapping("/admin/offerings")
    @Needs(OPERATOR)
    Page<Offering> all(
            @RequestParam @Nullable String status,
            @RequestParam @Nullable String category,
            @RequestParam @Nullable String search,
            @RequestParam @Nullable UUID provider,
            @RequestParam @Nullable String ordering,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        boolean searching = search != null && !search.isBlank();
        return offerings.search(
                new Search(
                        search,
                        category == null ? null : Kind.parse(category),
                        null,
                        provider,
                        status,
                        Search.Ordering.parse(ordering, searching),
                        true),
                Page.Slice.of(limit, offset));
    }

    @PostMapping("/admin/offerings/{offering_id}/approval")
    @Needs(OPERATOR)
    Offering decide(Caller caller, @PathVariable("offering_id") UUID offering, @RequestBody Word body) {
        Findings findings = new Findings();
        String decision = findings.required("decision", body.decision(), "");
        boolean approves = decision.equals("approve");
        if (body.decision() != null && !approves && !decision.equals("reject")) {
            findings.shape("decision", "must be approve or reject");
        }
        String reason = findings.text("reason", body.reason(), MAX_REASON);
        if (!approves && reason.isBlank()) {
            findings.shape("reason", "is required to reject: the seller must know what to change");
        }
        findings.refuse();
        return approves
                ? publishing.approve(offering, reason.isBlank() ? null : reason, caller.subject())
                : publishing.reject(offering, reason, caller.subject());
    }
}
