package dev.gsv.cmp.instances;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.SERVICE;
import static dev.gsv.cmp.orgs.Need.VIEWER;
import static dev.gsv.cmp.orgs.Scope.MODELS_READ;

import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Instances over HTTP. Creating and changing one may cost something and belongs to the room that sells. */
@RestController
@RequestMapping("/api/v1/instances")
class InstanceApi {

    private final Instances instances;
    private final Configs configs;

    InstanceApi(Instances instances, Configs configs) {
        this.instances = instances;
        this.configs = configs;
    }

    @GetMapping
    @Needs({VIEWER, OPERATOR, SERVICE})
    Page<Instance> list(
            Caller caller,
            @RequestParam(name = "org_id") @Nullable UUID org,
            @RequestParam(name = "project_id") @Nullable UUID project,
            @RequestParam @Nullable String state,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        return instances.list(
                caller, org, project, state == null ? null : InstanceState.parse(state), Page.Slice.of(limit, offset));
    }

    @GetMapping("/{instance_id}")
    @Needs(
            value = {VIEWER, OPERATOR, SERVICE},
            keys = MODELS_READ)
    Instance get(Caller caller, @PathVariable("instance_id") UUID instance) {
        return instances.enter(caller, instance).instance();
    }

    @DeleteMapping("/{instance_id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Needs({ADMIN, OPERATOR})
    void terminate(Caller caller, @PathVariable("instance_id") UUID instance) {
        instances.terminate(instances.enter(caller, instance).member().org(), instance);
    }

    @PostMapping("/{instance_id}/pause")
    @Needs({ADMIN, OPERATOR})
    Instance pause(Caller caller, @PathVariable("instance_id") UUID instance) {
        return instances.pause(instances.enter(caller, instance).member().org(), instance);
    }

    @PostMapping("/{instance_id}/resume")
    @Needs({ADMIN, OPERATOR})
    Instance resume(Caller caller, @PathVariable("instance_id") UUID instance) {
        return instances.resume(instances.enter(caller, instance).member().org(), instance);
    }

    @GetMapping("/{instance_id}/entitlements")
    @Needs(
            value = {VIEWER, OPERATOR, SERVICE},
            keys = MODELS_READ)
    Configs.Entitlements entitlements(Caller caller, @PathVariable("instance_id") UUID instance) {
        return configs.entitlements(instances.enter(caller, instance).instance());
    }
}
