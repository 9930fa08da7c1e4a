package dev.gsv.cmp.orgs;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.OWNER;
import static dev.gsv.cmp.orgs.Need.PERSON;
import static dev.gsv.cmp.orgs.Need.VIEWER;

import dev.gsv.cmp.kit.Answer;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Page;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
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

/** Organizations over HTTP. {@code POST /orgs/auto} also opens a wallet and is therefore a route of billing. */
@RestController
@RequestMapping("/api/v1/orgs")
class OrgApi {

    /**
     * An organization as somebody sees it.
     *
     * @param role of the caller in it; null for the operator
     */
    record Seen(
            OrgId id,
            String name,
            String slug,
            String ownerId,
            boolean isProvider,
            Organization.Status status,
            @Nullable Role role,
            Instant createdAt,
            Instant updatedAt) {

        static Seen of(Organization org, @Nullable Role role) {
            return new Seen(
                    org.id(),
                    org.name(),
                    org.slug(),
                    org.ownerId(),
                    org.isProvider(),
                    org.status(),
                    role,
                    org.createdAt(),
                    org.updatedAt());
        }
    }

    private final Orgs orgs;
    private final Idempotency idempotency;

    OrgApi(Orgs orgs, Idempotency idempotency) {
        this.orgs = orgs;
        this.idempotency = idempotency;
    }

    @GetMapping
    @Needs(PERSON)
    Page<Seen> list(Caller caller, @RequestParam @Nullable Integer limit, @RequestParam @Nullable Integer offset) {
        return orgs.joinedAs(caller, Page.Slice.of(limit, offset))
                .map(joined -> Seen.of(joined.organization(), joined.role()));
    }

    @PostMapping
    @Needs(PERSON)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Seen> create(Caller caller, Call call, @RequestBody NewOrganization body) {
        return idempotency.once(
                "person:" + caller.person(),
                "orgs.create",
                call,
                Idempotency.Keep.FOR_EVER,
                () -> Answer.created(Seen.of(orgs.create(caller, body), Role.OWNER)));
    }

    @GetMapping("/{org_id}")
    @Needs({VIEWER, OPERATOR})
    Seen get(Caller caller, @PathVariable("org_id") UUID org) {
        OrgId id = orgs.enter(caller, org).org();
        return Seen.of(orgs.organization(id), orgs.role(caller, org).orElse(null));
    }

    @PatchMapping("/{org_id}")
    @Needs(ADMIN)
    Seen change(
            Caller caller,
            @PathVariable("org_id") UUID org,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = NewOrganization.class)))
                    @RequestBody
                    JsonNode changes) {
        Member member = orgs.enter(caller, org);
        return Seen.of(orgs.change(member, changes), member.role());
    }

    @DeleteMapping("/{org_id}")
    @Needs(OWNER)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void close(Caller caller, @PathVariable("org_id") UUID org) {
        orgs.close(orgs.enter(caller, org));
    }
}
