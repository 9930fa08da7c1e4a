package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;

/** What can be wrong with an organization. */
public abstract sealed class OrgsProblem extends Problem {

    private OrgsProblem(String message) {
        super(message);
    }

    @ProblemCode(value = "ORGANIZATION_SUSPENDED", status = 403, title = "The organization is suspended")
    public static final class Suspended extends OrgsProblem {
        public Suspended() {
            super("This organization is suspended: it can be read, but nothing can be changed or run."
                    + " Contact support.");
        }
    }

    @ProblemCode(value = "ACCOUNT_DISABLED", status = 403, title = "The account is disabled")
    public static final class Disabled extends OrgsProblem {
        public Disabled() {
            super("This account is disabled. Contact support.");
        }
    }

    @ProblemCode(value = "LAST_OWNER", status = 409, title = "An organization needs an owner")
    public static final class LastOwner extends OrgsProblem {
        public LastOwner() {
            super("This is the last owner of the organization. Make somebody else an owner first.");
        }
    }

    @ProblemCode(value = "LIMIT_REACHED", status = 409, title = "No more of these")
    public static final class LimitReached extends OrgsProblem {
        public LimitReached(String what, int limit) {
            super("There can be at most " + limit + " " + what + ".");
        }
    }
}
