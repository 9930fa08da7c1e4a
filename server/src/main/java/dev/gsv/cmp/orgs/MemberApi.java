package dev.gsv.cmp.orgs;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.VIEWER;

import dev.gsv.cmp.kit.Answer;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Page;
import java.util.List;
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

/** The members of an organization over HTTP; one of them is named by the id of the membership or by the user id. */
@RestController
@RequestMapping("/api/v1/orgs/{org_id}/members")
class MemberApi {

    /** A change; what is absent stays. */
    record Change(@Nullable Role role, @Nullable List<UUID> teamIds) {}

    private final Orgs orgs;
    private final Members members;
    private final Idempotency idempotency;

    MemberApi(Orgs orgs, Members members, Idempotency idempotency) {
        this.orgs = orgs;
        this.members = members;
        this.idempotency = idempotency;
    }

    @GetMapping
    @Needs({VIEWER, OPERATOR})
    Page<Membership> list(
            Caller caller,
            @PathVariable("org_id") UUID org,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        return members.list(orgs.enter(caller, org).org(), Page.Slice.of(limit, offset));
    }

    @PostMapping
    @Needs(ADMIN)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Membership> add(
            Caller caller, Call call, @PathVariable("org_id") UUID org, @RequestBody Members.Wish body) {
        Member actor = orgs.enter(caller, org);
        return idempotency.once(
                actor.org().toString(),
                "members.add",
                call,
                Idempotency.Keep.TWO_DAYS,
                () -> Answer.created(members.add(actor, body)));
    }

    @GetMapping("/{member_id}")
    @Needs({VIEWER, OPERATOR})
    Membership get(Caller caller, @PathVariable("org_id") UUID org, @PathVariable("member_id") String member) {
        return members.find(orgs.enter(caller, org).org(), member);
    }

    @PatchMapping("/{member_id}")
    @Needs(ADMIN)
    Membership change(
            Caller caller,
            @PathVariable("org_id") UUID org,
            @PathVariable("member_id") String member,
            @RequestBody Change body) {
        return members.change(orgs.enter(caller, org), member, body.role(), body.teamIds());
    }

    /** Admins remove others; everybody may leave. */
    @DeleteMapping("/{member_id}")
    @Needs(VIEWER)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Caller caller, @PathVariable("org_id") UUID org, @PathVariable("member_id") String member) {
        members.remove(orgs.enter(caller, org), member);
    }
}
