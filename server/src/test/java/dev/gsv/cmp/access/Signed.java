package dev.gsv.cmp.access;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.util.List;
import java.util.Map;

/** A new person who has signed in, for tests of every room. */
public record Signed(Api api, String subject, String email, String token) {

    private static final String PASSWORD = "correct horse battery";

    /** A new person of the shared application, with these realm roles. */
    public static Signed in(String... realmRoles) {
        return in(Harness.shared(), realmRoles);
    }

    /** A new person of an application. */
    public static Signed in(Harness harness, String... realmRoles) {
        String email = Harness.unique("person") + "@acme.test";
        Account account =
                harness.bean(Accounts.class).create(email, "Pat " + Harness.unique("P"), PASSWORD, List.of(realmRoles));
        return again(harness, account.id().toString(), email);
    }

    /** A service of ours at an application, as client credentials make it: no person. */
    public static Api service(Harness harness) {
        OauthClient client = new OauthClient(Harness.unique("service"), "", List.of("cmp-service"));
        return harness.caller().as(harness.bean(Issuer.class).token(client).text());
    }

    /** The same person at another node. */
    public Signed at(Harness harness) {
        return new Signed(harness.caller().as(token), subject, email, token);
    }

    private static Signed again(Harness harness, String subject, String email) {
        String token = harness.caller()
                .post("/api/v1/auth/login", Map.of("email", email, "password", PASSWORD))
                .expect(200)
                .at("/access_token");
        return new Signed(harness.caller().as(token), subject, email, token);
    }

    /** A new organization of this person; returns its id. */
    public String organization() {
        return api.post("/api/v1/orgs", Map.of("name", Harness.unique("Org")))
                .expect(201)
                .at("/id");
    }
}
