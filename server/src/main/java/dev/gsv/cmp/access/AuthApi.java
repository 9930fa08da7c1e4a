package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Open;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Need;
import dev.gsv.cmp.orgs.Needs;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Signing in at the embedded issuer. */
@RestController
@RequestMapping("/api/v1/auth")
class AuthApi {

    record Login(String email, String password) {
        Login {
            if (email == null || email.isBlank()) {
                throw new KitProblem.Invalid("email", "is required");
            }
            if (password == null || password.isEmpty()) {
                throw new KitProblem.Invalid("password", "is required");
            }
        }

        @Override
        public String toString() {
            return "Login[]";
        }
    }

    /** @param expiresIn seconds */
    record Granted(String accessToken, String tokenType, long expiresIn) {
        @Override
        public String toString() {
            return "Granted[]";
        }
    }

    record Me(String userId, String name, @Nullable String email, boolean emailVerified, boolean operator) {}

    private final Accounts accounts;

    AuthApi(Accounts accounts) {
        this.accounts = accounts;
    }

    @PostMapping("/login")
    @Open(because = "who signs in has no token yet")
    ResponseEntity<Granted> login(@RequestBody Login body, HttpServletRequest request) {
        Issuer.Token token = accounts.login(body.email(), body.password(), request.getRemoteAddr());
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new Granted(token.text(), "Bearer", token.lifetimeSeconds()));
    }

    @GetMapping("/me")
    @Needs(Need.PERSON)
    Me me(Caller caller) {
        return new Me(caller.person(), caller.name(), caller.email(), caller.emailVerified(), caller.operator());
    }
}
