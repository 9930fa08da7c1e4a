package dev.gsv.cmp.quotas;

import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.PERSON;
import static dev.gsv.cmp.orgs.Scope.USAGE_READ;

import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** How a quota stands (section 10 of the quotas contract). */
@RestController
class BreakdownApi {

    private final Breakdowns breakdowns;
    private final Desk desk;

    BreakdownApi(Breakdowns breakdowns, Desk desk) {
        this.breakdowns = breakdowns;
        this.desk = desk;
    }

    /** Without a tenant: the use in all tenants. A bundle of {@code *} is the use of all bundles. */
    @GetMapping(Desk.BASE + "/users/{user_id}/quota-breakdown")
    @Needs(OPERATOR)
    Breakdown ofUser(
            @PathVariable("user_id") String user,
            @RequestParam("user_type") String userType,
            @RequestParam(name = "bundle_id", defaultValue = QuotaPolicy.ALL) String bundle,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project) {
        return breakdowns.of(
                desk.place(tenant, project),
                Given.id("user_id", user),
                Given.id("user_type", userType),
                Given.id("bundle_id", bundle));
    }

    @GetMapping("/api/v1/me/quota-breakdown")
    @Needs(value = PERSON, keys = USAGE_READ)
    Breakdown mine(
            Caller caller,
            @RequestParam(name = "bundle_id", defaultValue = QuotaPolicy.ALL) String bundle,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project) {
        return breakdowns.mine(desk.place(tenant, project), caller, Given.id("bundle_id", bundle));
    }
}
