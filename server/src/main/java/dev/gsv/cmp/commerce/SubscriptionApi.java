package dev.gsv.cmp.commerce;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.MEMBER;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.SERVICE;

import dev.gsv.cmp.instances.Instance;
import dev.gsv.cmp.instances.InstanceState;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Answer;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Idempotency.Keep;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Patch;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Member;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.Orgs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Subscriptions over HTTP: an instance is what one gets. */
@RestController
@RequestMapping("/api/v1/instances")
class SubscriptionApi {

    private static final int MAX_SLUG = 255;

    /**
     * A trial that somebody asks for.
     *
     * @param orgId for whom; absent is the caller's first organization, made when there is none
     */
    record TrialBody(@Nullable String productSlug, @Nullable UUID orgId) {}

    /** A trial that has started. */
    record Trial(UUID instanceId, InstanceState state, Credits trialCreditsGranted, String redirectUrl) {}

    /** What may be changed; absent stays. */
    record ChangeBody(
            @Nullable String name,
            @Nullable JsonNode overrides,
            @Nullable UUID planId,
            @Nullable UUID offeringVersionId) {}

    private final Subscriptions subscriptions;
    private final Instances instances;
    private final Orgs orgs;
    private final Idempotency idempotency;
    private final Patch patch;

    SubscriptionApi(Subscriptions subscriptions, Instances instances, Orgs orgs, Idempotency idempotency, Patch patch) {
        this.subscriptions = subscriptions;
        this.patch = patch;
        this.instances = instances;
        this.orgs = orgs;
        this.idempotency = idempotency;
    }

    /** Subscribes. The same key makes one instance, and answers 201 each time. */
    @PostMapping
    @Needs({ADMIN, OPERATOR, SERVICE})
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Instance> subscribe(Caller caller, Call call, @RequestBody Subscription body) {
        Member member = orgs.enter(caller, body.orgId());
        return idempotency.once(
                member.org().toString(),
                "instances.create",
                call,
                Keep.FOR_EVER,
                () -> Answer.created(subscriptions.subscribe(member, body, call.key(), caller.aboveOrgs())));
    }

    /** Starts the trial of a product, once per organization and offering. */
    @PostMapping("/trial")
    @Needs(ADMIN)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Trial> trial(Caller caller, Call call, @RequestBody TrialBody body) {
        Findings findings = new Findings();
        String slug = findings.name("product_slug", body.productSlug(), MAX_SLUG);
        findings.refuse();
        Subscriptions.Buyer buyer = subscriptions.buyer(caller, body.orgId());
        Member member = orgs.enter(caller, buyer.org().value());
        return idempotency.once(member.org().toString(), "instances.trial", call, Keep.FOR_EVER, () -> {
            Instance made = subscriptions.startTrial(member, slug, call.key());
            return Answer.created(new Trial(made.id(), made.state(), buyer.granted(), "/run/" + made.id()));
        });
    }

    /** Changes what is named. Overrides are laid over the stored ones; null removes. */
    @PatchMapping("/{instance_id}")
    @Needs({MEMBER, OPERATOR})
    ResponseEntity<Instance> patch(
            Caller caller,
            Call call,
            @PathVariable("instance_id") UUID instance,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = ChangeBody.class)))
                    @RequestBody
                    JsonNode body) {
        return change(caller, call, instance, body, false);
    }

    /** Changes what is named. Overrides take the place of the stored ones. */
    @PutMapping("/{instance_id}")
    @Needs({MEMBER, OPERATOR})
    ResponseEntity<Instance> replace(
            Caller caller,
            Call call,
            @PathVariable("instance_id") UUID instance,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = ChangeBody.class)))
                    @RequestBody
                    JsonNode body) {
        return change(caller, call, instance, body, true);
    }

    private ResponseEntity<Instance> change(Caller caller, Call call, UUID instance, JsonNode body, boolean replace) {
        Member member = instances.enter(caller, instance).member();
        if (body.has("state")) {
            throw new KitProblem.Invalid("state", "is changed by pause, resume and DELETE, never set");
        }
        ChangeBody asked = patch.apply(new ChangeBody(null, null, null, null), body, ChangeBody.class);
        boolean clears = body.has("overrides") && body.get("overrides").isNull();
        Subscriptions.Change change = new Subscriptions.Change(
                asked.name(),
                clears ? JsonNodeFactory.instance.objectNode() : overrides(asked),
                replace || clears,
                asked.planId(),
                asked.offeringVersionId());
        return idempotency.once(
                member.org().toString(),
                "instances.change",
                call,
                Keep.FOR_EVER,
                () -> Answer.ok(subscriptions.change(member, instance, change, caller.aboveOrgs())));
    }

    private static @Nullable ObjectNode overrides(ChangeBody asked) {
        if (asked.overrides() == null || asked.overrides().isNull()) {
            return null;
        }
        Findings findings = new Findings();
        JsonNode overrides = findings.object("overrides", asked.overrides(), Instances.MAX_OVERRIDES_CHARACTERS);
        findings.refuse();
        return (ObjectNode) overrides;
    }
}
