package dev.gsv.cmp.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.orgs.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What an API key may be used for. */
class ScopesTest {

    private final Rented rented = Rented.by(Harness.shared());
    private final Api owner = rented.owner().api();

    private String key(String format, List<String> scopes) {
        return owner.post(rented.keys(), Map.of("name", "CI", "format", format, "scopes", scopes))
                .expect(201)
                .at("/key");
    }

    /** One call for each scope, and what it answers to a key that has the scope. */
    private Map<Scope, Api.Reply> calls(String key) {
        Api machine = Harness.api().as(key);
        Map<Scope, Api.Reply> replies = new LinkedHashMap<>();
        replies.put(Scope.RUNS_CREATE, machine.post("/v1/runs", "{}"));
        replies.put(Scope.RUNS_READ, machine.get("/api/v1/runs/" + UUID.randomUUID()));
        replies.put(Scope.USAGE_READ, machine.get("/api/v1/runs/" + UUID.randomUUID() + "/usage"));
        replies.put(Scope.MODELS_READ, machine.get("/api/v1/instances/" + rented.instance()));
        return replies;
    }

    @ParameterizedTest
    @ValueSource(strings = {"jwt", "opaque"})
    void an_api_key_does_only_what_its_scopes_name(String format) {
        for (Scope scope : Scope.values()) {
            calls(key(format, List.of(scope.text()))).forEach((demanded, reply) -> {
                if (demanded == scope) {
                    assertThat(reply.status()).as(scope + " for " + demanded).isIn(200, 400, 404);
                } else {
                    reply.expect(403, "PERMISSION_DENIED");
                    assertThat(reply.at("/detail")).contains("'" + demanded.text() + "'");
                }
            });
        }
    }

    @Test
    void every_call_that_is_open_to_keys_demands_its_scope() {
        String key = key("opaque", List.of("usage:read"));
        Api machine = Harness.api().as(key);
        machine.post("/v1/invoke", Map.of("input", "x")).expect(403, "PERMISSION_DENIED");
        machine.get("/api/v1/instances/" + rented.instance() + "/entitlements").expect(403, "PERMISSION_DENIED");
    }

    @Test
    void without_a_wish_a_key_does_what_it_always_did() {
        for (Map<String, ?> wish : List.of(Map.of("name", "CI"), Map.of("name", "CI", "scopes", List.of()))) {
            Api.Reply made = owner.post(rented.keys(), wish).expect(201);
            assertThat(made.json().path("scopes").valueStream().map(scope -> scope.asString()))
                    .containsExactlyElementsOf(Scope.all());
            calls(made.at("/key"))
                    .forEach((scope, reply) ->
                            assertThat(reply.status()).as(scope.text()).isNotEqualTo(403));
        }
    }

    @Test
    void a_key_from_before_goes_on_as_it_did() {
        Api.Reply made = owner.post(rented.keys(), Map.of("name", "CI", "format", "opaque"))
                .expect(201);
        JdbcClient.create(Harness.shared().database().dataSource())
                .sql("update api_key set scopes = '{runs}' where id = :id")
                .param("id", UUID.fromString(made.at("/id")))
                .update();
        calls(made.at("/key"))
                .forEach((scope, reply) ->
                        assertThat(reply.status()).as(scope.text()).isNotEqualTo(403));
    }

    @ParameterizedTest
    @EnumSource(Scope.class)
    void a_scope_is_found_by_its_name(Scope scope) {
        assertThat(Scope.of(scope.text())).contains(scope);
    }

    @Nested
    class Answers422 {
        @Test
        void a_scope_that_does_not_exist_is_named_and_nothing_is_written() {
            for (String unknown : List.of("runs", "runs:delete", "No Good", "", "*")) {
                Api.Reply refused = owner.post(
                                rented.keys(), Map.of("name", "a", "scopes", List.of("runs:create", unknown)))
                        .expect(422, "SEMANTIC_ERROR");
                assertThat(refused.at("/error/details/0/path")).isEqualTo("scopes[1]");
                assertThat(refused.at("/error/details/0/message")).contains("usage:read");
            }
            assertThat(owner.get(rented.keys()).json()).isEmpty();
        }
    }
}
