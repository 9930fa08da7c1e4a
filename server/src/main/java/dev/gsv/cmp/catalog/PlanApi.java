package dev.gsv.cmp.catalog;

import static dev.gsv.cmp.orgs.Need.ADMIN;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Open;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
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
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Plans of an offering over HTTP. */
@RestController
@RequestMapping("/api/v1/offerings/{offering_id}/plans")
class PlanApi {

    private final Offerings offerings;
    private final Plans plans;

    PlanApi(Offerings offerings, Plans plans) {
        this.offerings = offerings;
        this.plans = plans;
    }

    @GetMapping
    @Open(because = "the published catalogue is for everybody; drafts are hidden from strangers")
    Page<Plan> list(@Nullable Caller caller, @PathVariable("offering_id") String offering) {
        return whole(offerings.shown(caller, offering).plans());
    }

    private static Page<Plan> whole(List<Plan> plans) {
        return Page.of(plans.size(), Page.Slice.first(), plans);
    }

    @GetMapping("/{plan_id}")
    @Open(because = "the published catalogue is for everybody; drafts are hidden from strangers")
    Plan get(
            @Nullable Caller caller, @PathVariable("offering_id") String offering, @PathVariable("plan_id") UUID plan) {
        return offerings.shown(caller, offering).plans().stream()
                .filter(found -> found.id().equals(plan))
                .findFirst()
                .orElseThrow(() -> new KitProblem.NotFound("plan"));
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Needs(ADMIN)
    Plan add(Caller caller, @PathVariable("offering_id") String offering, @RequestBody NewPlan body) {
        Offerings.Own own = offerings.enter(caller, offering);
        return plans.addPlan(own.seller().org(), own.offering(), body);
    }

    /** Adds Starter, Professional and Enterprise as the pricing template (section 12.3) has them. */
    @PostMapping("/template")
    @ResponseStatus(HttpStatus.CREATED)
    @Needs(ADMIN)
    Page<Plan> template(Caller caller, @PathVariable("offering_id") String offering) {
        Offerings.Own own = offerings.enter(caller, offering);
        return whole(plans.addTemplate(own.seller().org(), own.offering()));
    }

    @PatchMapping("/{plan_id}")
    @Needs(ADMIN)
    Plan change(
            Caller caller,
            @PathVariable("offering_id") String offering,
            @PathVariable("plan_id") UUID plan,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = NewPlan.class)))
                    @RequestBody
                    JsonNode body) {
        return plans.change(offerings.enter(caller, offering), plan, body);
    }

    @DeleteMapping("/{plan_id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Needs(ADMIN)
    void delete(Caller caller, @PathVariable("offering_id") String offering, @PathVariable("plan_id") UUID plan) {
        plans.delete(offerings.enter(caller, offering), plan);
    }
}
