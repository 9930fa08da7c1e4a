package dev.gsv.cmp.access;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Signing in at the embedded issuer. */
class LoginTest {

    /** Of its own: failures count per network address as well, and other tests share the address. */
    private static final Harness HARNESS = Harness.start(Map.of());

    private static final String LOGIN = "/api/v1/auth/login";
    private static final String PASSWORD = "correct horse battery";

    private final String email = Harness.unique("Bea") + "@Acme.test";
    private final Account account =
            HARNESS.bean(Accounts.class).create(email, "Bea Buyer", PASSWORD, List.of("cmp-admin"));

    @AfterAll
    static void stop() {
        HARNESS.close();
    }

    @BeforeEach
    void forget() {
        JdbcClient.create(HARNESS.database().dataSource())
                .sql("delete from login_failure")
                .update();
    }

    private static Api.Reply login(String email, String password) {
        return HARNESS.caller().post(LOGIN, Map.of("email", email, "password", password));
    }

    @Test
    void a_person_signs_in_and_gets_a_token_like_keycloaks() throws Exception {
        Api.Reply granted =
                login(" " + email.toUpperCase(java.util.Locale.ROOT), PASSWORD).expect(200);
        assertThat(granted.at("/token_type")).isEqualTo("Bearer");
        assertThat(granted.header("Cache-Control")).contains("no-store");
        SignedJWT token = SignedJWT.parse(granted.at("/access_token"));
        assertThat(token.getHeader().getAlgorithm().getName()).isEqualTo("RS256");
        JWTClaimsSet claims = token.getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo(HARNESS.base());
        assertThat(claims.getSubject()).isEqualTo(account.id().toString());
        assertThat(claims.getAudience()).containsExactly("cmp-gateway");
        assertThat(claims.getClaim("typ")).isEqualTo("Bearer");
        assertThat(claims.getClaim("azp")).isEqualTo("cmp-web");
        assertThat(claims.getClaim("scope")).isEqualTo("openid profile email");
        assertThat(claims.getClaim("realm_access")).isEqualTo(Map.of("roles", List.of("cmp-admin")));
        assertThat(claims.getClaim("email")).isEqualTo(email.toLowerCase(java.util.Locale.ROOT));
        assertThat(claims.getClaim("email_verified")).isEqualTo(true);
        assertThat(claims.getClaim("name")).isEqualTo("Bea Buyer");
        assertThat(claims.getJWTID()).isNotBlank();
        Instant end = claims.getExpirationTime().toInstant();
        assertThat(Duration.between(claims.getIssueTime().toInstant(), end))
                .isEqualTo(Duration.ofSeconds(granted.json().path("expires_in").asLong()));

        Api.Reply me = HARNESS.caller()
                .as(granted.at("/access_token"))
                .get("/api/v1/auth/me")
                .expect(200);
        assertThat(me.at("/user_id")).isEqualTo(account.id().toString());
        assertThat(me.json().path("operator").asBoolean()).isTrue();
    }

    @Test
    void creating_an_account_again_changes_nothing() {
        Account again = HARNESS.bean(Accounts.class).create(email, "Eve", "another password", List.of());
        assertThat(again).isEqualTo(account);
        login(email, "another password").expect(401);
        login(email, PASSWORD).expect(200);
    }

    @Test
    void a_password_is_kept_as_argon2id() {
        assertThat(JdbcClient.create(HARNESS.database().dataSource())
                        .sql("select password_hash from account where id = :id")
                        .param("id", account.id())
                        .query(String.class)
                        .single())
                .startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    }

    @Test
    void a_wrong_password_and_an_unknown_address_answer_the_same() {
        Api.Reply wrong = login(email, "wrong").expect(401, "WRONG_LOGIN");
        Api.Reply unknown =
                login(Harness.unique("nobody") + "@acme.test", "wrong").expect(401, "WRONG_LOGIN");
        assertThat(unknown.at("/detail")).isEqualTo(wrong.at("/detail"));
        assertThat(unknown.headers().keySet()).isEqualTo(wrong.headers().keySet());
        // Medians of a few: one hash each, whichever way it fails.
        long known = median(email);
        long nobody = median(Harness.unique("nobody") + "@acme.test");
        assertThat((double) nobody / known).isBetween(0.4, 2.5);
    }

    private static long median(String address) {
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            long start = System.nanoTime();
            login(address, "wrong").expect(401);
            nanos.add(System.nanoTime() - start);
        }
        nanos.sort(null);
        return nanos.get(3);
    }

    @Test
    void twenty_people_sign_in_at_once() throws Exception {
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(() -> login(email, PASSWORD).status());
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> call : threads.invokeAll(calls)) {
                assertThat(call.get()).isEqualTo(200);
            }
        }
    }

    @Test
    void a_stale_token_is_not_in_the_way_of_signing_in() {
        HARNESS.caller()
                .as("rubbish")
                .post(LOGIN, Map.of("email", email, "password", PASSWORD))
                .expect(200);
    }

    @Test
    void a_bad_credential_is_not_in_the_way_where_nobody_asks_who_calls() {
        for (String path : List.of(
                "/",
                "/health",
                "/metrics",
                "/docs/guides/buyers",
                "/docs/errors/kit/not-found",
                "/api/v1/categories",
                "/api/schema")) {
            HARNESS.caller().as("rubbish").get(path).expect(200);
            HARNESS.caller().with("X-API-Key", "cmp_sk_rubbish").get(path).expect(200);
        }
    }

    @Test
    void answers_carry_security_headers_and_no_cookie() {
        for (Api.Reply reply : List.of(
                HARNESS.caller().get("/api/v1/offerings").expect(200),
                HARNESS.caller().get("/api/v1/orgs").expect(401),
                HARNESS.caller().send("PROPFIND", "/api/v1/orgs", null).expect(405, "METHOD_NOT_ALLOWED"),
                HARNESS.caller().get("/x;y=1").expect(400, "VALIDATION_ERROR"))) {
            assertThat(reply.header("Set-Cookie")).isEmpty();
            if (reply.status() < 402 && reply.status() != 400) {
                assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
                assertThat(reply.header("X-Frame-Options")).contains("DENY");
                assertThat(reply.header("Referrer-Policy")).contains("strict-origin-when-cross-origin");
            }
        }
    }

    @Test
    void no_token_and_no_key_reaches_the_log() {
        Rented rented = Rented.by(HARNESS);
        String key =
                rented.owner().api().post(rented.keys(), Map.of("name", "k")).at("/key");
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Logger own = (Logger) LoggerFactory.getLogger("dev.gsv.cmp");
        Logger web = (Logger) LoggerFactory.getLogger("org.springframework.web");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        root.addAppender(lines);
        own.setLevel(Level.TRACE);
        web.setLevel(Level.DEBUG);
        String token;
        String made;
        try {
            token = login(email, PASSWORD).at("/access_token");
            HARNESS.caller().as(token).get("/api/v1/auth/me").expect(200);
            HARNESS.caller().as(token + "x").get("/api/v1/auth/me").expect(401);
            made = rented.owner().api().post(rented.keys(), Map.of("name", "k")).at("/key");
            HARNESS.caller()
                    .as(key)
                    .get("/api/v1/instances/" + rented.instance())
                    .expect(200);
            HARNESS.caller().as(key + "x").get("/orgs").expect(401);
            login(email, "wrong-password-typed").expect(401);
        } finally {
            root.detachAppender(lines);
            own.setLevel(null);
            web.setLevel(null);
        }
        String log = String.join(
                "\n",
                List.copyOf(lines.list).stream()
                        .map(line -> line.getFormattedMessage()
                                + line.getMDCPropertyMap()
                                + (line.getThrowableProxy() == null
                                        ? ""
                                        : ThrowableProxyUtil.asString(line.getThrowableProxy())))
                        .toList());
        assertThat(log).contains("refused").doesNotContain(token, made, key, PASSWORD, "wrong-password-typed");
        assertThat(log).doesNotContain(token.substring(token.length() - 40), key.substring(key.length() - 40));
    }

    @Nested
    class Answers401 {
        @ParameterizedTest
        @ValueSource(strings = {"a\u0000@b.c", "nobody", "💥@x", "' or 1=1 --@x"})
        void strange_addresses_are_unknown_ones(String address) {
            login(address, "password").expect(401, "WRONG_LOGIN");
        }

        @Test
        void a_password_of_any_length_is_only_wrong() {
            login(email, "x".repeat(100_000)).expect(401, "WRONG_LOGIN");
            login(email, "\u0000").expect(401, "WRONG_LOGIN");
            login("x".repeat(10_000) + "@acme.test", "x").expect(401, "WRONG_LOGIN");
        }

        @Test
        void a_bad_credential_is_refused_on_open_routes_where_members_see_more() {
            HARNESS.caller().as("rubbish").get("/api/v1/offerings").expect(401, "UNAUTHENTICATED");
            HARNESS.caller().get("/api/v1/offerings").expect(200);
            assertThat(HARNESS.caller().as("x").get("/orgs").header("WWW-Authenticate"))
                    .contains("Bearer");
        }
    }

    @Nested
    class Answers429 {
        @Test
        void after_ten_failures_even_the_right_password_waits() {
            for (int i = 0; i < LoginFailures.MAX_PER_EMAIL; i++) {
                login(email, "wrong").expect(401);
            }
            Api.Reply refused = login(email, PASSWORD).expect(429, "RATE_LIMITED");
            assertThat(Integer.parseInt(refused.header("Retry-After").orElseThrow()))
                    .isBetween(60, (int) LoginFailures.WINDOW.toSeconds() + 1);
            assertThat(login(email.replace("Bea", "BEA"), PASSWORD).status()).isEqualTo(429);
        }

        @Test
        void after_a_hundred_failures_an_address_waits() {
            JdbcClient jdbc = JdbcClient.create(HARNESS.database().dataSource());
            login(Harness.unique("n") + "@acme.test", "wrong").expect(401);
            jdbc.sql("update login_failure set failures = :n")
                    .param("n", LoginFailures.MAX_PER_ADDRESS)
                    .update();
            login(email, PASSWORD).expect(429, "RATE_LIMITED");
            jdbc.sql("update login_failure set window_end = now()").update();
            login(email, PASSWORD).expect(200);
        }

        @Test
        void a_success_forgives_the_failures_before() {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < LoginFailures.MAX_PER_EMAIL - 1; i++) {
                    login(email, "wrong").expect(401);
                }
                login(email, PASSWORD).expect(200);
            }
        }

        @Test
        void parallel_guesses_all_count() throws Exception {
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 3 * LoginFailures.MAX_PER_EMAIL; i++) {
                calls.add(() -> login(email, "wrong").status());
            }
            List<Integer> statuses = new ArrayList<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Integer> call : threads.invokeAll(calls)) {
                    statuses.add(call.get());
                }
            }
            // On a busy machine some are turned away (503) before they are looked at; none is looked at beyond the
            // limit.
            assertThat(statuses).contains(401, 429).isSubsetOf(401, 429, 503);
            assertThat(statuses.stream().filter(status -> status == 401))
                    .hasSizeLessThan(LoginFailures.MAX_PER_EMAIL + Passwords.AT_ONCE);
            login(email, PASSWORD).expect(429);
        }
    }
}
