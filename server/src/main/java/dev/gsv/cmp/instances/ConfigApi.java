package dev.gsv.cmp.instances;

import static dev.gsv.cmp.orgs.Need.MEMBER;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.VIEWER;

import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The configuration of an instance over HTTP. */
@RestController
@RequestMapping("/api/v1/instances/{instance_id}/config")
class ConfigApi {

    /** What may be sent: all overrides, or sections of them. */
    record Body(
            @Nullable JsonNode overrides,
            @Nullable JsonNode persona,
            @Nullable JsonNode branding,
            @Nullable JsonNode chat,
            @Nullable JsonNode training) {}

    private final Instances instances;
    private final Configs configs;

    ConfigApi(Instances instances, Configs configs) {
        this.instances = instances;
        this.configs = configs;
    }

    @GetMapping
    @Needs({VIEWER, OPERATOR})
    Configs.Config get(Caller caller, @PathVariable("instance_id") UUID instance) {
        return Configs.Config.of(instances.enter(caller, instance).instance());
    }

    /** Puts the named parts in the place of what was there; parts that are not named stay. */
    @PutMapping
    @Needs(MEMBER)
    Configs.Config replace(
            Caller caller,
            @PathVariable("instance_id") UUID instance,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = Body.class)))
                    @RequestBody
                    JsonNode body) {
        return configs.replace(instances.enter(caller, instance).member().org(), instance, body);
    }

    /** Lays the named parts over what was there; null removes. */
    @PatchMapping
    @Needs(MEMBER)
    Configs.Config patch(
            Caller caller,
            @PathVariable("instance_id") UUID instance,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = Body.class)))
                    @RequestBody
                    JsonNode body) {
        return configs.patch(instances.enter(caller, instance).member().org(), instance, body);
    }
}
