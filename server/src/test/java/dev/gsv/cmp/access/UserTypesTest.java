package dev.gsv.cmp.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which user type a member has: section 1.1 of the quotas contract, from the token of an issuer to the quota. */
class UserTypesTest {

    private static final String MINE = "/api/v1/me/quota-breakdown";
    private static final String ADMIN = "/api/v1/admin/control-plane";

    @Test
    void the_claim_of_the_issuer_then_what_an_operator_assigned_then_the_plan() throws Exception {
        try (FakeIssuer issuer = new FakeIssuer();
                Harness harness = Harness.start(Map.of("OIDC_ISSUER", issuer.address()))) {
            Api claimed = harness.caller().as(issuer.token(Instant.now(), it -> it.claim("user_type", "premium")));
            Api silent = harness.caller().as(issuer.token(Instant.now(), it -> it.subject("someone-else")));
            Api operator = harness.caller()
                    .as(issuer.token(
                            Instant.now(),
                            it -> it.subject("operator").claim("realm_access", Map.of("roles", List.of("cmp-admin")))));
            assertThat(silent.get(MINE).expect(200).at("/user_type")).isEqualTo("paid");
            for (String user : List.of("e51ffb34-6aa9-4068-a804-3a3a86f2abe8", "someone-else")) {
                operator.put(ADMIN + "/users/" + user + "/user-type", Map.of("user_type", "assigned"))
                        .expect(200);
            }
            assertThat(silent.get(MINE).expect(200).at("/user_type")).isEqualTo("assigned");
            assertThat(claimed.get(MINE).expect(200).at("/user_type"))
                    .as("the claim goes before what was assigned")
                    .isEqualTo("premium");
            operator.post(ADMIN + "/policies/quota", Map.of("user_type", "premium", "requests_per_day", 7))
                    .expect(201);
            assertThat(claimed.get(MINE).expect(200).at("/effective_policy/requests_per_day"))
                    .isEqualTo("7");
        }
    }
}
