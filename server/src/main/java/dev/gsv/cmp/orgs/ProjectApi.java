package dev.gsv.cmp.orgs;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.VIEWER;

import dev.gsv.cmp.kit.Answer;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Page;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
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

/** The projects of an organization over HTTP. */
@RestController
@RequestMapping("/api/v1/orgs/{org_id}/projects")
class ProjectApi {

    private final Orgs orgs;
    private final Projects projects;
    private final Idempotency idempotency;

    ProjectApi(Orgs orgs, Projects projects, Idempotency idempotency) {
        this.orgs = orgs;
        this.projects = projects;
        this.idempotency = idempotency;
    }

    @GetMapping
    @Needs({VIEWER, OPERATOR})
    Page<Project> list(
            Caller caller,
            @PathVariable("org_id") UUID org,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        return projects.list(orgs.enter(caller, org).org(), Page.Slice.of(limit, offset));
    }

    @PostMapping
    @Needs(ADMIN)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Project> create(
            Caller caller, Call call, @PathVariable("org_id") UUID org, @RequestBody NamedPart body) {
        OrgId id = orgs.enter(caller, org).org();
        return idempotency.once(
                id.toString(),
                "projects.create",
                call,
                Idempotency.Keep.TWO_DAYS,
                () -> Answer.created(projects.create(id, body)));
    }

    @GetMapping("/{project_id}")
    @Needs({VIEWER, OPERATOR})
    Project get(Caller caller, @PathVariable("org_id") UUID org, @PathVariable("project_id") UUID project) {
        return projects.find(orgs.enter(caller, org).org(), project);
    }

    @PatchMapping("/{project_id}")
    @Needs(ADMIN)
    Project change(
            Caller caller,
            @PathVariable("org_id") UUID org,
            @PathVariable("project_id") UUID project,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = NamedPart.class)))
                    @RequestBody
                    JsonNode changes) {
        return projects.change(orgs.enter(caller, org).org(), project, changes);
    }

    @DeleteMapping("/{project_id}")
    @Needs(ADMIN)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Caller caller, @PathVariable("org_id") UUID org, @PathVariable("project_id") UUID project) {
        projects.delete(orgs.enter(caller, org).org(), project);
    }
}
