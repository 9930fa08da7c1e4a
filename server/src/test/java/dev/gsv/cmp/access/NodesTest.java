package dev.gsv.cmp.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Database;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.CannotStart;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/** Several nodes over one database, behind one public address. */
class NodesTest {

    private static final Database DATABASE = Database.fresh();
    private static final Balancer BALANCER = new Balancer();
    private static final String CLIENT_SECRET = "the-secret-of-our-own-service-account";
    private static final Map<String, String> SETTINGS = Map.of(
            "SECRET_KEY",
            "one secret for all nodes of this test",
            "PUBLIC_URL",
            BALANCER.address() + "/",
            "OIDC_CLIENT_SECRET",
            CLIENT_SECRET);

    private static Harness first;
    private static Harness second;

    @BeforeAll
    static void start() {
        first = Harness.start(DATABASE, SETTINGS);
        second = Harness.start(DATABASE, SETTINGS);
        BALANCER.nodes.add(first.base());
        BALANCER.nodes.add(second.base());
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        BALANCER.close();
    }

    @Test
    void a_token_of_one_node_holds_on_every_node_and_after_a_restart() {
        Signed person = Signed.in(first);
        person.api().get("/api/v1/auth/me").expect(200);
        person.at(second).api().get("/api/v1/auth/me").expect(200);
        try (Harness third = Harness.start(DATABASE, SETTINGS)) {
            assertThat(person.at(third).api().get("/api/v1/auth/me").expect(200).at("/user_id"))
                    .isEqualTo(person.subject());
        }
    }

    @Test
    void a_revoked_key_is_refused_at_once_on_every_node() {
        Rented rented = Rented.by(first);
        Api owner = rented.owner().api();
        String path = "/api/v1/instances/" + rented.instance();
        for (String format : java.util.List.of("jwt", "opaque")) {
            Api.Reply made = owner.post(rented.keys(), Map.of("name", "CI", "format", format));
            Api elsewhere = second.caller().as(made.at("/key"));
            elsewhere.get(path).expect(200);
            String key = rented.keys() + "/" + made.at("/id");
            Api.Reply revoked = format.equals("jwt") ? owner.delete(key) : owner.post(key + "/revoke");
            assertThat(revoked.expect(200).json().path("is_active").asBoolean()).isFalse();
            elsewhere.get(path).expect(401, "UNAUTHENTICATED");
            first.caller().as(made.at("/key")).get(path).expect(401, "UNAUTHENTICATED");
            owner.post(key + "/revoke").expect(200);
        }
    }

    @Test
    void failed_logins_count_on_all_nodes_together() {
        Signed person = Signed.in(first);
        Map<String, String> wrong = Map.of("email", person.email(), "password", "wrong");
        for (int i = 0; i < LoginFailures.MAX_PER_EMAIL; i++) {
            Harness node = i % 2 == 0 ? first : second;
            node.caller().post("/api/v1/auth/login", wrong).expect(401, "WRONG_LOGIN");
        }
        first.caller().post("/api/v1/auth/login", wrong).expect(429, "RATE_LIMITED");
        second.caller().post("/api/v1/auth/login", wrong).expect(429, "RATE_LIMITED");
    }

    @Test
    void our_own_service_gets_a_token_and_is_no_person() {
        Api.Reply granted = client(CLIENT_SECRET).expect(200);
        assertThat(granted.at("/token_type")).isEqualTo("Bearer");
        assertThat(granted.json().path("expires_in").asInt()).isBetween(250, 300);
        Api service = second.caller().as(granted.at("/access_token"));
        service.get("/api/v1/auth/me").expect(403, "PERMISSION_DENIED");
        service.get("/orgs").expect(403, "PERMISSION_DENIED");
        service.get("/orgs/" + Signed.in(first).organization()).expect(403, "PERMISSION_DENIED");
        assertThat(client("wrong").expect(401).at("/error")).isEqualTo("invalid_client");
    }

    private static Api.Reply client(String secret) {
        String basic = Base64.getEncoder().encodeToString(("cmp-control-plane:" + secret).getBytes());
        return first.caller()
                .with("Authorization", "Basic " + basic)
                .with("Content-Type", "application/x-www-form-urlencoded")
                .post("/oauth2/token", "grant_type=client_credentials");
    }

    @Test
    void the_metadata_names_the_public_address_and_only_what_is_offered() {
        var metadata = second.caller()
                .get("/.well-known/openid-configuration")
                .expect(200)
                .json();
        assertThat(metadata.path("issuer").asString()).isEqualTo(BALANCER.address());
        assertThat(metadata.path("jwks_uri").asString()).isEqualTo(BALANCER.address() + "/oauth2/jwks");
        assertThat(metadata.path("grant_types_supported").toString()).isEqualTo("[\"client_credentials\"]");
        // Every address that is named answers; there is none for signing in by browser.
        for (String name : metadata.propertyNames()) {
            String value = metadata.path(name).asString("");
            if (value.startsWith(BALANCER.address() + "/")) {
                assertThat(name).isIn("jwks_uri", "token_endpoint");
                String path = value.substring(BALANCER.address().length());
                int status = name.equals("jwks_uri")
                        ? first.caller().get(path).status()
                        : first.caller().post(path, "").status();
                assertThat(status).as(name).isNotEqualTo(404);
            }
        }
        assertThat(metadata.path("response_types_supported")).isEmpty();
        assertThat(first.caller()
                        .get("/.well-known/oauth-authorization-server")
                        .expect(200)
                        .json())
                .isEqualTo(metadata);
        first.caller().get("/oauth2/authorize").expect(404);
        first.caller().post("/oauth2/introspect", "").expect(404);
        var key = first.caller().get("/oauth2/jwks").expect(200).json().at("/keys/0");
        assertThat(key.propertyNames()).containsExactlyInAnyOrder("kty", "e", "use", "kid", "alg", "n");
        assertThat(key.path("use").asString()).isEqualTo("sig");
    }

    @Test
    void the_framework_has_no_decoder_that_believes_our_own_key() {
        String token = Signed.in(first).token();
        assertThatThrownBy(() -> first.bean(JwtDecoder.class).decode(token)).isInstanceOf(BadJwtException.class);
    }

    @Test
    void a_node_with_another_master_key_does_not_start() {
        Signed.in(first);
        assertThatThrownBy(() -> Harness.start(DATABASE, Map.of("SECRET_KEY", "the secret of somebody else")))
                .hasRootCauseInstanceOf(javax.crypto.AEADBadTagException.class)
                .hasStackTraceContaining(CannotStart.class.getName());
    }
}
