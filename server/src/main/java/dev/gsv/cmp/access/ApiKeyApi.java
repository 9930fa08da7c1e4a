package dev.gsv.cmp.access;

import static dev.gsv.cmp.orgs.Need.ADMIN;

import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Answer;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The API keys of an instance over HTTP; a list without pages, as documented. */
@RestController
@RequestMapping("/api/v1/instances/{instance_id}/api_keys")
class ApiKeyApi {

    private final ApiKeys keys;
    private final Instances instances;
    private final Idempotency idempotency;

    ApiKeyApi(ApiKeys keys, Instances instances, Idempotency idempotency) {
        this.keys = keys;
        this.instances = instances;
        this.idempotency = idempotency;
    }

    @GetMapping
    @Needs(ADMIN)
    List<ApiKey> list(Caller caller, @PathVariable("instance_id") UUID instance) {
        return keys.list(org(caller, instance), instance);
    }

    @PostMapping
    @Needs(ADMIN)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<ApiKey.Shown> create(
            Caller caller, Call call, @PathVariable("instance_id") UUID instance, @RequestBody ApiKey.Wish body) {
        OrgId org = org(caller, instance);
        return idempotency.once(
                org.toString(),
                "api_keys.create",
                call,
                Idempotency.Keep.FOR_EVER,
                ApiKey.Shown::masked,
                () -> Answer.created(keys.create(org, instance, caller.subject(), body)));
    }

    @GetMapping("/{key_id}")
    @Needs(ADMIN)
    ApiKey get(Caller caller, @PathVariable("instance_id") UUID instance, @PathVariable("key_id") UUID key) {
        return keys.find(org(caller, instance), instance, key);
    }

    @PostMapping("/{key_id}/revoke")
    @Needs(ADMIN)
    ApiKey revoke(Caller caller, @PathVariable("instance_id") UUID instance, @PathVariable("key_id") UUID key) {
        return keys.revoke(org(caller, instance), instance, key);
    }

    /** The same as revoking: a key that was used stays in the list. */
    @DeleteMapping("/{key_id}")
    @Needs(ADMIN)
    ApiKey delete(Caller caller, @PathVariable("instance_id") UUID instance, @PathVariable("key_id") UUID key) {
        return keys.revoke(org(caller, instance), instance, key);
    }

    private OrgId org(Caller caller, UUID instance) {
        return instances.enter(caller, instance).member().org();
    }
}
