package dev.gsv.cmp.journeys;

import dev.gsv.cmp.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** Values that somebody sends by mistake or on purpose. */
final class Nasty {

    /** JSON as it is written on the wire, so that no reader of ours has been there before. */
    private static final List<String> WRITTEN = List.of(
            "null",
            "true",
            "0",
            "-0",
            "-0.0",
            "-1",
            "1.5",
            "1e3",
            "0.0000001",
            "1e400",
            "-1e400",
            "1e-400",
            "1e999999999",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775809",
            "\"\"",
            "\" \\t \"",
            "\"\\u0000\"",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            "\"x\\udc00y\"",
            "\"10\"",
            "\"NaN\"",
            "\"👩‍🚀 emoji\"",
            "\"שלום \\u202e عالم\"",
            "\"' or 1=1; --\"",
            "\"%00\"",
            "\"../../etc/passwd\"",
            "\"2026-02-30\"",
            "\"+999999999-12-31T23:59:59Z\"",
            "\"-999999999-01-01\"",
            "\"9999-12-31T23:59:59Z\"",
            "\"__proto__\"",
            "[]",
            "[null]",
            "[[[[[[]]]]]]",
            "[\"x\", 1, null, {}]",
            "{}",
            "{\"\": null}",
            "{\"a\\u0000\": 1}",
            "{\"limits\": {\"x\": 1}}");

    static final List<String> BODIES = List.of(
            "",
            " ",
            "{",
            "}",
            "[]",
            "null",
            "5",
            "\"x\"",
            "{\"a\":1,\"a\":2}",
            "{} {}",
            "{\"name\":NaN}",
            "{'name':'x'}",
            "{\"name\":\"x\",}",
            "\u0000",
            "\ufeff{}",
            "[".repeat(5000),
            "{\"a\":".repeat(500) + "1" + "}".repeat(500));

    static final List<String> TEXTS = List.of(
            "",
            " ",
            "x",
            "0",
            "-0",
            "-1",
            "1",
            "1.5",
            "1e3",
            "NaN",
            "Infinity",
            "2147483647",
            "2147483648",
            "9223372036854775808",
            "99999999999999999999999999",
            "null",
            "true",
            "\u0000",
            "a\u0000b",
            "%",
            "'",
            "\\",
            "👩‍🚀",
            "שלום",
            "2026-02-30",
            "2026-01-01",
            "0000-01-01",
            "-999999999-01-01",
            "+999999999-12-31",
            "9999-12-31",
            "+999999999-12-31T23:59:59Z",
            "-1000000000-01-01T00:00:00Z",
            "2026-01-01T00:00:00+02:00",
            "../..",
            "x".repeat(300),
            "x".repeat(3000));

    private final Random random;

    Nasty(Random random) {
        this.random = random;
    }

    <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    boolean in(int times) {
        return random.nextInt(times) == 0;
    }

    JsonNode value() {
        return switch (random.nextInt(8)) {
            case 0 -> Api.json().stringNode("x".repeat(1 + random.nextInt(9000)));
            case 1 -> Api.json().stringNode(new UUID(random.nextLong(), random.nextLong()).toString());
            case 2 -> deep(random.nextInt(250));
            default -> raw(one(WRITTEN));
        };
    }

    static JsonNode raw(String written) {
        return Api.json().rawValueNode(new RawValue(written));
    }

    private static JsonNode deep(int levels) {
        JsonNode node = Api.json().numberNode(1);
        for (int i = 0; i < levels; i++) {
            node = Api.json().objectNode().set("d", node);
        }
        return node;
    }

    /** The same body with up to two members, at any depth, made wrong. */
    void spoil(ObjectNode body) {
        for (int i = random.nextInt(3); i > 0; i--) {
            ObjectNode at = body;
            while (in(2) && at.valueStream().anyMatch(Nasty::inner)) {
                at = (ObjectNode) one(at.valueStream().filter(Nasty::inner).toList());
            }
            List<String> names = new ArrayList<>(at.propertyNames());
            String name = names.isEmpty() || in(10) ? "unknown" : one(names);
            switch (random.nextInt(6)) {
                case 0 -> at.remove(name);
                case 1 -> at.set(camel(name), value());
                case 2 -> at.set(name, Api.json().arrayNode().add(at.path(name)));
                default -> at.set(name, value());
            }
        }
    }

    private static boolean inner(JsonNode node) {
        return node instanceof ObjectNode object && !object.isEmpty();
    }

    private static String camel(String name) {
        StringBuilder camel = new StringBuilder();
        for (String part : name.split("_")) {
            camel.append(
                    camel.isEmpty() || part.isEmpty()
                            ? part
                            : Character.toUpperCase(part.charAt(0)) + part.substring(1));
        }
        return camel.toString();
    }
}
