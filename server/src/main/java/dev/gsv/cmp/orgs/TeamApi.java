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

/** The teams of an organization over HTTP. */
@RestController
@RequestMapping("/api/v1/orgs/{org_id}/teams")
class TeamApi {

    private final Orgs orgs;
    private final Teams teams;
    private final Idempotency idempotency;

    TeamApi(Orgs orgs, Teams teams, Idempotency idempotency) {
        this.orgs = orgs;
        this.teams = teams;
        this.idempotency = idempotency;
    }

    @GetMapping
    @Needs({VIEWER, OPERATOR})
    Page<Team> list(
            Caller caller,
            @PathVariable("org_id") UUID org,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        return teams.list(orgs.enter(caller, org).org(), Page.Slice.of(limit, offset));
    }

    @PostMapping
    @Needs(ADMIN)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Team> create(
            Caller caller, Call call, @PathVariable("org_id") UUID org, @RequestBody NamedPart body) {
        OrgId id = orgs.enter(caller, org).org();
        return idempotency.once(
                id.toString(),
                "teams.create",
                call,
                Idempotency.Keep.TWO_DAYS,
                () -> Answer.created(teams.create(id, body)));
    }

    @GetMapping("/{team_id}")
    @Needs({VIEWER, OPERATOR})
    Team get(Caller caller, @PathVariable("org_id") UUID org, @PathVariable("team_id") UUID team) {
        return teams.find(orgs.enter(caller, org).org(), team);
    }

    @PatchMapping("/{team_id}")
    @Needs(ADMIN)
    Team change(
            Caller caller,
            @PathVariable("org_id") UUID org,
            @PathVariable("team_id") UUID team,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = NamedPart.class)))
                    @RequestBody
                    JsonNode changes) {
        return teams.change(orgs.enter(caller, org).org(), team, changes);
    }

    @DeleteMapping("/{team_id}")
    @Needs(ADMIN)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Caller caller, @PathVariable("org_id") UUID org, @PathVariable("team_id") UUID team) {
        teams.delete(orgs.enter(caller, org).org(), team);
    }
}
