package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Who belongs to an organization, and as what (section 15 of the control plane contract). Every change holds the
 * organization's row and reads the actor's own role under it, so that no two changes together break a rule.
 */
@Service
class Members {

    /** Of one organization, invitations included. */
    static final int MAX_MEMBERS = 1000;

    static final int MAX_TEAMS_OF_MEMBER = 50;

    /** Somebody to be added: by the subject, or by an e-mail. */
    record Wish(
            @Nullable String userId,
            @Nullable String email,
            @Nullable Role role,
            @Nullable List<UUID> teamIds) {
        Wish {
            if ((userId == null) == (email == null)) {
                throw new KitProblem.Invalid("user_id", "or email: send exactly one of them");
            }
            userId = userId == null ? null : Text.subject(userId);
            email = email == null ? null : Text.email(email);
        }
    }

    private final MemberStore store;
    private final OrgStore orgs;
    private final People people;
    private final Ids ids;

    Members(MemberStore store, OrgStore orgs, People people, Ids ids) {
        this.store = store;
        this.orgs = orgs;
        this.people = people;
        this.ids = ids;
    }

    Page<Membership> list(OrgId org, Page.Slice slice) {
        return store.list(org, slice);
    }

    /** By the id of the membership or the subject of the person. */
    Membership find(OrgId org, String idOrSubject) {
        Optional<Membership> found = idOrSubject.indexOf('\0') < 0
                ? store.find(org, Ids.read(idOrSubject).orElse(null), idOrSubject)
                : Optional.empty();
        return found.orElseThrow(() -> new KitProblem.NotFound("member"));
    }

    /**
     * Adds a person. An e-mail that somebody has proved to be theirs adds that person at once; any other becomes an
     * invitation, which joins at the first login with that verified e-mail.
     *
     * @throws KitProblem.PermissionDenied for a role above the actor's own
     * @throws KitProblem.Duplicate when the person belongs to the organization already
     */
    @Transactional
    Membership add(Member actor, Wish wish) {
        OrgId org = actor.org();
        Role given = wish.role() == null ? Role.MEMBER : wish.role();
        Role own = locked(actor);
        notAbove(own, given);
        if (store.count(org) >= MAX_MEMBERS) {
            throw new OrgsProblem.LimitReached("members of one organization", MAX_MEMBERS);
        }
        String email = wish.email();
        String subject = email == null ? wish.userId() : people.verified(email).orElse(null);
        UUID id = ids.next();
        if (!store.insert(org, id, subject, email, given)) {
            throw new KitProblem.Duplicate("This person is a member or invited already.");
        }
        teams(org, id, wish.teamIds());
        return find(org, id.toString());
    }

    /** Changes what is not null. */
    @Transactional
    Membership change(Member actor, String idOrSubject, @Nullable Role role, @Nullable List<UUID> teams) {
        OrgId org = actor.org();
        Role own = locked(actor);
        Membership member = find(org, idOrSubject);
        mayTouch(own, member);
        if (role != null && role != member.role()) {
            notAbove(own, role);
            store.role(org, member.id(), role);
            ownerRemains(org);
        }
        teams(org, member.id(), teams);
        return find(org, member.id().toString());
    }

    /** Removes a member or withdraws an invitation; everybody may leave, but not the last owner. */
    @Transactional
    void remove(Member actor, String idOrSubject) {
        OrgId org = actor.org();
        Role own = locked(actor);
        Membership member = find(org, idOrSubject);
        if (!actor.subject().equals(member.userId())) {
            new Member(org, own, actor.subject()).atLeast(Role.ADMIN);
            mayTouch(own, member);
        }
        store.delete(org, member.id());
        ownerRemains(org);
    }

    /** The actor's role as it is now, with the organization held: the one that let them in may be a moment old. */
    private Role locked(Member actor) {
        if (!orgs.lock(actor.org())) {
            throw new KitProblem.NotFound("organization");
        }
        return store.role(actor.org(), actor.subject()).orElseThrow(() -> new KitProblem.NotFound("organization"));
    }

    private static void notAbove(Role own, Role given) {
        if (!own.covers(Role.ADMIN) || !own.covers(given)) {
            throw new KitProblem.PermissionDenied("Nobody gives a role above their own.");
        }
    }

    private static void mayTouch(Role own, Membership member) {
        if (!own.covers(Role.ADMIN) || !own.covers(member.role())) {
            throw new KitProblem.PermissionDenied("Only an owner changes or removes an owner.");
        }
    }

    /** Takes the change back with an exception when it left the organization without an owner. */
    private void ownerRemains(OrgId org) {
        if (store.owners(org) == 0) {
            throw new OrgsProblem.LastOwner();
        }
        orgs.refreshOwner(org);
    }

    private void teams(OrgId org, UUID member, @Nullable List<UUID> teams) {
        if (teams == null) {
            return;
        }
        if (teams.size() > MAX_TEAMS_OF_MEMBER || teams.stream().anyMatch(java.util.Objects::isNull)) {
            throw new KitProblem.Invalid("team_ids", "must be at most " + MAX_TEAMS_OF_MEMBER + " ids");
        }
        List<UUID> wanted = List.copyOf(Set.copyOf(teams));
        if (store.teams(org, member, wanted) != wanted.size()) {
            throw new KitProblem.NotFound("team");
        }
    }
}
