package dev.gsv.cmp.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.gsv.cmp.Database;
import dev.gsv.cmp.Hands;
import dev.gsv.cmp.access.FakeIssuer.Mood;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.MasterKey;
import dev.gsv.cmp.orgs.Caller;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.mock.env.MockEnvironment;

/** Tokens of an issuer that is not ours, honest and hostile: sections 3.4, 4, 8 and 10 of the identity contract. */
class TokensTest {

    private static final FakeIssuer ISSUER = new FakeIssuer();
    private static final Database DATABASE = Database.fresh();

    private final Hands clock = new Hands(Instant.parse("2026-11-01T12:00:00Z"));
    private Tokens tokens = tokens(ISSUER.address());

    @AfterAll
    static void close() {
        ISSUER.close();
    }

    @BeforeEach
    void well() {
        ISSUER.mood = Mood.WELL;
        ISSUER.published.clear();
        ISSUER.published.addAll(List.of(ISSUER.encryption, ISSUER.signing));
        ISSUER.asked.set(0);
    }

    private Tokens tokens(String issuer) {
        AccessSettings settings = new AccessSettings(
                issuer,
                "cmp-gateway",
                "cmp-control-plane",
                "",
                "cmp-admin",
                "",
                new AccessSettings.AgentKeys("", "HS256", "cmp.digitlify.com", "runtime.digitlify.com", 365));
        Ids ids = new Ids(clock);
        SigningKeys own = new SigningKeys(
                new SigningKeyStore(JdbcClient.create(DATABASE.dataSource())),
                new MasterKey(new MockEnvironment().withProperty("cmp.secret-key", "a master key of these tests")),
                ids,
                clock,
                new DataSourceTransactionManager(DATABASE.dataSource()));
        Issuer trusted = new Issuer(settings, own, new MockEnvironment(), ids, clock);
        return new Tokens(trusted, new IssuerKeys(trusted, new IssuerClient(Json.mapper()), clock), settings, clock);
    }

    private Caller proved(UnaryOperator<JWTClaimsSet.Builder> change) {
        return tokens.prove(ISSUER.token(clock.instant(), change));
    }

    private void refused(UnaryOperator<JWTClaimsSet.Builder> change) {
        refused(ISSUER.token(clock.instant(), change));
    }

    private void refused(String token) {
        assertThatThrownBy(() -> tokens.prove(token)).isInstanceOf(AccessProblem.InvalidCredential.class);
    }

    @Test
    void a_token_is_trusted_only_through_the_metadata_of_its_issuer() {
        Caller caller = proved(it -> it);
        assertThat(caller.kind()).isEqualTo(Caller.Kind.PERSON);
        assertThat(caller.subject()).isEqualTo("e51ffb34-6aa9-4068-a804-3a3a86f2abe8");
        assertThat(caller.name()).isEqualTo("Bea Buyer");
        assertThat(caller.email()).isEqualTo("buyer@acme.test");
        assertThat(caller.emailVerified()).isTrue();
        assertThat(caller.operator()).isFalse();

        RSAKey foreign = FakeIssuer.key("sig-1", KeyUse.SIGNATURE);
        JWTClaimsSet claims = ISSUER.person(clock.instant()).build();
        refused(FakeIssuer.token(foreign, "sig-1", claims));
        refused(FakeIssuer.token(foreign, "unpublished", claims));
        refused(it -> it.issuer("http://evil.test"));

        ISSUER.mood = Mood.ANOTHER_ISSUER;
        Tokens fresh = tokens(ISSUER.address());
        assertThatThrownBy(() -> fresh.prove(ISSUER.token(clock.instant(), it -> it)))
                .isInstanceOf(KitProblem.Unavailable.class);
    }

    @Nested
    class Swallowed {
        @Test
        void no_realm_access_is_no_role() {
            assertThat(proved(it -> it.claim("realm_access", null)).operator()).isFalse();
        }

        @Test
        void a_realm_access_of_any_shape_is_no_role_and_no_failure() {
            for (Object shape : List.of("x", List.of("cmp-admin"), Map.of("roles", "cmp-admin"), Map.of(), 7)) {
                assertThat(proved(it -> it.claim("realm_access", shape)).operator())
                        .isFalse();
            }
        }

        @Test
        void scope_may_be_a_text_or_a_list_and_organization_a_list_an_object_or_absent() {
            proved(it -> it.claim("scope", List.of("a", "b")));
            proved(it -> it.claim("organization", Map.of("acme", Map.of("id", "1"))));
            proved(it -> it.claim("organization", null).claim("scope", null));
        }

        @Test
        void the_audience_may_be_one_of_several() {
            proved(it -> it.audience(List.of("account", "cmp-gateway")));
        }

        @Test
        void typ_may_be_absent() {
            proved(it -> it.claim("typ", null));
        }

        @Test
        void clocks_may_differ_by_a_minute() {
            Instant now = clock.instant();
            proved(it -> it.notBeforeTime(Date.from(now.plusSeconds(59))));
            proved(it -> it.expirationTime(Date.from(now.minusSeconds(59))));
            proved(it -> it.issueTime(Date.from(now.plusSeconds(59))));
        }

        @Test
        void a_service_has_the_role_and_no_address() {
            Caller service = proved(it -> it.claim("email", null)
                    .claim("email_verified", false)
                    .claim("realm_access", Map.of("roles", List.of("cmp-service"))));
            assertThat(service.kind()).isEqualTo(Caller.Kind.SERVICE);
            assertThat(service.operator()).isFalse();
            Caller person =
                    proved(it -> it.claim("realm_access", Map.of("roles", List.of("cmp-service", "cmp-admin"))));
            assertThat(person.kind()).isEqualTo(Caller.Kind.PERSON);
            assertThat(person.operator()).isTrue();
        }

        @Test
        void an_address_is_verified_only_by_a_true() {
            assertThat(proved(it -> it.claim("email_verified", "true")).emailVerified())
                    .isFalse();
            assertThat(proved(it -> it.claim("email_verified", null)).emailVerified())
                    .isFalse();
        }
    }

    @Nested
    class Answers401 {
        @Test
        void no_signature_is_no_proof() {
            JWTClaimsSet claims = ISSUER.person(clock.instant()).build();
            refused(new PlainJWT(claims).serialize());
            String[] parts = ISSUER.token(clock.instant(), it -> it).split("\\.");
            refused(parts[0] + "." + parts[1] + ".");
            String none = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString("{\"alg\":\"none\",\"kid\":\"sig-1\"}".getBytes(StandardCharsets.UTF_8));
            refused(none + "." + parts[1] + "." + parts[2]);
        }

        @Test
        void hs256_with_the_public_key_is_no_proof() throws Exception {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("sig-1").build(),
                    ISSUER.person(clock.instant()).build());
            token.sign(new MACSigner(ISSUER.signing.toRSAPublicKey().getEncoded()));
            refused(token.serialize());
        }

        @Test
        void another_rsa_algorithm_is_not_accepted() throws Exception {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("sig-1").build(),
                    ISSUER.person(clock.instant()).build());
            token.sign(new RSASSASigner(ISSUER.signing));
            refused(token.serialize());
        }

        @Test
        void the_encryption_key_signs_nothing() {
            refused(FakeIssuer.token(
                    ISSUER.encryption, "enc", ISSUER.person(clock.instant()).build()));
        }

        @Test
        void a_foreign_key_with_our_key_id_signs_nothing() {
            refused(FakeIssuer.token(
                    FakeIssuer.key("sig-1", KeyUse.SIGNATURE),
                    "sig-1",
                    ISSUER.person(clock.instant()).build()));
        }

        @Test
        void a_foreign_issuer_is_not_asked() {
            tokens.prove(ISSUER.token(clock.instant(), it -> it));
            int before = ISSUER.asked.get();
            refused(it -> it.issuer("http://evil.test"));
            refused(it -> it.issuer(ISSUER.address() + "/"));
            refused(it -> it.issuer(null));
            assertThat(ISSUER.asked.get()).isEqualTo(before);
        }

        @Test
        void a_token_for_another_purpose_is_not_an_access_token() {
            refused(it -> it.audience("cmp-web").claim("typ", "ID"));
            refused(it -> it.claim("typ", "ID"));
            refused(it -> it.claim("typ", "Refresh"));
            refused(it -> it.claim("typ", 7));
        }

        @Test
        void the_audience_must_be_ours() {
            refused(it -> it.audience("account"));
            refused(it -> it.audience((String) null));
        }

        @Test
        void time_is_up_after_a_minute_of_grace() {
            Instant now = clock.instant();
            refused(it -> it.expirationTime(Date.from(now.minusSeconds(60))));
            refused(it -> it.expirationTime(null));
            refused(it -> it.notBeforeTime(Date.from(now.plusSeconds(61))));
            refused(it -> it.issueTime(Date.from(now.plusSeconds(61))));
        }

        @Test
        void somebody_must_be_named() {
            refused(it -> it.subject(null));
            refused(it -> it.subject(" "));
            refused(it -> it.subject("a\u0000b"));
            refused(it -> it.subject("a".repeat(256)));
        }

        @Test
        void what_cannot_be_read_is_refused_and_nothing_else() {
            for (String text : List.of("", ".", "..", "...", "x.y.z", "a".repeat(20_000), "e30.e30.e30", "\u0000")) {
                refused(text);
            }
            String[] parts = ISSUER.token(clock.instant(), it -> it).split("\\.");
            refused(parts[0] + "." + parts[1] + "." + parts[2] + "A");
            refused(parts[0] + "." + parts[1].substring(1) + "." + parts[2]);
        }
    }

    @Nested
    class Keys {
        @Test
        void a_rotated_key_is_found_at_once() {
            proved(it -> it);
            var next = FakeIssuer.key("sig-2", KeyUse.SIGNATURE);
            ISSUER.published.add(next);
            tokens.prove(FakeIssuer.token(
                    next, "sig-2", ISSUER.person(clock.instant()).build()));
            proved(it -> it);
        }

        @Test
        void a_thousand_unknown_key_ids_ask_once_a_minute() throws Exception {
            proved(it -> it);
            assertThat(ISSUER.asked.get()).isEqualTo(1);
            var key = FakeIssuer.key("x", KeyUse.SIGNATURE);
            JWTClaimsSet claims = ISSUER.person(clock.instant()).build();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                String token = FakeIssuer.token(key, "unknown-" + i, claims);
                threads.add(Thread.startVirtualThread(() -> refused(token)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(ISSUER.asked.get()).isEqualTo(2);
            clock.forward(IssuerKeys.BETWEEN_UNKNOWN);
            refused(FakeIssuer.token(
                    key, "unknown", ISSUER.person(clock.instant()).build()));
            refused(FakeIssuer.token(
                    key, "other", ISSUER.person(clock.instant()).build()));
            assertThat(ISSUER.asked.get()).isEqualTo(3);
        }

        @Test
        void a_withdrawn_key_counts_no_more_after_five_minutes() {
            proved(it -> it);
            ISSUER.published.remove(ISSUER.signing);
            ISSUER.published.add(FakeIssuer.key("sig-3", KeyUse.SIGNATURE));
            clock.forward(IssuerKeys.FRESH);
            refused(it -> it);
        }
    }

    @Nested
    class Answers503 {
        @Test
        void an_issuer_that_is_down_or_no_issuer_is_unavailable_and_recovers_by_itself() {
            for (Mood mood : List.of(Mood.BROKEN, Mood.HTML, Mood.HUGE, Mood.ANOTHER_ISSUER)) {
                tokens = tokens(ISSUER.address());
                ISSUER.mood = mood;
                assertThatThrownBy(() -> proved(it -> it)).isInstanceOf(KitProblem.Unavailable.class);
                ISSUER.mood = Mood.WELL;
                // Within the second nobody asks again.
                int before = ISSUER.asked.get();
                assertThatThrownBy(() -> proved(it -> it)).isInstanceOf(KitProblem.Unavailable.class);
                assertThat(ISSUER.asked.get()).isEqualTo(before);
                clock.forward(IssuerKeys.AFTER_FAILURE.plusMillis(1));
                proved(it -> it);
            }
        }

        @Test
        void nobody_there_is_unavailable() {
            FakeIssuer gone = new FakeIssuer();
            gone.close();
            tokens = tokens(gone.address());
            assertThatThrownBy(() -> tokens.prove(gone.token(clock.instant(), it -> it)))
                    .isInstanceOf(KitProblem.Unavailable.class);
        }

        @Test
        void a_short_outage_is_not_noticed_and_a_long_one_is() {
            proved(it -> it);
            ISSUER.mood = Mood.BROKEN;
            clock.forward(IssuerKeys.USABLE.minus(Duration.ofSeconds(1)));
            proved(it -> it);
            clock.forward(Duration.ofSeconds(2));
            assertThatThrownBy(() -> proved(it -> it)).isInstanceOf(KitProblem.Unavailable.class);
        }
    }
}
