package dev.gsv.cmp.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import tools.jackson.databind.JsonNode;

/** Organizations over HTTP and, where it must be exact, through their service. */
class OrgsTest {

    private static Caller caller(Signed person) {
        return Caller.person(person.subject(), "Pat", person.email(), true, false);
    }

    /** Runs the same call many times at once; returns what each brought, in no order. */
    static <T> List<T> together(int times, Callable<T> call) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                running.add(threads.submit(call));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : running) {
                results.add(future.get());
            }
            return results;
        }
    }

    @Test
    void parallel_first_calls_make_one_organization() throws Exception {
        Orgs orgs = Harness.shared().bean(Orgs.class);
        Signed person = Signed.in();
        List<Workspace> made = together(100, () -> {
            while (true) {
                try {
                    return orgs.auto(caller(person));
                } catch (DataAccessException busy) {
                    // The pool or a lock had no room for 100 at once: a client asks again.
                    Thread.onSpinWait();
                }
            }
        });
        assertThat(made.stream().map(Workspace::org))
                .hasSize(100)
                .containsOnly(made.getFirst().org());
        assertThat(made.stream().filter(Workspace::created)).hasSize(1);
        assertThat(person.api().get("/orgs").expect(200).json().path("count").asInt())
                .isEqualTo(1);
        Organization workspace = orgs.organization(made.getFirst().org());
        assertThat(workspace.name()).isEqualTo("Pat's Workspace");
        assertThat(workspace.slug()).startsWith("pats-workspace");
        assertThat(orgs.defaultProject(workspace.id()).id())
                .isEqualTo(made.getFirst().project());
    }

    @Test
    void a_name_of_any_script_becomes_a_slug_of_plain_letters() {
        Signed person = Signed.in();
        Set<String> slugs = new HashSet<>();
        for (String name : List.of("Ünïcode Größe 🎉", "שלום עולם", "🎉🎉", "مرحبا", "A  --  b", "auto", "日本語")) {
            Api.Reply made = person.api().post("/orgs", Map.of("name", name)).expect(201);
            assertThat(made.at("/name")).isEqualTo(name);
            assertThat(made.at("/slug")).matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
            slugs.add(made.at("/slug"));
        }
        assertThat(slugs).hasSize(7).doesNotContain("auto");
    }

    @Test
    void the_same_name_again_gets_a_suffix() {
        Signed person = Signed.in();
        String name = Harness.unique("Acme");
        String first = person.api().post("/orgs", Map.of("name", name)).at("/slug");
        String second =
                person.api().post("/orgs", Map.of("name", name)).expect(201).at("/slug");
        assertThat(first).isEqualTo(name.toLowerCase(java.util.Locale.ROOT));
        assertThat(second).startsWith(first + "-");
    }

    @Test
    void a_key_makes_one_organization() {
        Signed person = Signed.in();
        Api again = person.api().key("k-1");
        Api.Reply first = again.post("/orgs", Map.of("name", "Once")).expect(201);
        Api.Reply second = again.post("/orgs", Map.of("name", "Once")).expect(201);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("Idempotency-Replayed")).contains("true");
        again.post("/orgs", Map.of("name", "Other")).expect(409, "IDEMPOTENCY_PAYLOAD_MISMATCH");
    }

    @Test
    void a_closed_organization_answers_as_an_unknown_one_and_frees_its_slug() {
        Signed person = Signed.in();
        String slug = Harness.unique("gone");
        String org = person.api()
                .post("/orgs", Map.of("name", "Gone", "slug", slug))
                .expect(201)
                .at("/id");
        person.api().delete("/orgs/" + org).expect(204);
        person.api().get("/orgs/" + org).expect(404, "NOT_FOUND");
        person.api().delete("/orgs/" + org).expect(404, "NOT_FOUND");
        person.api().post("/orgs", Map.of("name", "Again", "slug", slug)).expect(201);
    }

    @Test
    void a_suspended_organization_is_read_and_not_changed() {
        Orgs orgs = Harness.shared().bean(Orgs.class);
        Signed person = Signed.in();
        String org = person.organization();
        orgs.suspend(new OrgId(UUID.fromString(org)));
        assertThat(person.api().get("/orgs/" + org).expect(200).at("/status")).isEqualTo("suspended");
        person.api().get("/orgs/" + org + "/members").expect(200);
        person.api().patch("/orgs/" + org, Map.of("name", "New")).expect(403, "ORGANIZATION_SUSPENDED");
        person.api().post("/orgs/" + org + "/projects", Map.of("name", "P")).expect(403, "ORGANIZATION_SUSPENDED");
        orgs.reinstate(new OrgId(UUID.fromString(org)));
        person.api().patch("/orgs/" + org, Map.of("name", "New")).expect(200);
    }

    @Test
    void camel_case_and_an_id_without_dashes_are_understood() {
        Signed person = Signed.in();
        String org = person.api()
                .post("/orgs/", Map.of("name", "Seller", "isProvider", true))
                .expect(201)
                .at("/id");
        assertThat(person.api()
                        .get("/api/v1/orgs/" + org + "/")
                        .expect(200)
                        .json()
                        .path("is_provider")
                        .asBoolean())
                .isTrue();
    }

    @Nested
    class Answers400 {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{\"name\":\"\"}",
                    "{\"name\":\"   \"}",
                    "{\"name\":\"a\\u0000b\"}",
                    "{\"name\":\"a\\ud800b\"}",
                    "{\"name\":7}",
                    "{\"name\":null}",
                    "{\"name\":\"A\",\"slug\":\"No Good\"}",
                    "{\"name\":\"A\",\"slug\":\"-a\"}",
                    "{\"name\":\"A\",\"slug\":\"\"}",
                    "{\"name\":\"A\",\"slug\":\"auto\"}",
                    "{\"name\":\"A\",\"slug\":\"0197a3c1-6a0e-7c55-9d5e-0f4a2f0e4d10\"}",
                    "[]",
                    "{\"name\":\"A\"",
                    ""
                })
        void what_is_no_organization_is_refused_before_anything_is_written(String body) {
            Signed person = Signed.in();
            person.api().post("/orgs", body).expect(400, "VALIDATION_ERROR");
            assertThat(person.api().get("/orgs").json().path("count").asInt()).isZero();
        }

        @Test
        void a_name_has_at_most_255_characters_not_bytes() {
            Signed person = Signed.in();
            person.api().post("/orgs", Map.of("name", "🎉".repeat(255))).expect(201);
            person.api().post("/orgs", Map.of("name", "🎉".repeat(256))).expect(400);
        }
    }

    @Nested
    class Answers401 {
        @Test
        void nothing_of_an_organization_is_open() {
            String org = Signed.in().organization();
            for (String path :
                    List.of("/orgs", "/orgs/" + org, "/orgs/" + org + "/members", "/orgs/" + org + "/teams")) {
                Harness.api().get(path).expect(401, "UNAUTHENTICATED");
            }
            Harness.api().post("/orgs", Map.of("name", "A")).expect(401);
        }
    }

    @Nested
    class Answers404 {
        @Test
        void a_foreign_id_answers_as_an_unknown_one() {
            Signed stranger = Signed.in();
            String foreign = Signed.in().organization();
            String unknown = UUID.randomUUID().toString();
            for (String part : List.of("", "/projects", "/teams", "/members")) {
                assertThat(comparable(stranger.api().get("/orgs/" + foreign + part)))
                        .isEqualTo(comparable(stranger.api().get("/orgs/" + unknown + part)));
            }
            Map<String, Object> name = Map.of("name", "Mine");
            stranger.api().patch("/orgs/" + foreign, name).expect(404);
            stranger.api().delete("/orgs/" + foreign).expect(404);
            stranger.api().post("/orgs/" + foreign + "/projects", name).expect(404);
            stranger.api().get("/orgs/not-an-id").expect(404);
        }

        private static String comparable(Api.Reply reply) {
            JsonNode body = reply.expect(404, "NOT_FOUND").json();
            return body.path("detail").asString() + body.path("type").asString();
        }
    }

    @Nested
    class Answers409 {
        @Test
        void a_slug_that_was_asked_for_is_not_given_twice() {
            Signed person = Signed.in();
            String slug = Harness.unique("slug");
            person.api().post("/orgs", Map.of("name", "A", "slug", slug)).expect(201);
            person.api().post("/orgs", Map.of("name", "B", "slug", slug)).expect(409, "DUPLICATE");
            String other = person.organization();
            person.api().patch("/orgs/" + other, Map.of("slug", slug)).expect(409, "DUPLICATE");
        }
    }
}
