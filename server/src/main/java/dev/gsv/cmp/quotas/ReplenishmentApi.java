package dev.gsv.cmp.quotas;

import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** What users get on top of their policy, for the operator (sections 9.1 to 9.4 of the quotas contract). */
@RestController
@RequestMapping(Desk.BASE + "/replenishments")
class ReplenishmentApi {

    private static final long TRIAL_DAYS = 7;
    private static final long TRIAL_REQUESTS = 100;
    private static final long TRIAL_TOKENS = 1_000_000;
    private static final long TOP_UP_DAYS = 30;

    /** @param days 1 to 3650, absent is 7 */
    record Trial(
            String userId,
            @Nullable Long days,
            @Nullable Long additionalRequestsPerDay,
            @Nullable Long additionalTokensPerDay,
            @Nullable String bundleId,
            @Nullable String notes) {}

    /** @param expiresInDays absent is 30, null is never, else 1 to 3650 */
    record TopUp(
            String userId,
            @Nullable String bundleId,
            @Nullable Long additionalMaxConcurrent,
            @Nullable Long additionalRequestsPerDay,
            @Nullable Long additionalRequestsPerMonth,
            @Nullable Long additionalTotalRequests,
            @Nullable Long additionalTokensPerHour,
            @Nullable Long additionalTokensPerDay,
            @Nullable Long additionalTokensPerMonth,
            @Nullable Long expiresInDays,
            @Nullable Usd purchaseAmountUsd,
            @Nullable String purchaseId,
            @Nullable String notes) {
        Allowance additions() {
            return new Allowance(
                    additionalMaxConcurrent,
                    additionalRequestsPerDay,
                    additionalRequestsPerMonth,
                    additionalTotalRequests,
                    additionalTokensPerHour,
                    additionalTokensPerDay,
                    additionalTokensPerMonth);
        }
    }

    record Given201(String status, String message, GrantSeen replenishment) {}

    record OfUser(String status, String userId, int creditCount, List<GrantSeen> credits) {}

    record Listed(String status, int count, List<GrantSeen> replenishments) {}

    record UserTotal(
            String tenant,
            String project,
            String userId,
            long creditCount,
            long totalAdditionalRequestsPerDay,
            long totalAdditionalTokensPerDay,
            @Nullable Instant earliestExpiry,
            Instant latestPurchase) {}

    record Users(String status, int userCount, List<UserTotal> users) {}

    record Withdrawn(String status, String message, int deactivated) {}

    private final Replenishments grants;
    private final Desk desk;
    private final dev.gsv.cmp.kit.Patch reader;

    ReplenishmentApi(Replenishments grants, Desk desk, dev.gsv.cmp.kit.Patch reader) {
        this.grants = grants;
        this.desk = desk;
        this.reader = reader;
    }

    @PostMapping("/grant-trial")
    @Needs(OPERATOR)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Given201> trial(
            Caller caller,
            Call call,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @RequestBody Trial body) {
        Place place = desk.place(tenant, project);
        Findings findings = new Findings();
        long days = findings.within("days", body.days(), 1, Given.MAX_DAYS, TRIAL_DAYS);
        findings.refuse();
        long requests = body.additionalRequestsPerDay() == null ? TRIAL_REQUESTS : body.additionalRequestsPerDay();
        long tokens = body.additionalTokensPerDay() == null ? TRIAL_TOKENS : body.additionalTokensPerDay();
        NewGrant grant = new NewGrant(
                body.userId(),
                body.bundleId() == null ? QuotaPolicy.ALL : body.bundleId(),
                new Allowance(null, requests, null, null, null, tokens, null),
                grants.end(days),
                null,
                null,
                body.notes() == null ? days + "-day trial bonus" : body.notes(),
                "trial");
        String message = "Trial granted to " + grant.userId() + " for " + days + " days";
        return desk.once(call, "quotas.trial", () -> given(place, desk.named(tenant, project), grant, message, caller));
    }

    private Given201 given(Place place, Place named, NewGrant grant, String message, Caller caller) {
        UUID id = grants.give(place, grant, caller.subject());
        return new Given201(Desk.OK, message, GrantSeen.of(grants.grant(place, id), named, grants.now()));
    }

    @PostMapping("/top-up")
    @Needs(OPERATOR)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Given201> topUp(
            Caller caller,
            Call call,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = TopUp.class)))
                    @RequestBody
                    JsonNode body) {
        Place place = desk.place(tenant, project);
        // Laid over the default, because an absent number of days is not the same as null.
        TopUp wanted = reader.apply(
                new TopUp("", null, null, null, null, null, null, null, null, TOP_UP_DAYS, null, null, null),
                body,
                TopUp.class);
        Findings findings = new Findings();
        Given.within(findings, "expires_in_days", wanted.expiresInDays(), 1, Given.MAX_DAYS);
        findings.refuse();
        NewGrant grant = new NewGrant(
                wanted.userId(),
                wanted.bundleId() == null ? QuotaPolicy.ALL : wanted.bundleId(),
                wanted.additions(),
                grants.end(wanted.expiresInDays()),
                wanted.purchaseId(),
                wanted.purchaseAmountUsd(),
                wanted.notes() == null ? "Manual top-up" : wanted.notes(),
                "manual");
        String message = "Credits added for " + grant.userId();
        return desk.once(call, "quotas.topup", () -> given(place, desk.named(tenant, project), grant, message, caller));
    }

    @GetMapping("/user/{user_id}")
    @Needs(OPERATOR)
    OfUser ofUser(
            @PathVariable("user_id") String user,
            @RequestParam(name = "include_expired", defaultValue = "false") boolean expiredToo,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        List<GrantSeen> found = seen(
                desk.named(tenant, project),
                grants.list(
                        desk.place(tenant, project),
                        Given.id("user_id", user),
                        null,
                        expiredToo,
                        Listing.of(limit, offset)));
        return new OfUser(Desk.OK, user, found.size(), found);
    }

    private List<GrantSeen> seen(Place named, List<Grant> found) {
        Instant now = grants.now();
        return found.stream().map(grant -> GrantSeen.of(grant, named, now)).toList();
    }

    @GetMapping("/users")
    @Needs(OPERATOR)
    Users users(
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        Place named = desk.named(tenant, project);
        List<UserTotal> found = grants.totals(desk.place(tenant, project), Listing.of(limit, offset)).stream()
                .map(total -> new UserTotal(
                        named.tenant(),
                        named.project(),
                        total.userId(),
                        total.count(),
                        total.requestsPerDay(),
                        total.tokensPerDay(),
                        total.earliestExpiry(),
                        total.latest()))
                .toList();
        return new Users(Desk.OK, found.size(), found);
    }

    @GetMapping
    @Needs(OPERATOR)
    Listed list(
            @RequestParam(name = "user_id") @Nullable String user,
            @RequestParam(name = "bundle_id") @Nullable String bundle,
            @RequestParam(name = "include_expired", defaultValue = "false") boolean expiredToo,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        List<GrantSeen> found = seen(
                desk.named(tenant, project),
                grants.list(desk.place(tenant, project), user, bundle, expiredToo, Listing.of(limit, offset)));
        return new Listed(Desk.OK, found.size(), found);
    }

    @DeleteMapping("/{user_id}/{bundle_id}")
    @Needs(OPERATOR)
    Withdrawn withdraw(
            @PathVariable("user_id") String user,
            @PathVariable("bundle_id") String bundle,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project) {
        int gone =
                grants.withdraw(desk.place(tenant, project), Given.id("user_id", user), Given.id("bundle_id", bundle));
        return new Withdrawn(Desk.OK, "Deactivated " + gone + " grants of " + user, gone);
    }
}
