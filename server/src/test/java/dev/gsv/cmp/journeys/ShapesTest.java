package dev.gsv.cmp.journeys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Requests of the wrong shape, for every operation that takes a body or a parameter as the API description names them;
 * a new operation is tried without being written down here.
 */
class ShapesTest {

    private static final int KB = 1024;

    private static final Harness HARNESS = Harness.shared();
    private static Map<String, Route> routes;
    private static Callers callers;

    @BeforeAll
    static void settle() {
        routes = Route.all(HARNESS).stream().collect(Collectors.toMap(Route::toString, route -> route));
        callers = Callers.settled(HARNESS, HARNESS.caller());
    }

    private static List<Operation> withBody() {
        List<Operation> operations =
                Operation.all().stream().filter(Operation::hasBody).toList();
        assertThat(operations).hasSizeGreaterThan(30);
        return operations;
    }

    private static Route route(Operation operation) {
        return routes.get(operation.method() + " " + operation.path());
    }

    private static Api.Reply call(Api caller, Operation operation, Object body) {
        return caller.send(operation.method(), Estate.filled(operation.path(), callers.ids()), body);
    }

    private static Api right(Operation operation) {
        return callers.right(route(operation));
    }

    private static ObjectNode body(Operation operation) {
        Object body = route(operation).body(callers.ids());
        return body == null ? Api.json().objectNode() : Json.mapper().valueToTree(body);
    }

    /** Every member of every body, with what the description says of it. */
    private static void members(BiConsumer<Operation, Map.Entry<String, JsonNode>> each) {
        for (Operation operation : withBody()) {
            operation.members().forEach((name, schema) -> each.accept(operation, Map.entry(name, schema)));
        }
    }

    private static void answers(SoftAssertions softly, Api.Reply reply, Object what, int status, String code) {
        softly.assertThat(reply.status() + " " + reply.code())
                .as(reply.method() + " " + reply.path() + " " + what + " " + reply.text())
                .isEqualTo(status + " " + code);
    }

    @Nested
    class Answers400 {
        @Test
        void what_is_no_json_object_is_refused_everywhere() {
            SoftAssertions softly = new SoftAssertions();
            for (Operation operation : withBody()) {
                for (String body : List.of(
                        "",
                        "{",
                        "[]",
                        "null",
                        "5",
                        "\"x\"",
                        "{} {}",
                        "{\"name\":NaN}",
                        "{\"a\":1,\"a\":2}",
                        "{\"a\":".repeat(300) + "1" + "}".repeat(300))) {
                    if (operation.bodyOptional() && (body.isEmpty() || body.equals("null"))) {
                        continue;
                    }
                    Api.Reply reply = call(right(operation).with("Content-Type", "application/json"), operation, body);
                    answers(softly, reply, body, 400, "VALIDATION_ERROR");
                }
            }
            softly.assertAll();
        }

        @Test
        void a_member_of_the_wrong_type_is_refused_and_named() {
            SoftAssertions softly = new SoftAssertions();
            members((operation, member) -> {
                for (String wrong : wrong(member.getValue())) {
                    // Documented otherwise: a number of days that makes no sense is 422, whatever is wrong with it.
                    if (member.getKey().equals("expires_in_days") && wrong.startsWith("0.")) {
                        continue;
                    }
                    ObjectNode body = body(operation);
                    body.set(member.getKey(), Nasty.raw(wrong));
                    Api caller = right(operation);
                    Api.Reply reply = call(
                            body.has("idempotency_key") ? caller : caller.key(Harness.unique("wrong")),
                            operation,
                            body.toString());
                    answers(softly, reply, member.getKey() + "=" + wrong, 400, "VALIDATION_ERROR");
                    softly.assertThat(reply.text()).as(operation + " " + wrong).contains(member.getKey());
                }
            });
            softly.assertAll();
        }

        private List<String> wrong(JsonNode schema) {
            if (schema.has("enum")) {
                return List.of("\"no-such\"", "7", "[]", "\"\"");
            }
            return switch (schema.path("type").isArray()
                    ? schema.path("type").path(0).asString()
                    : schema.path("type").asString("")) {
                case "string" ->
                    schema.has("format")
                            ? List.of("7", "true", "[]", "{}", "\"x\"", "\"\"", "\"\\u0000\"")
                            : List.of("7", "1.5", "true", "[]", "{}");
                case "integer" -> List.of("\"10\"", "1.5", "true", "[]", "{}", "\"\"", "1e400");
                case "number" -> List.of("\"10\"", "true", "[]", "{}", "\"\"", "0.0000001");
                case "boolean" -> List.of("\"true\"", "1", "0", "[]", "\"\"");
                case "array" -> List.of("\"x\"", "7", "{}", "true");
                default -> List.of();
            };
        }

        /** What is looked for, or not looked at, and never stored. */
        private static final Set<String> UNSTORED = Set.of(
                "POST /api/v1/flows flow_name",
                "PATCH /api/v1/flows/{flow_id} flow_name",
                "POST /api/v1/flows/import flow_name",
                "POST /api/v1/offerings/{offering_id}/import_flow flow_name",
                "POST /api/v1/offerings/{offering_id}/validate_flow flow_name",
                "POST /api/v1/offerings/{offering_id}/validate_flow version_label");

        @Test
        void no_text_with_a_nul_or_half_a_character_is_taken() {
            SoftAssertions softly = new SoftAssertions();
            members((operation, member) -> {
                if (!member.getValue().toString().contains("\"string\"")
                        || UNSTORED.contains(operation + " " + member.getKey())) {
                    return;
                }
                for (String wrong : List.of("\"a\\u0000b\"", "\"a\\ud800\"", "\"\\udc00b\"")) {
                    ObjectNode body = body(operation);
                    body.set(member.getKey(), Nasty.raw(wrong));
                    Api.Reply reply = call(right(operation), operation, body.toString());
                    softly.assertThat(reply.status())
                            .as(operation + " " + member.getKey() + "=" + wrong + " " + reply.text())
                            .isBetween(400, 499);
                }
            });
            softly.assertAll();
        }

        @Test
        void a_name_is_one_line_of_any_script_within_its_bound() {
            SoftAssertions softly = new SoftAssertions();
            members((operation, member) -> {
                String field = member.getKey();
                // A category is everybody's: other tests read its name.
                if ((!field.equals("name") && !field.equals("instance_name"))
                        || operation.path().contains("{category}")) {
                    return;
                }
                for (String wrong : List.of("", "  ", "\t", "a\u0000b", "a\nb", "x".repeat(256))) {
                    Api.Reply reply =
                            call(right(operation), operation, body(operation).put(field, wrong));
                    answers(softly, reply, field + "=" + wrong, 400, "VALIDATION_ERROR");
                    softly.assertThat(reply.at("/detail"))
                            .as(operation.toString())
                            .contains(field);
                }
                for (String odd : List.of("👩‍🚀", "שלום עולם", "مرحبا", "' or 1=1; --", "ü".repeat(200))) {
                    String name = Harness.unique("n") + " " + odd;
                    Api.Reply reply =
                            call(right(operation), operation, body(operation).put(field, name));
                    // The name of an import is shown by the offering that it makes.
                    softly.assertThat(reply.status())
                            .as(operation + " " + name + reply.text())
                            .isBetween(200, 299);
                    softly.assertThat(List.of(name, ""))
                            .as(operation.toString())
                            .contains(reply.at("/name"));
                }
            });
            softly.assertAll();
        }

        @Test
        void a_list_is_asked_for_with_a_limit_and_an_offset_that_make_sense() {
            SoftAssertions softly = new SoftAssertions();
            int lists = 0;
            for (Operation operation : Operation.all()) {
                if (!operation.queries().contains("limit")) {
                    continue;
                }
                lists++;
                for (String query : List.of(
                        "limit=0",
                        "limit=-1",
                        "limit=" + (operation.path().contains("/control-plane/") ? 1001 : 201),
                        "limit=x",
                        "limit=1.5",
                        "limit=1e1",
                        "limit=NaN",
                        "limit=2147483648",
                        "limit=9223372036854775808",
                        "offset=-1",
                        "offset=x",
                        "offset=1e400",
                        "offset=2147483648")) {
                    Api.Reply reply =
                            right(operation).get(Estate.filled(operation.path(), callers.ids()) + "?" + query);
                    answers(softly, reply, query, 400, "VALIDATION_ERROR");
                }
                softly.assertThat(right(operation)
                                .get(Estate.filled(operation.path(), callers.ids()) + "?limit=200&offset=2147483647")
                                .status())
                        .as(operation.toString())
                        .isEqualTo(200);
            }
            softly.assertThat(lists).isGreaterThan(8);
            softly.assertAll();
        }
    }

    @Nested
    class Answers413 {
        @Test
        void a_body_beyond_its_limit_is_refused_everywhere() {
            SoftAssertions softly = new SoftAssertions();
            for (Operation operation : withBody()) {
                boolean flow = operation.path().contains("flow");
                String body = "{\"x\":\"" + "x".repeat((flow ? 8 * KB : 256) * KB) + "\"}";
                answers(softly, call(right(operation), operation, body), "", 413, "REQUEST_TOO_LARGE");
            }
            softly.assertAll();
        }
    }

    @Nested
    class Answers415 {
        @Test
        void a_body_of_another_type_is_refused_everywhere() {
            SoftAssertions softly = new SoftAssertions();
            for (Operation operation : withBody()) {
                for (String type : List.of("text/plain", "application/xml", "application/x-www-form-urlencoded")) {
                    Api caller = right(operation).with("Content-Type", type);
                    Api.Reply reply = call(caller, operation, body(operation).toString());
                    answers(softly, reply, type, 415, "UNSUPPORTED_MEDIA_TYPE");
                }
            }
            softly.assertAll();
        }
    }

    @Nested
    class Answers404And405 {
        @Test
        void another_method_is_refused_with_those_that_are_possible() {
            Map<String, List<String>> possible = new HashMap<>();
            for (Route route : routes.values()) {
                possible.computeIfAbsent(route.path(), path -> new java.util.ArrayList<>())
                        .add(route.method());
            }
            SoftAssertions softly = new SoftAssertions();
            possible.forEach((path, methods) -> {
                for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
                    if (methods.contains(method) || otherwise(path, method)) {
                        continue;
                    }
                    Api.Reply reply = callers.owner().send(method, Estate.filled(path, callers.ids()), "{}");
                    answers(softly, reply, "", 405, "METHOD_NOT_ALLOWED");
                    softly.assertThat(reply.header("Allow").orElse(""))
                            .as(method + " " + path)
                            .contains(methods);
                }
            });
            softly.assertAll();
        }

        /** True where another route has the same shape, as {@code /offerings/enrich} has that of an offering. */
        private boolean otherwise(String path, String method) {
            return routes.values().stream()
                    .anyMatch(route -> route.method().equals(method)
                            && path.matches(route.path().replaceAll("\\{[^}]+}", "[^/]+")));
        }

        @Test
        void an_unknown_route_below_every_route_is_not_found() {
            SoftAssertions softly = new SoftAssertions();
            for (Route route : routes.values()) {
                String path = Estate.filled(route.path(), callers.ids()) + "/no/such/thing";
                answers(softly, callers.owner().send(route.method(), path, null), "", 404, "NOT_FOUND");
            }
            softly.assertAll();
        }
    }
}
