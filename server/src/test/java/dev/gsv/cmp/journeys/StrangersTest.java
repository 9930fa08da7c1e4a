package dev.gsv.cmp.journeys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.orgs.Need;
import dev.gsv.cmp.orgs.Role;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/**
 * Every route against everybody who must not pass: nobody, a stranger, a role too weak, a key. The routes are those of
 * the running program, so a new one is tried without being written down here; when it wants a body that
 * {@link Route#body} does not know, this test says so.
 */
class StrangersTest {

    /** Where a credential is not even looked at: signing in again with an old token in the client, and probes. */
    private static final Set<String> BLIND = Set.of("/api/v1/auth/login", "/api/v1/health", "/v1/health");

    private static final Set<String> OF_ONE_CALL = Set.of("x-request-id", "date", "connection");

    private static final Harness HARNESS = Harness.shared();
    private static Estate estate;
    private static Estate stranger;
    private static List<Route> routes;

    @BeforeAll
    static void settle() {
        estate = Estate.settled(HARNESS);
        stranger = Estate.settled(HARNESS);
        routes = Route.all(HARNESS);
        assertThat(routes).hasSizeGreaterThan(50);
    }

    private static Api.Reply call(Api api, Route route, Map<String, String> ids) {
        return api.send(route.method(), Estate.filled(route.path(), ids), route.body(ids));
    }

    /** What a caller sees of an answer, without what differs between any two calls. */
    private static String seen(Api.Reply reply) {
        Map<String, List<String>> headers = new LinkedHashMap<>(reply.headers());
        headers.keySet().removeIf(name -> OF_ONE_CALL.contains(name.toLowerCase(Locale.ROOT)));
        return reply.status() + " " + headers + " " + reply.text().replace(reply.at("/error/trace_id"), "TRACE");
    }

    @Nested
    class Answers401 {
        @Test
        void nobody_gets_anywhere_without_a_credential_except_where_it_is_open() {
            SoftAssertions softly = new SoftAssertions();
            for (Route route : routes) {
                Api.Reply reply = call(HARNESS.caller(), route, estate.ids());
                if (route.open()) {
                    softly.assertThat(reply.status())
                            .as(route.toString())
                            .isNotEqualTo(401)
                            .isLessThan(500);
                } else {
                    softly.assertThat(reply.status()).as(route.toString()).isEqualTo(401);
                    softly.assertThat(reply.code()).as(route.toString()).isEqualTo("UNAUTHENTICATED");
                    softly.assertThat(reply.header("www-authenticate"))
                            .as(route.toString())
                            .isPresent();
                }
            }
            softly.assertAll();
        }

        @Test
        void a_credential_that_proves_nothing_is_refused_wherever_it_matters_who_asks() {
            SoftAssertions softly = new SoftAssertions();
            Api rubbish = HARNESS.caller().as("ar_sk_live_rubbish");
            for (Route route : routes) {
                if (BLIND.contains(route.path()) || !route.asksWho()) {
                    continue;
                }
                softly.assertThat(call(rubbish, route, estate.ids()).status())
                        .as(route.toString())
                        .isEqualTo(401);
            }
            softly.assertAll();
        }

        @Test
        void a_key_that_was_revoked_or_has_expired_opens_nothing() {
            String keys = "/api/v1/instances/" + estate.ids().get("instance_id") + "/api_keys";
            Api.Reply revoked =
                    estate.owner().api().post(keys, Map.of("name", "lost")).expect(201);
            Api.Reply expired =
                    estate.owner().api().post(keys, Map.of("name", "old")).expect(201);
            HARNESS.caller()
                    .as(revoked.at("/key"))
                    .get(keys.replace("/api_keys", ""))
                    .expect(200);
            HARNESS.caller()
                    .as(expired.at("/key"))
                    .get(keys.replace("/api_keys", ""))
                    .expect(200);
            estate.owner().api().delete(keys + "/" + revoked.at("/id")).expect(200);
            JdbcClient.create(HARNESS.database().dataSource())
                    .sql("update api_key set expires_at = now() - interval '1 second' where id = :id")
                    .param("id", UUID.fromString(expired.at("/id")))
                    .update();
            SoftAssertions softly = new SoftAssertions();
            for (Api.Reply over : List.of(revoked, expired)) {
                Api key = HARNESS.caller().as(over.at("/key"));
                for (Route route : routes) {
                    if (!BLIND.contains(route.path()) && route.asksWho()) {
                        softly.assertThat(call(key, route, estate.ids()).status())
                                .as(route + " with the key that is " + over.at("/name"))
                                .isEqualTo(401);
                    }
                }
            }
            softly.assertAll();
        }
    }

    @Nested
    class Answers404 {
        @Test
        void a_stranger_learns_of_nothing_and_changes_nothing() {
            Map<String, JsonNode> before = estate.inventory();
            SoftAssertions softly = new SoftAssertions();
            Map<String, String> nowhere = Estate.nowhere(estate.ids());
            for (Route route : routes) {
                if (!route.named()) {
                    continue;
                }
                Api.Reply foreign = call(stranger.owner().api(), route, estate.ids());
                if (route.onlyFor(Need.OPERATOR, Need.SERVICE)) {
                    softly.assertThat(foreign.status()).as(route.toString()).isEqualTo(403);
                    continue;
                }
                softly.assertThat(foreign.status())
                        .as(route + " " + foreign.text())
                        .isEqualTo(404);
                Api.Reply unknown = call(stranger.owner().api(), route, nowhere);
                softly.assertThat(seen(foreign)).as(route.toString()).isEqualTo(seen(unknown));
            }
            softly.assertAll();
            Estate.assertSame(before, estate.inventory());
        }

        @Test
        void a_foreign_part_under_something_of_ones_own_is_as_unknown() {
            Map<String, JsonNode> before = estate.inventory();
            SoftAssertions softly = new SoftAssertions();
            Map<String, String> nowhere = Estate.nowhere(estate.ids());
            for (Route route : routes) {
                if (route.variables().size() < 2 || route.onlyFor(Need.OPERATOR, Need.SERVICE)) {
                    continue;
                }
                String last = route.variables().getLast();
                Api.Reply foreign =
                        call(stranger.owner().api(), route, Route.mixed(stranger.ids(), estate.ids(), last));
                Api.Reply unknown = call(stranger.owner().api(), route, Route.mixed(stranger.ids(), nowhere, last));
                softly.assertThat(foreign.status())
                        .as(route + " " + foreign.text())
                        .isEqualTo(404);
                softly.assertThat(seen(foreign)).as(route.toString()).isEqualTo(seen(unknown));
            }
            softly.assertAll();
            Estate.assertSame(before, estate.inventory());
        }

        @Test
        void a_foreign_id_in_a_body_or_a_query_is_as_unknown() {
            Map<String, JsonNode> before = estate.inventory();
            SoftAssertions softly = new SoftAssertions();
            Api api = stranger.owner().api();
            Map<String, String> nowhere = Estate.nowhere(estate.ids());
            Route subscribe = routes.stream()
                    .filter(route -> route.toString().equals("POST /api/v1/instances"))
                    .findFirst()
                    .orElseThrow();
            for (String part : List.of("version_id", "project_id", "plan_id", "org_id")) {
                same(
                        softly,
                        subscribe + " " + part,
                        id -> api.post("/api/v1/instances", subscribe.body(Route.mixed(stranger.ids(), id, part))),
                        nowhere);
            }
            for (String query : List.of("/api/v1/instances?org_id={org_id}", "/api/v1/flows?org_id={org_id}")) {
                same(softly, query, id -> api.get(Estate.filled(query, id)), nowhere);
            }
            String own = "/api/v1/instances/" + stranger.ids().get("instance_id");
            for (String part : List.of("plan_id", "version_id")) {
                String name = part.equals("version_id") ? "offering_version_id" : part;
                same(softly, "PATCH instance " + part, id -> api.patch(own, Map.of(name, id.get(part))), nowhere);
            }
            same(
                    softly,
                    "team of a member",
                    id -> api.patch(
                            "/api/v1/orgs/" + stranger.ids().get("org_id") + "/members/"
                                    + stranger.ids().get("member_id"),
                            Map.of("team_ids", List.of(id.get("team_id")))),
                    nowhere);
            same(
                    softly,
                    "offering of a flow",
                    id -> api.patch(
                            "/api/v1/flows/" + stranger.ids().get("flow_id"),
                            Map.of("offering_id", id.get("offering_id"))),
                    nowhere);
            softly.assertAll();
            Estate.assertSame(before, estate.inventory());
        }

        private void same(
                SoftAssertions softly,
                String what,
                java.util.function.Function<Map<String, String>, Api.Reply> call,
                Map<String, String> nowhere) {
            Api.Reply foreign = call.apply(estate.ids());
            softly.assertThat(foreign.status()).as(what + " " + foreign.text()).isEqualTo(404);
            softly.assertThat(seen(foreign)).as(what).isEqualTo(seen(call.apply(nowhere)));
        }

        @Test
        void a_list_without_a_filter_shows_only_ones_own() {
            for (String list : List.of("/api/v1/orgs", "/api/v1/instances", "/api/v1/flows", "/api/v1/offerings")) {
                String text = stranger.owner()
                        .api()
                        .get(list + "?limit=200")
                        .expect(200)
                        .text();
                assertThat(text).as(list).doesNotContain(estate.ids().get("org_id"));
            }
        }
    }

    @Nested
    class Answers403 {
        @Test
        void a_role_too_weak_changes_nothing_and_reads_nothing_above_it() {
            Map<Role, Signed> people = new EnumMap<>(Role.class);
            for (Role role : List.of(Role.VIEWER, Role.MEMBER, Role.ADMIN)) {
                people.put(role, estate.with(HARNESS, role.text()));
            }
            Map<String, JsonNode> before = estate.inventory();
            SoftAssertions softly = new SoftAssertions();
            for (Route route : routes) {
                for (Role weak : route.tooWeak()) {
                    if (!route.named()) {
                        continue;
                    }
                    Api.Reply reply = call(people.get(weak).api(), route, estate.ids());
                    softly.assertThat(reply.status())
                            .as(weak + " " + route + " " + reply.text())
                            .isEqualTo(403);
                }
            }
            softly.assertAll();
            Estate.assertSame(before, estate.inventory());
        }

        @Test
        void a_viewer_changes_nothing_at_all() {
            Signed viewer = estate.with(HARNESS, "viewer");
            Map<String, JsonNode> before = estate.inventory();
            SoftAssertions softly = new SoftAssertions();
            for (Route route : routes) {
                if (route.changing() && route.named() && !route.open()) {
                    softly.assertThat(call(viewer.api(), route, estate.ids()).status())
                            .as(route.toString())
                            .isEqualTo(403);
                }
            }
            softly.assertAll();
            Estate.assertSame(before, estate.inventory());
        }

        @Test
        void an_api_key_opens_only_what_keys_are_for() {
            Map<String, JsonNode> before = estate.inventory();
            SoftAssertions softly = new SoftAssertions();
            Api key = HARNESS.caller().as(estate.key());
            for (Route route : routes) {
                if (!route.keys() && !route.open()) {
                    softly.assertThat(call(key, route, estate.ids()).status())
                            .as(route.toString())
                            .isEqualTo(403);
                }
            }
            softly.assertAll();
            Estate.assertSame(without(before), without(estate.inventory()));
        }

        /** The use of a key is remembered, which is no change of the estate. */
        private Map<String, JsonNode> without(Map<String, JsonNode> inventory) {
            inventory.keySet().removeIf(path -> path.endsWith("api_keys"));
            return inventory;
        }

        @Test
        void an_api_key_does_not_open_another_organization() {
            SoftAssertions softly = new SoftAssertions();
            Api key = HARNESS.caller().as(stranger.key());
            for (Route route : routes) {
                if (route.keys() && route.named()) {
                    softly.assertThat(call(key, route, estate.ids()).status())
                            .as(route.toString())
                            .isIn(403, 404);
                }
            }
            softly.assertAll();
        }
    }
}
