package dev.gsv.cmp.catalog;

import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Needs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Pricing over HTTP, for the operator: the plans of all sellers, drafts included. */
@RestController
@RequestMapping("/api/v1/admin/plans")
class PricingApi {

    private final Plans plans;

    PricingApi(Plans plans) {
        this.plans = plans;
    }

    /** Newest first. */
    @GetMapping
    @Needs(OPERATOR)
    Page<Plan> all(
            @RequestParam(name = "offering_id") @Nullable UUID offering,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        return plans.page(offering, Page.Slice.of(limit, offset));
    }

    /** What a seller may change of a plan, the operator may as well. Running periods keep the price that was agreed. */
    @PatchMapping("/{plan_id}")
    @Needs(OPERATOR)
    Plan change(
            @PathVariable("plan_id") UUID plan,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = NewPlan.class)))
                    @RequestBody
                    JsonNode body) {
        return plans.changeAny(plan, body);
    }
}
