package dev.gsv.cmp.quotas;

import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The limits of user types, for the operator (section 9.5 of the quotas contract). */
@RestController
@RequestMapping(Desk.BASE)
class QuotaPolicyApi {

    record Seen(
            String userType,
            String bundleId,
            @Nullable Long maxConcurrent,
            @Nullable Long requestsPerDay,
            @Nullable Long requestsPerMonth,
            @Nullable Long totalRequests,
            @Nullable Long tokensPerHour,
            @Nullable Long tokensPerDay,
            @Nullable Long tokensPerMonth,
            String notes,
            boolean strictTokens,
            QuotaPolicy.Scope scope,
            String createdBy,
            Instant createdAt,
            Instant updatedAt) {
        static Seen of(QuotaPolicy policy) {
            Allowance limits = policy.limits();
            return new Seen(
                    policy.userType(),
                    policy.bundleId(),
                    limits.maxConcurrent(),
                    limits.requestsPerDay(),
                    limits.requestsPerMonth(),
                    limits.totalRequests(),
                    limits.tokensPerHour(),
                    limits.tokensPerDay(),
                    limits.tokensPerMonth(),
                    policy.notes(),
                    policy.strictTokens(),
                    policy.scope(),
                    policy.createdBy(),
                    policy.createdAt(),
                    policy.updatedAt());
        }
    }

    record Written(String status, String message, Seen policy) {}

    record Listed(String status, int count, List<Seen> policies) {}

    record Done(String status, String message) {}

    record Type(String userType) {}

    record Assigned(String status, String userId, String userType) {}

    private final QuotaPolicies policies;
    private final Desk desk;

    QuotaPolicyApi(QuotaPolicies policies, Desk desk) {
        this.policies = policies;
        this.desk = desk;
    }

    @PostMapping("/policies/quota")
    @Needs(OPERATOR)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Written> write(
            Caller caller,
            Call call,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = PolicyInput.class)))
                    @RequestBody
                    JsonNode changes) {
        Place place = desk.place(tenant, project);
        Long seen = Desk.seen(ifMatch);
        return desk.once(
                call,
                "quotas.policy",
                () -> policies.write(place, changes, seen, caller.subject()),
                policy -> new Written(Desk.OK, "Quota policy set for " + policy.userType(), Seen.of(policy)),
                QuotaPolicy::version);
    }

    @GetMapping("/policies/quota")
    @Needs(OPERATOR)
    Listed list(
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        List<Seen> found = policies.list(desk.place(tenant, project), Listing.of(limit, offset)).stream()
                .map(Seen::of)
                .toList();
        return new Listed(Desk.OK, found.size(), found);
    }

    @GetMapping("/policies/quota/{user_type}/{bundle_id}")
    @Needs(OPERATOR)
    ResponseEntity<Seen> get(
            @PathVariable("user_type") String userType,
            @PathVariable("bundle_id") String bundle,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project) {
        QuotaPolicy policy = policies.get(desk.place(tenant, project), userType, bundle);
        return Desk.tagged(policy.version(), Seen.of(policy));
    }

    @DeleteMapping("/policies/quota/{user_type}/{bundle_id}")
    @Needs(OPERATOR)
    Done deactivate(
            Caller caller,
            @PathVariable("user_type") String userType,
            @PathVariable("bundle_id") String bundle,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project) {
        policies.deactivate(desk.place(tenant, project), userType, bundle, caller.subject());
        return new Done(Desk.OK, "Quota policy of " + userType + " is inactive");
    }

    /** Which type a user has when their token does not say; it holds in all tenants. */
    @GetMapping("/users/{user_id}/user-type")
    @Needs(OPERATOR)
    Assigned type(@PathVariable("user_id") String user) {
        String type = policies.assigned(Given.id("user_id", user))
                .orElseThrow(() -> new dev.gsv.cmp.kit.KitProblem.NotFound("user type of this user"));
        return new Assigned(Desk.OK, user, type);
    }

    @PutMapping("/users/{user_id}/user-type")
    @Needs(OPERATOR)
    Assigned assign(Caller caller, @PathVariable("user_id") String user, @RequestBody Type body) {
        String type = Given.id("user_type", body.userType());
        policies.assign(Given.id("user_id", user), type, caller.subject());
        return new Assigned(Desk.OK, user, type);
    }

    @DeleteMapping("/users/{user_id}/user-type")
    @Needs(OPERATOR)
    Done unassign(@PathVariable("user_id") String user) {
        policies.unassign(Given.id("user_id", user));
        return new Done(Desk.OK, "The plan decides the user type again");
    }
}
