package dev.gsv.cmp.catalog;

import static dev.gsv.cmp.orgs.Need.ADMIN;

import dev.gsv.cmp.kit.Aliases;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Open;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Offerings over HTTP; under {@code provider-agents} only those of the caller's own organization. */
@RestController
@RequestMapping("/api/v1/offerings")
class OfferingApi {

    static final int MAX_ENRICHED = 200;
    private static final int MAX_ID = 255;

    /**
     * An offering to be created.
     *
     * @param providerOrgId who sells; absent is the caller's first organization
     * @param plansTemplate true also adds the plans of the pricing template (section 12.3)
     */
    record Body(
            @Nullable UUID providerOrgId,
            @Nullable String name,
            @Nullable Kind category,
            @Nullable List<String> valueStreams,
            @Nullable String description,
            @Nullable String slug,
            @Nullable String saleorProductId,
            @Nullable String thumbnailUrl,
            @Nullable List<String> exampleQuestions,
            @Nullable Boolean plansTemplate) {

        @SuppressWarnings("NullAway") // The record refuses what is missing, together with all else that is wrong.
        NewOffering wanted() {
            return new NewOffering(
                    name, category, valueStreams, description, slug, saleorProductId, thumbnailUrl, exampleQuestions);
        }
    }

    /** What may be changed; absent stays. Who sells it stays for ever; template plans have a call of their own. */
    record Changes(
            @Nullable String name,
            @Nullable Kind category,
            @Nullable List<String> valueStreams,
            @Nullable String description,
            @Nullable String slug,
            @Nullable String saleorProductId,
            @Nullable String thumbnailUrl,
            @Nullable List<String> exampleQuestions) {}

    record Products(@Nullable List<String> saleorProductIds) {}

    /** What the shop shows next to a product of its own. */
    record Enriched(
            String saleorProductId, UUID offeringId, Kind category, List<String> capabilities, List<Plan> plans) {}

    record Enrichment(List<Enriched> offerings) {}

    private final Offerings offerings;
    private final Plans plans;
    private final Orgs orgs;

    OfferingApi(Offerings offerings, Plans plans, Orgs orgs) {
        this.offerings = offerings;
        this.plans = plans;
        this.orgs = orgs;
    }

    @GetMapping
    @Open(because = "the published catalogue is for everybody")
    Page<Offering> list(
            @Nullable Caller caller,
            HttpServletRequest request,
            @RequestParam @Nullable String category,
            @RequestParam @Nullable String search,
            @RequestParam(name = "value_stream") @Nullable String valueStream,
            @RequestParam @Nullable UUID provider,
            @RequestParam @Nullable String status,
            @RequestParam @Nullable String ordering,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        boolean own = request.getAttribute(Aliases.OWN_OFFERINGS) != null;
        UUID seller = own ? ownOrganization(caller).value() : provider;
        boolean searching = search != null && !search.isBlank();
        return offerings.search(
                new Search(
                        search,
                        category == null ? null : Kind.parse(category),
                        valueStream,
                        seller,
                        status,
                        Search.Ordering.parse(ordering, searching),
                        seller != null && offerings.insider(caller, seller)),
                Page.Slice.of(limit, offset));
    }

    private OrgId ownOrganization(@Nullable Caller caller) {
        if (caller == null) {
            throw new KitProblem.Unauthenticated();
        }
        return orgs.first(caller);
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Needs(ADMIN)
    Offering create(Caller caller, @RequestBody Body body) {
        UUID provider = body.providerOrgId() == null ? orgs.first(caller).value() : body.providerOrgId();
        OrgId seller = orgs.enter(caller, provider).org();
        return Boolean.TRUE.equals(body.plansTemplate())
                ? plans.createWithTemplate(seller, body.wanted())
                : offerings.create(seller, body.wanted());
    }

    @GetMapping("/{offering_id}")
    @Open(because = "the published catalogue is for everybody; drafts are hidden from strangers")
    Offering get(@Nullable Caller caller, @PathVariable("offering_id") String offering) {
        return offerings.shown(caller, offering);
    }

    @PatchMapping("/{offering_id}")
    @Needs(ADMIN)
    Offering change(
            Caller caller,
            @PathVariable("offering_id") String offering,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = Changes.class)))
                    @RequestBody
                    JsonNode body) {
        return offerings.change(offerings.enter(caller, offering), body);
    }

    @DeleteMapping("/{offering_id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Needs(ADMIN)
    void delete(Caller caller, @PathVariable("offering_id") String offering) {
        offerings.delete(offerings.enter(caller, offering));
    }

    @PostMapping("/enrich")
    @Open(because = "the shop shows the published catalogue to everybody")
    Enrichment enrich(@RequestBody Products body) {
        Findings findings = new Findings();
        if (body.saleorProductIds() == null) {
            findings.shape("saleor_product_ids", "is required");
        }
        List<String> products = findings.names("saleor_product_ids", body.saleorProductIds(), MAX_ENRICHED, MAX_ID);
        findings.refuse();
        return new Enrichment(offerings.bySaleorProducts(products).stream()
                .map(offering -> new Enriched(
                        String.valueOf(offering.saleorProductId()),
                        offering.id(),
                        offering.category(),
                        offering.capabilities(),
                        offering.plans()))
                .toList());
    }
}
