package dev.gsv.cmp.journeys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/**
 * Hundreds of requests that are nearly right, for every operation of the API description, by everybody who might send
 * them. {@code -Dseed=…} repeats a series, {@code -Drounds=…} makes it longer.
 */
class FuzzTest {

    /** Each round calls every operation once. */
    private static final int ROUNDS = Integer.getInteger("rounds", 4);

    private static Harness harness;

    private final long seed = Long.getLong("seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final Nasty nasty = new Nasty(random);
    private final Set<String> pages = new HashSet<>();
    private final List<String> failures = new ArrayList<>();
    private final Map<Integer, Integer> statuses = new HashMap<>();
    private Map<String, String> ids = Map.of();
    private Map<String, String> foreign = Map.of();

    @BeforeAll
    static void start() {
        harness = Harness.start(Map.of());
    }

    @AfterAll
    static void stop() {
        harness.close();
    }

    @Test
    void whatever_is_sent_the_answer_is_promised_and_the_books_balance() {
        List<Operation> operations = new ArrayList<>(Operation.all());
        assertThat(operations).hasSizeGreaterThan(80);
        Map<String, Route> routes =
                Route.all(harness).stream().collect(Collectors.toMap(Route::toString, route -> route));
        for (int round = 0; round < ROUNDS; round++) {
            Collections.shuffle(operations, random);
            operations.sort((a, b) ->
                    Boolean.compare(a.method().equals("DELETE"), b.method().equals("DELETE")));
            Callers callers = settle();
            for (Operation operation : operations) {
                Route route = routes.getOrDefault(
                        operation.method() + " " + operation.path(),
                        new Route(operation.path(), operation.method(), Optional.empty(), true, false, true));
                fire(caller(callers, route), operation, route);
            }
        }
        assertThat(failures).as("seed " + seed).isEmpty();
        assertThat(statuses.get(2))
                .as("some of it is right, or nothing is tried: seed %d, %s", seed, statuses)
                .isGreaterThan(ROUNDS * 15);
        theBooksBalance();
    }

    /** New organizations, so that no round finds what another has ended. */
    private Callers settle() {
        Estate other = Estate.settled(harness);
        Callers callers = Callers.settled(harness, other.owner().api());
        ids = callers.ids();
        foreign = other.ids();
        if (nasty.in(2)) {
            callers.owner()
                    .post("/api/v1/offerings/" + ids.get("offering_id") + "/publish")
                    .expect(200);
        }
        return callers;
    }

    /** Mostly somebody who may, so that it is the request that is refused. */
    private Api caller(Callers callers, Route route) {
        if (nasty.in(4)) {
            return nasty.one(callers.all());
        }
        return route.keys() && nasty.in(2) ? callers.key() : callers.right(route);
    }

    /** Sends one request; what is wrong with the answer is collected. */
    private void fire(Api caller, Operation operation, Route route) {
        String path = path(operation) + query(operation);
        Object body = body(operation, route);
        try {
            Api.Reply reply = dressed(caller).send(operation.method(), path, body);
            statuses.merge(reply.status() / 100, 1, Integer::sum);
            boolean busy = reply.status() == 503 && reply.header("Retry-After").isPresent();
            if (reply.status() >= 500 && !busy) {
                failures.add(said(operation, path, body) + " answered " + reply.status() + " " + reply.text());
            } else if (reply.status() >= 400) {
                page(reply);
            }
        } catch (AssertionError | RuntimeException e) {
            failures.add(said(operation, path, body) + ": " + e);
        }
    }

    private static String said(Operation operation, String path, Object body) {
        String text = String.valueOf(body);
        return operation.method() + " " + path + " " + text.substring(0, Math.min(2000, text.length()));
    }

    private void page(Api.Reply reply) {
        if (pages.add(reply.at("/type"))) {
            assertThat(harness.caller().get(reply.at("/type")).expect(200).text())
                    .contains(reply.code());
        }
    }

    private Api dressed(Api caller) {
        return switch (random.nextInt(12)) {
            case 0 -> caller.key("k-" + random.nextInt(5));
            case 1 -> caller.key(Harness.unique("k"));
            case 2 -> caller.key("x".repeat(256));
            case 3 -> caller.with("Content-Type", nasty.one(List.of("text/plain", "application/xml", "x/y", "json")));
            case 4 -> caller.with("Accept", nasty.one(List.of("text/html", "application/problem+json", "*/*")));
            case 5 -> caller.with("X-API-Key", "cmp_sk_x");
            default -> caller;
        };
    }

    private String path(Operation operation) {
        Map<String, String> used = new HashMap<>(ids);
        if (nasty.in(4)) {
            used.replaceAll((name, id) -> nasty.in(3) ? spoiled(name, id) : id);
        }
        return Estate.filled(operation.path(), used);
    }

    private String spoiled(String name, String id) {
        return switch (random.nextInt(5)) {
            case 0 -> id.replace("-", "");
            case 1 -> id.toUpperCase(Locale.ROOT);
            case 2 -> foreign.get(name);
            default -> encoded(nasty.one(Nasty.TEXTS.subList(2, Nasty.TEXTS.size())));
        };
    }

    private String query(Operation operation) {
        StringBuilder query = new StringBuilder();
        for (String name : operation.queries()) {
            if (nasty.in(4)) {
                query.append(query.isEmpty() ? '?' : '&')
                        .append(name)
                        .append('=')
                        .append(encoded(nasty.in(2) ? nasty.one(Nasty.TEXTS) : right(name)));
            }
        }
        return query.toString();
    }

    private String right(String name) {
        return switch (name) {
            case "from", "to" -> "2026-0" + (1 + random.nextInt(2)) + "-01";
            case "limit" -> String.valueOf(1 + random.nextInt(200));
            case "offset" -> String.valueOf(random.nextInt(3));
            case "group_by" -> "day";
            case "category" -> "agents";
            case "ordering" -> "-rating";
            case "status" -> "published";
            case "state" -> "active";
            default -> ids.getOrDefault(name.equals("provider") ? "org_id" : name, "e");
        };
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Object body(Operation operation, Route route) {
        if (!operation.hasBody()) {
            return nasty.in(10) ? "{}" : null;
        }
        if (nasty.in(10)) {
            return nasty.one(Nasty.BODIES);
        }
        ObjectNode body = operation.body(nasty, ids);
        Object right = route.body(ids);
        if (right != null && !nasty.in(5)) {
            body = Json.mapper().valueToTree(right);
            if (nasty.in(2)) {
                body.setAll(operation.body(nasty, ids));
            }
        }
        nasty.spoil(body);
        return body.toString();
    }

    private static void theBooksBalance() {
        JdbcClient sql = harness.bean(JdbcClient.class);
        assertThat(sql.sql("""
                        select w.org_id::text from wallet w
                        where w.posted_micros <> coalesce((select sum(e.amount_micros) from entry e
                                where e.org_id = w.org_id and e.account = 'wallet'), 0)
                           or w.held_micros <> coalesce((select sum(h.amount_micros) from hold h
                                where h.org_id = w.org_id), 0)
                           or w.posted_micros - w.held_micros < w.floor_micros
                        """).query(String.class).list())
                .as("wallets that do not agree with their ledger")
                .isEmpty();
        assertThat(sql.sql("""
                        select movement_id::text from entry group by movement_id having sum(amount_micros) <> 0
                        """).query(String.class).list())
                .as("movements that do not sum to zero")
                .isEmpty();
    }
}
