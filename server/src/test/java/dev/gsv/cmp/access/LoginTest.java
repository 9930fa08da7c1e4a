package dev.gsv.cmp.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoginTest {

    @Test
    void a_person_signs_in_and_is_known() {
        Accounts accounts = Harness.shared().bean(Accounts.class);
        String email = Harness.unique("bea") + "@acme.test";
        Account account = accounts.create(email, "Bea Buyer", "correct horse", List.of());
        Api.Reply reply = Harness.api()
                .post("/api/v1/auth/login", Map.of("email", email, "password", "correct horse"))
                .expect(200);
        System.err.println(reply.headers() + reply.text());
        Api bea = Harness.api().as(reply.at("/access_token"));
        assertThat(bea.get("/api/v1/auth/me").expect(200).at("/user_id"))
                .isEqualTo(account.id().toString());
        Api.Reply org = bea.post("/orgs", Map.of("name", "Ünïcode 🎉 שלום")).expect(201);
        System.err.println(org.text());
        System.err.println(
                Harness.api().get("/.well-known/openid-configuration").text());
        System.err.println(Harness.api().get("/oauth2/jwks").text());
        System.err.println(Harness.api().get("/api/v1/orgs").expect(401).headers());
        System.err.println(
                Harness.api().as("x.y.z").get("/api/v1/orgs").expect(401).text());
    }
}
