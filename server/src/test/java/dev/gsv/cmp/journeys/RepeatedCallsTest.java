package dev.gsv.cmp.journeys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * Idempotency keys used wrongly, on every route that honours them. The routes are those whose handlers take the key, so
 * a new one is tried without being written down here.
 */
class RepeatedCallsTest {

    /** Answers that are stored under the key: successes and the refusals that are decisions. */
    private static final Set<Integer> STORED = Set.of(200, 201, 402, 409, 422);

    private static final Harness HARNESS = Harness.shared();
    private static List<Route> keyed;
    private static Callers callers;

    @BeforeAll
    static void settle() {
        keyed = Route.all(HARNESS).stream().filter(Route::keyed).toList();
        assertThat(keyed).hasSizeGreaterThan(15);
        callers = Callers.settled(HARNESS, HARNESS.caller());
        onTrial();
    }

    /** Something whose trial can be started, so that this call has something to repeat. */
    private static void onTrial() {
        String offering = "/api/v1/offerings/" + callers.ids().get("offering_id");
        callers.owner()
                .post(offering + "/plans", Map.of("name", "Trial", "is_trial", true))
                .expect(201);
        callers.ids()
                .put(
                        "product_slug",
                        callers.owner().post(offering + "/publish").expect(200).at("/slug"));
    }

    private static ObjectNode body(Route route) {
        ObjectNode body = Json.mapper().valueToTree(route.body(callers.ids()));
        if (body.has("product_slug")) {
            body.put("product_slug", callers.ids().get("product_slug"));
        }
        body.remove("idempotency_key");
        return body;
    }

    private static Api.Reply call(Api caller, Route route, Object body) {
        return caller.send(route.method(), Estate.filled(route.path(), callers.ids()), body);
    }

    private static String books() {
        return callers.owner()
                .get("/api/v1/wallets/" + callers.ids().get("wallet_id") + "/ledger?limit=200")
                .expect(200)
                .text();
    }

    @Nested
    class Answers409 {
        @Test
        void a_key_is_not_used_for_another_payload_and_nothing_is_written() {
            SoftAssertions softly = new SoftAssertions();
            for (Route route : keyed) {
                Api once = callers.right(route).key(Harness.unique("once"));
                Api.Reply first = call(once, route, body(route));
                softly.assertThat(STORED).as(route + " " + first.text()).contains(first.status());
                Api.Reply again = call(once, route, body(route));
                softly.assertThat(again.status() + again.text().replace(again.at("/key"), ""))
                        .as(route + " is repeated")
                        .startsWith(String.valueOf(first.status()));
                softly.assertThat(again.header("Idempotency-Replayed"))
                        .as(route.toString())
                        .hasValue("true");
                String before = books();
                Api.Reply other = call(once, route, body(route).put("something_else", 1));
                softly.assertThat(other.status() + " " + other.code())
                        .as(route + " with another payload")
                        .isEqualTo("409 IDEMPOTENCY_PAYLOAD_MISMATCH");
                softly.assertThat(books()).as(route.toString()).isEqualTo(before);
            }
            softly.assertAll();
        }
    }

    @Nested
    class Answers400 {
        @Test
        void a_key_that_is_none_is_refused() {
            SoftAssertions softly = new SoftAssertions();
            for (Route route : keyed) {
                Api caller = callers.right(route);
                for (String key : List.of("", "  ", "k".repeat(256))) {
                    refused(softly, call(caller.key(key), route, body(route)));
                }
                for (String key : List.of("", " ", "k".repeat(256), "a\u0000b")) {
                    refused(softly, call(caller, route, body(route).put("idempotency_key", key)));
                }
                refused(softly, call(caller, route, body(route).put("idempotency_key", 7)));
                String half =
                        body(route).put("idempotency_key", "HALF").toString().replace("HALF", "a\\ud800");
                softly.assertThat(call(caller, route, half).status())
                        .as(route.toString())
                        .isEqualTo(400);
            }
            softly.assertAll();
        }

        @Test
        void a_key_in_the_header_and_another_in_the_body_are_refused() {
            SoftAssertions softly = new SoftAssertions();
            for (Route route : keyed) {
                Api caller = callers.right(route);
                refused(softly, call(caller.key("a"), route, body(route).put("idempotency_key", "b")));
                refused(softly, call(caller.key("a"), route, body(route).put("idempotencyKey", "b")));
                refused(
                        softly,
                        call(
                                caller,
                                route,
                                body(route).put("idempotency_key", "a").put("idempotencyKey", "b")));
            }
            softly.assertAll();
        }

        private void refused(SoftAssertions softly, Api.Reply reply) {
            softly.assertThat(reply.status() + " " + reply.text())
                    .as(reply.method() + " " + reply.path())
                    .startsWith("400")
                    .contains("idempotency_key");
        }
    }
}
