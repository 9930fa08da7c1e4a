package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;

/** What can be wrong with a credential. */
public abstract sealed class AccessProblem extends Problem {

    private AccessProblem(String message) {
        super(message);
    }

    /** Never says why: the reason stands in our log, without the credential. */
    @ProblemCode(value = "UNAUTHENTICATED", status = 401, title = "The credential is not valid", pageOf = "kit")
    public static final class InvalidCredential extends AccessProblem {
        public InvalidCredential() {
            super("The access token or API key is not valid.");
        }
    }

    /** The same for an unknown address and for a wrong password. */
    @ProblemCode(value = "WRONG_LOGIN", status = 401, title = "E-mail or password is wrong")
    public static final class WrongLogin extends AccessProblem {
        public WrongLogin() {
            super("The e-mail or the password is wrong.");
        }
    }

    @ProblemCode(value = "SIGN_IN_ELSEWHERE", status = 409, title = "People sign in at another place")
    public static final class SignInElsewhere extends AccessProblem {
        public SignInElsewhere(String issuer) {
            super("This installation has no logins of its own. Get an access token from " + issuer + ".");
        }
    }
}
