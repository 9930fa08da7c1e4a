package dev.gsv.cmp.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.orgs.Scope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** API keys: decision C-12, sections 3.3 and 7.1 of the control plane contract. */
class ApiKeysTest {

    private final Rented rented = Rented.by(Harness.shared());
    private final Api owner = rented.owner().api();

    private Api.Reply create(Map<String, ?> wish) {
        return owner.post(rented.keys(), wish).expect(201);
    }

    /** The status of a call that an API key of the instance may make. */
    private int use(String key) {
        return Harness.api()
                .as(key)
                .get("/api/v1/instances/" + rented.instance())
                .status();
    }

    @Test
    void an_api_key_is_shown_once_and_kept_as_a_hash() {
        for (String format : List.of("jwt", "opaque")) {
            Api.Reply made = create(Map.of("name", "CI", "format", format));
            String key = made.at("/key");
            assertThat(key).startsWith(format.equals("jwt") ? "ar_sk_live_ey" : "cmp_sk_");
            assertThat(made.at("/key_prefix")).hasSize(12).isEqualTo(key.substring(0, 12));
            assertThat(made.at("/key_last4")).hasSize(4).isEqualTo(key.substring(key.length() - 4));
            assertThat(use(key)).isEqualTo(200);
            assertThat(owner.get(rented.keys()).expect(200).text()).doesNotContain(key);
            JdbcClient jdbc = JdbcClient.create(Harness.shared().database().dataSource());
            assertThat(jdbc.sql("select count(*) from api_key where key_hash = :hash")
                            .param("hash", Json.sha256(key.getBytes(StandardCharsets.UTF_8)))
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1);
            assertThat(jdbc.sql("select count(*) from api_key k where k::text like '%' || :key || '%'")
                            .param("key", key.substring(12))
                            .query(Integer.class)
                            .single())
                    .isZero();
        }
    }

    @Test
    void a_key_is_jwt_and_holds_a_year_unless_it_is_asked_for_otherwise() throws Exception {
        Api.Reply made = create(Map.of("name", "CI"));
        Instant end = Instant.parse(made.at("/expires_at"));
        assertThat(end)
                .isBetween(
                        Instant.now().plus(Duration.ofDays(364)), Instant.now().plus(Duration.ofDays(366)));
        JWTClaimsSet claims = SignedJWT.parse(made.at("/key").substring(ApiKeys.SIGNED.length()))
                .getJWTClaimsSet();
        assertThat(claims.getClaim("tenant_id")).isEqualTo(rented.org());
        assertThat(claims.getClaim("config_uuid")).isEqualTo(rented.instance());
        assertThat(claims.getClaim("project_id"))
                .isEqualTo(owner.get("/orgs/" + rented.org() + "/projects").at("/results/0/id"));
        assertThat(claims.getClaim("scopes")).isEqualTo(Scope.all());
        assertThat(claims.getIssuer()).isEqualTo("cmp.digitlify.com");
        assertThat(claims.getAudience()).containsExactly("runtime.digitlify.com");
        assertThat(claims.getExpirationTime().toInstant()).isEqualTo(end);
    }

    @Test
    void id_16_a_repeated_call_makes_one_key_and_shows_it_no_more() {
        Api once = owner.key("k-1");
        Api.Reply first = once.post(rented.keys(), Map.of("name", "CI")).expect(201);
        Api.Reply second = once.post(rented.keys(), Map.of("name", "CI")).expect(201);
        assertThat(first.at("/key")).isNotEmpty();
        assertThat(second.json().path("key").isNull()).isTrue();
        assertThat(second.at("/key_prefix")).isEqualTo(first.at("/key_prefix"));
        assertThat(second.at("/id")).isEqualTo(first.at("/id"));
        assertThat(owner.get(rented.keys()).json()).hasSize(1);
        assertThat(JdbcClient.create(Harness.shared().database().dataSource())
                        .sql("select count(*) from idempotency_record where response like '%' || :key || '%'")
                        .param("key", first.at("/key").substring(20))
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void a_use_is_noted_once_a_minute() {
        Api.Reply made = create(Map.of("name", "CI"));
        String key = rented.keys() + "/" + made.at("/id");
        assertThat(owner.get(key).json().path("last_used_at").isNull()).isTrue();
        use(made.at("/key"));
        String first = owner.get(key).at("/last_used_at");
        assertThat(first).isNotEmpty();
        use(made.at("/key"));
        assertThat(owner.get(key).at("/last_used_at")).isEqualTo(first);
    }

    @Test
    void a_key_opens_its_own_instance_and_no_other() {
        String key = create(Map.of("name", "CI")).at("/key");
        assertThat(use(key)).isEqualTo(200);
        Api machine = Harness.api().as(key);
        machine.get("/api/v1/instances/" + rented.another()).expect(404, "NOT_FOUND");
        machine.get("/api/v1/instances/" + Rented.by(Harness.shared()).instance())
                .expect(404, "NOT_FOUND");
        machine.get("/orgs/" + rented.org()).expect(403, "PERMISSION_DENIED");
        machine.post(rented.keys(), Map.of("name", "more")).expect(403, "PERMISSION_DENIED");
    }

    @Test
    void the_key_may_come_in_either_header_and_in_both_if_it_is_the_same() {
        String key = create(Map.of("name", "CI")).at("/key");
        String other = create(Map.of("name", "CI")).at("/key");
        String path = "/api/v1/instances/" + rented.instance();
        Harness.api().with("X-API-Key", key).get(path).expect(200);
        Harness.api().as(key).with("X-API-Key", key).get(path).expect(200);
        Harness.api().as(key).with("X-API-Key", other).get(path).expect(400, "VALIDATION_ERROR");
        rented.owner().api().with("X-API-Key", key).get(path).expect(400, "VALIDATION_ERROR");
        Harness.api().with("Authorization", "bearer  " + key).get(path).expect(200);
    }

    @Test
    void fifty_keys_are_enough_even_at_once() throws Exception {
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < ApiKeys.MAX_ACTIVE + 10; i++) {
            calls.add(() -> {
                while (true) {
                    int status = owner.post(rented.keys(), Map.of("name", "n", "format", "opaque"))
                            .status();
                    // A busy machine turns some away; a client asks again.
                    if (status != 503) {
                        return status;
                    }
                }
            });
        }
        List<Integer> statuses = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (Future<Integer> call : threads.invokeAll(calls)) {
                statuses.add(call.get());
            }
        }
        assertThat(statuses).containsOnly(201, 409);
        assertThat(statuses.stream().filter(status -> status == 201)).hasSize(ApiKeys.MAX_ACTIVE);
        owner.post(rented.keys(), Map.of("name", "n")).expect(409, "LIMIT_REACHED");
        String id = owner.get(rented.keys()).at("/0/id");
        owner.delete(rented.keys() + "/" + id).expect(200);
        create(Map.of("name", "again"));
        Set<String> ids = new HashSet<>();
        owner.get(rented.keys())
                .json()
                .forEach((JsonNode key) -> ids.add(key.path("id").asString()));
        assertThat(ids).hasSize(ApiKeys.MAX_ACTIVE + 1);
    }

    @Nested
    class Answers400 {
        @Test
        void a_wish_that_makes_no_sense_is_refused() {
            for (Map<String, ?> wish : List.<Map<String, ?>>of(
                    Map.of(),
                    Map.of("name", " "),
                    Map.of("name", "a\u0000"),
                    Map.of("name", "a".repeat(256)),
                    Map.of("name", "a", "expires_at", "2020-01-01T00:00:00Z"),
                    Map.of("name", "a", "expires_at", "2099-01-01T00:00:00Z"),
                    Map.of("name", "a", "expires_at", "tomorrow"),
                    Map.of("name", "a", "format", "xml"))) {
                owner.post(rented.keys(), wish).expect(400, "VALIDATION_ERROR");
            }
            assertThat(owner.get(rented.keys()).json()).isEmpty();
        }
    }

    @Nested
    class Answers401 {
        @Test
        void an_expired_key_is_refused() {
            Api.Reply made = create(Map.of("name", "CI", "format", "opaque"));
            JdbcClient.create(Harness.shared().database().dataSource())
                    .sql("update api_key set expires_at = now() - interval '1 second' where id = :id")
                    .param("id", UUID.fromString(made.at("/id")))
                    .update();
            assertThat(use(made.at("/key"))).isEqualTo(401);
            assertThat(owner.get(rented.keys()).json().at("/0/is_active").asBoolean())
                    .isFalse();
        }

        @Test
        void what_nobody_gave_out_is_refused() {
            String key = create(Map.of("name", "CI")).at("/key");
            for (String forged : List.of(
                    "cmp_sk_",
                    "cmp_sk_x",
                    "ar_sk_live_",
                    "ar_sk_live_x.y.z",
                    "ar_sk_test_1",
                    key + "A",
                    key.substring(1))) {
                assertThat(use(forged)).as(forged).isEqualTo(401);
            }
        }

        @Test
        void claims_are_never_trusted_alone() throws Exception {
            String key = create(Map.of("name", "CI")).at("/key");
            JWTClaimsSet claims =
                    SignedJWT.parse(key.substring(ApiKeys.SIGNED.length())).getJWTClaimsSet();
            SignedJWT forged = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
            forged.sign(new MACSigner("another secret of thirty-two bytes or more"));
            assertThat(use(ApiKeys.SIGNED + forged.serialize())).isEqualTo(401);
            // Signed by us, but never stored.
            AgentTokens own = Harness.shared().bean(AgentTokens.class);
            String unknown = own.sign(
                    new dev.gsv.cmp.orgs.OrgId(UUID.fromString(rented.org())),
                    UUID.randomUUID(),
                    UUID.randomUUID(),
                    UUID.fromString(rented.instance()),
                    List.of("runs"),
                    Instant.now().plusSeconds(60));
            assertThat(use(ApiKeys.SIGNED + unknown)).isEqualTo(401);
            // Stored, but the row says something else by now.
            JdbcClient.create(Harness.shared().database().dataSource())
                    .sql("update api_key set scopes = '{other}' where key_hash = :hash")
                    .param("hash", Json.sha256(key.getBytes(StandardCharsets.UTF_8)))
                    .update();
            assertThat(use(key)).isEqualTo(401);
        }

        @Test
        void the_key_of_a_terminated_instance_is_refused_and_a_paused_one_keeps_it() {
            String key = create(Map.of("name", "CI")).at("/key");
            owner.post("/api/v1/instances/" + rented.instance() + "/pause").expect(200);
            assertThat(use(key)).isEqualTo(200);
            owner.delete("/api/v1/instances/" + rented.instance()).expect(204);
            assertThat(use(key)).isEqualTo(401);
            owner.post(rented.keys(), Map.of("name", "late")).expect(409, "INVALID_STATE");
        }
    }

    @Nested
    class Answers403 {
        @Test
        void members_and_viewers_see_no_keys() {
            for (String role : List.of("member", "viewer")) {
                Signed person = Signed.in();
                owner.post("/orgs/" + rented.org() + "/members", Map.of("user_id", person.subject(), "role", role))
                        .expect(201);
                person.api().get(rented.keys()).expect(403, "PERMISSION_DENIED");
                person.api().post(rented.keys(), Map.of("name", "mine")).expect(403, "PERMISSION_DENIED");
            }
        }
    }

    @Nested
    class Answers404 {
        @Test
        void the_key_of_another_instance_is_not_revoked_here() {
            String id = create(Map.of("name", "CI")).at("/id");
            String other = "/api/v1/instances/" + rented.another() + "/api_keys/" + id;
            owner.post(other + "/revoke").expect(404, "NOT_FOUND");
            owner.delete(other).expect(404, "NOT_FOUND");
            owner.get(other).expect(404, "NOT_FOUND");
            Rented foreign = Rented.by(Harness.shared());
            foreign.owner().api().post(foreign.keys() + "/" + id + "/revoke").expect(404, "NOT_FOUND");
            foreign.owner().api().post(rented.keys() + "/" + id + "/revoke").expect(404, "NOT_FOUND");
            foreign.owner().api().get(rented.keys()).expect(404, "NOT_FOUND");
            assertThat(owner.get(rented.keys() + "/" + id)
                            .json()
                            .path("is_active")
                            .asBoolean())
                    .isTrue();
        }
    }
}
