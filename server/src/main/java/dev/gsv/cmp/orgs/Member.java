package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.KitProblem;

/** Proof that a caller was let into an organization, and as what. */
public record Member(OrgId org, Role role, String subject) {

    /** This member, or 403 where a part of a call needs more than the call as a whole. */
    public Member atLeast(Role needed) {
        if (!role.covers(needed)) {
            throw new KitProblem.PermissionDenied("This needs the role " + needed.text() + ".");
        }
        return this;
    }
}
