package dev.gsv.cmp.journeys;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.House;
import dev.gsv.cmp.kit.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One operation as {@code golden/openapi.json} describes it, and what somebody who has read that would send. */
record Operation(String method, String path, JsonNode described) {

    private static final JsonNode DOCUMENT = document();
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
    private static final int DEPTH = 3;

    private static JsonNode document() {
        try {
            return Json.mapper().readTree(Files.readString(House.root().resolve("golden/openapi.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Operation> all() {
        List<Operation> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : DOCUMENT.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (METHODS.contains(operation.getKey())) {
                    all.add(new Operation(
                            operation.getKey().toUpperCase(Locale.ROOT), path.getKey(), operation.getValue()));
                }
            }
        }
        return all;
    }

    List<String> queries() {
        return described
                .path("parameters")
                .valueStream()
                .filter(parameter -> parameter.path("in").asString().equals("query"))
                .map(parameter -> parameter.path("name").asString())
                .toList();
    }

    boolean hasBody() {
        return described.has("requestBody");
    }

    /** Whether the body may be left out. */
    boolean bodyOptional() {
        return !described.at("/requestBody/required").asBoolean(false);
    }

    /** The members of the body and how each is described. */
    Map<String, JsonNode> members() {
        Map<String, JsonNode> members = new LinkedHashMap<>();
        resolved(described.at("/requestBody/content/application~1json/schema"))
                .path("properties")
                .properties()
                .forEach(member -> members.put(member.getKey(), resolved(member.getValue())));
        return members;
    }

    /** A body of the described shape: every member that is described, one time in two. */
    ObjectNode body(Nasty dice, Map<String, String> ids) {
        JsonNode schema = described.at("/requestBody/content/application~1json/schema");
        return value(dice, ids, "", schema, DEPTH) instanceof ObjectNode object
                ? object
                : Api.json().objectNode();
    }

    private static JsonNode value(Nasty dice, Map<String, String> ids, String name, JsonNode described, int depth) {
        JsonNode schema = resolved(described);
        if (schema.has("enum")) {
            return dice.one(schema.path("enum").valueStream().toList());
        }
        return switch (type(schema)) {
            case "string" -> Api.json().stringNode(text(dice, ids, name, schema));
            case "integer" -> Api.json().numberNode(dice.in(2) ? 1 : 7);
            case "number" -> Api.json().numberNode(dice.in(2) ? 2 : 3.25);
            case "boolean" -> Api.json().booleanNode(dice.in(2));
            case "array" -> {
                ArrayNode array = Api.json().arrayNode();
                if (depth > 0 && dice.in(2)) {
                    array.add(value(dice, ids, name, schema.path("items"), depth - 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = Api.json().objectNode();
                schema.path("properties").properties().forEach(member -> {
                    if (depth > 0 && dice.in(2)) {
                        object.set(member.getKey(), value(dice, ids, member.getKey(), member.getValue(), depth - 1));
                    }
                });
                yield object;
            }
        };
    }

    private static JsonNode resolved(JsonNode schema) {
        JsonNode at = schema;
        for (String list : List.of("anyOf", "oneOf", "allOf")) {
            at = at.has(list) ? at.path(list).path(0) : at;
        }
        return at.has("$ref") ? DOCUMENT.at(at.path("$ref").asString().substring(1)) : at;
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isArray() ? type.path(0).asString() : type.asString("");
    }

    private static String text(Nasty dice, Map<String, String> ids, String name, JsonNode schema) {
        return switch (schema.path("format").asString("")) {
            case "uuid" -> id(dice, ids, name);
            case "date-time" -> "2027-01-01T00:00:00Z";
            case "date" -> "2026-01-01";
            default -> dice.in(2) ? "Text 👋" : "text-" + UUID.randomUUID();
        };
    }

    private static String id(Nasty dice, Map<String, String> ids, String name) {
        String known = switch (name) {
            case "offering_version_id" -> "version_id";
            case "provider_org_id", "provider_uuid" -> "org_id";
            default -> name;
        };
        String id = ids.getOrDefault(known, UUID.randomUUID().toString());
        return dice.in(4) ? id.replace("-", "").toUpperCase(Locale.ROOT) : id;
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
