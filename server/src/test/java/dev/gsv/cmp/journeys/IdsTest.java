package dev.gsv.cmp.journeys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Ids as callers write them (decision C-48): on every route, in its path and in its body. */
class IdsTest {

    private static final Harness HARNESS = Harness.shared();

    /** A decision, and what it was about; ids and times differ between two estates. */
    private static String seen(Api.Reply reply) {
        return reply.status() < 400 ? String.valueOf(reply.status()) : reply.status() + " " + reply.at("/detail");
    }

    private static Map<String, String> walked(List<Route> routes, UnaryOperator<String> spelling) {
        Callers callers = Callers.settled(HARNESS, HARNESS.caller());
        Map<String, String> ids = new HashMap<>(callers.ids());
        ids.replaceAll((name, id) -> name.equals("category") || Estate.TEXTS.contains(name) ? id : spelling.apply(id));
        Map<String, String> answers = new HashMap<>();
        for (Route route : routes) {
            answers.put(
                    route.toString(),
                    seen(callers.right(route).send(route.method(), Estate.filled(route.path(), ids), route.body(ids))));
        }
        return answers;
    }

    @Test
    void ids_without_dashes_and_in_capitals_are_the_same_ids_on_every_route() {
        List<Route> routes = new ArrayList<>(Route.all(HARNESS));
        // A category has no id, and is everybody's.
        routes.removeIf(route -> !route.named() || route.variables().contains("category"));
        assertThat(routes).hasSizeGreaterThan(50);
        // What ends something comes last.
        routes.sort(Comparator.comparing(route -> route.method().equals("DELETE")));
        Map<String, String> plain = walked(routes, id -> id);
        assertThat(plain.values().stream().filter(answer -> answer.startsWith("2")))
                .as("routes where the spelling can matter")
                .hasSizeGreaterThan(40);
        Map<String, String> short_ = walked(routes, id -> id.replace("-", ""));
        Map<String, String> loud = walked(routes, id -> id.toUpperCase(Locale.ROOT));
        SoftAssertions softly = new SoftAssertions();
        plain.forEach((route, answer) -> {
            softly.assertThat(short_.get(route)).as(route + " without dashes").isEqualTo(answer);
            softly.assertThat(loud.get(route)).as(route + " in capitals").isEqualTo(answer);
        });
        softly.assertAll();
    }

    @Test
    void what_is_no_id_is_not_found_and_no_failure() {
        Callers callers = Callers.settled(HARNESS, HARNESS.caller());
        SoftAssertions softly = new SoftAssertions();
        for (Route route : Route.all(HARNESS)) {
            for (String variable : route.variables()) {
                if (Estate.TEXTS.contains(variable)) {
                    continue;
                }
                for (String odd : List.of("x", "0", "-1", "null", "%F0%9F%91%8B", "a".repeat(500), "1-1-1-1-1")) {
                    Map<String, String> ids = new HashMap<>(callers.ids());
                    ids.put(variable, odd);
                    // The key comes before the id, since a call without one is not well formed.
                    Api caller = callers.right(route);
                    boolean keyless = !route.path().endsWith("/topups");
                    Api.Reply reply = (keyless ? caller.key(Harness.unique("odd")) : caller)
                            .send(route.method(), Estate.filled(route.path(), ids), route.body(callers.ids()));
                    softly.assertThat(reply.status())
                            .as(route + " with " + odd + " " + reply.text())
                            .isEqualTo(404);
                }
            }
        }
        softly.assertAll();
    }
}
