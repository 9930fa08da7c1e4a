package dev.gsv.cmp.quotas;

import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.kit.Patch;
import dev.gsv.cmp.orgs.Needs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** One grant, for the operator (section 9.4 of the quotas contract). */
@RestController
@RequestMapping(Desk.BASE + "/grants/{id}")
class QuotaGrantApi {

    private final Replenishments grants;
    private final Desk desk;
    private final Patch patch;

    QuotaGrantApi(Replenishments grants, Desk desk, Patch patch) {
        this.grants = grants;
        this.desk = desk;
        this.patch = patch;
    }

    @GetMapping
    @Needs(OPERATOR)
    ResponseEntity<GrantSeen> get(
            @PathVariable UUID id, @RequestParam @Nullable String tenant, @RequestParam @Nullable String project) {
        return seen(desk.named(tenant, project), grants.grant(desk.place(tenant, project), id));
    }

    private ResponseEntity<GrantSeen> seen(Place named, Grant grant) {
        return Desk.tagged(grant.version(), GrantSeen.of(grant, named, grants.now()));
    }

    @PatchMapping
    @Needs(OPERATOR)
    ResponseEntity<GrantSeen> change(
            @PathVariable UUID id,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = GrantPatch.class)))
                    @RequestBody
                    JsonNode changes) {
        UnaryOperator<GrantPatch> change = before -> patch.apply(before, changes, GrantPatch.class);
        return seen(
                desk.named(tenant, project),
                grants.change(desk.place(tenant, project), id, Desk.seen(ifMatch), change));
    }

    /** Withdraws the grant; its row stays. */
    @DeleteMapping
    @Needs(OPERATOR)
    ResponseEntity<GrantSeen> withdraw(
            @PathVariable UUID id, @RequestParam @Nullable String tenant, @RequestParam @Nullable String project) {
        return seen(
                desk.named(tenant, project),
                grants.change(desk.place(tenant, project), id, null, GrantPatch::withdrawn));
    }
}
