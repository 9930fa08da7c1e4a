package dev.gsv.cmp.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Another issuer in the place of our own: one changed setting. */
class OutsideIssuerTest {

    @Test
    void an_issuer_that_is_down_at_the_start_is_asked_again() throws InterruptedException {
        FakeIssuer gone = new FakeIssuer();
        gone.close();
        try (Harness harness = Harness.start(Map.of("OIDC_ISSUER", gone.address()))) {
            harness.caller().get("/api/v1/offerings").expect(200);
            Api early = harness.caller().as(gone.token(Instant.now(), it -> it));
            Api.Reply refused = early.get("/api/v1/auth/me").expect(503, "UNAVAILABLE");
            assertThat(refused.header("Retry-After")).isPresent();
            try (FakeIssuer issuer = new FakeIssuer(gone.port())) {
                Thread.sleep(IssuerKeys.AFTER_FAILURE.plusMillis(100));
                Api person = harness.caller().as(issuer.token(Instant.now(), it -> it));
                assertThat(person.get("/api/v1/auth/me").expect(200).at("/name"))
                        .isEqualTo("Bea Buyer");
                person.post("/orgs", Map.of("name", "Acme")).expect(201);
                opensNothing(harness.caller().as(issuer.token(Instant.now().minusSeconds(3600), it -> it)));
                early.get("/api/v1/auth/me").expect(401, "UNAUTHENTICATED");
                harness.caller()
                        .post("/api/v1/auth/login", Map.of("email", "a@b.test", "password", "x"))
                        .expect(409, "SIGN_IN_ELSEWHERE");
            }
        }
    }

    /** A token that has expired is no better than none, on open routes as well. */
    private static void opensNothing(Api expired) {
        for (String path : List.of("auth/me", "orgs", "wallets/me", "instances", "offerings", "runs/1")) {
            expired.get("/api/v1/" + path).expect(401, "UNAUTHENTICATED");
        }
        expired.post("/api/v1/orgs/auto").expect(401, "UNAUTHENTICATED");
        expired.post("/v1/runs", Map.of("input", Map.of("query", "x"))).expect(401, "UNAUTHENTICATED");
    }
}
