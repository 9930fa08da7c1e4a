package dev.gsv.cmp.catalog;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.gsv.cmp.kit.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a buyer may override, as a closed JSON Schema (2020-12): a path that it does not name is refused, and because
 * overrides are only a part of a configuration nothing is required at the levels that merge by key. A schema comes from
 * a seller, so it can reach nothing outside of itself and its patterns run for a bounded time.
 */
public final class ConfigSchema {

    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
    private static final Set<String> REFERENCES = Set.of("$ref", "$dynamicRef", "$recursiveRef");
    /** Keywords that say what happens to other properties. */
    private static final Set<String> CLOSERS =
            Set.of("additionalProperties", "unevaluatedProperties", "patternProperties");
    /** Keywords that apply schemas to the same object. */
    private static final Set<String> BESIDE =
            Set.of("allOf", "anyOf", "oneOf", "if", "dependentSchemas", "$ref", "$dynamicRef");

    private static final Set<String> VALUES = Set.of("default", "const", "enum", "examples");

    private static final SchemaRegistry PLAIN = registry();
    private static final Schema META = PLAIN.getSchema(com.networknt.schema.SchemaLocation.of(DIALECT));

    private final Schema schema;

    private ConfigSchema(Schema schema) {
        this.schema = schema;
    }

    private static SchemaRegistry registry() {
        return SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaCacheEnabled(false)
                        .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                .regularExpressionFactory(BoundedPattern::compile)
                                .build()));
    }

    /** A schema that is known to be without {@link #faults}. */
    static ConfigSchema of(ObjectNode document) {
        return new ConfigSchema(PLAIN.getSchema(closed(document)));
    }

    /** What makes a seller's schema unusable; empty when it is fine. */
    static List<String> faults(ObjectNode document) {
        List<String> faults = new ArrayList<>();
        unsafe(document, "", faults);
        if (!faults.isEmpty()) {
            return faults;
        }
        META.validate(document).stream()
                .limit(20)
                .forEach(error -> faults.add("is no JSON Schema: " + path(error) + " " + said(error)));
        if (faults.isEmpty()) {
            try {
                PLAIN.getSchema(closed(document)).initializeValidators();
            } catch (SchemaException | IllegalArgumentException e) {
                faults.add("cannot be used: a reference or pattern in it is broken");
            }
        }
        return faults;
    }

    /**
     * Something that may not be configured.
     *
     * @param names the members that lead to it, up to the first array: arrays are replaced as a whole
     * @param path the same for people, with positions in arrays
     */
    public record Finding(List<String> names, String path, String message) {

        /** A finding about a member at the top. */
        public static Finding at(String name, String message) {
            return new Finding(List.of(name), name, message);
        }

        public Problem.Detail detail() {
            return new Problem.Detail(path, message);
        }
    }

    /** Everything that is wrong with overrides, once for each path. */
    public List<Finding> findings(JsonNode overrides) {
        TreeMap<String, Finding> found = new TreeMap<>();
        try {
            for (Error error : schema.validate(overrides)) {
                found.putIfAbsent(path(error), new Finding(names(error), path(error), said(error)));
            }
        } catch (BoundedPattern.TooLong e) {
            found.put("", new Finding(List.of(), "", "a text takes too long to be checked"));
        }
        return List.copyOf(found.values());
    }

    private static List<String> names(Error error) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < error.getInstanceLocation().getNameCount(); i++) {
            if (!(error.getInstanceLocation().getElement(i) instanceof String name)) {
                return names;
            }
            names.add(name);
        }
        if (error.getProperty() != null) {
            names.add(error.getProperty());
        }
        return names;
    }

    private static String path(Error error) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < error.getInstanceLocation().getNameCount(); i++) {
            Object part = error.getInstanceLocation().getElement(i);
            path.append(part instanceof Integer ? "[" + part + "]" : (path.isEmpty() ? "" : ".") + part);
        }
        if (error.getProperty() != null) {
            path.append(path.isEmpty() ? "" : ".").append(error.getProperty());
        }
        return path.toString();
    }

    private static String said(Error error) {
        return switch (error.getKeyword()) {
            case "additionalProperties", "unevaluatedProperties" -> "cannot be configured";
            case null -> "is not allowed";
            default -> {
                String message = error.getMessage();
                yield message == null ? "is not allowed" : message;
            }
        };
    }

    /** A copy in which every object that merges by key is closed and requires nothing. */
    private static ObjectNode closed(ObjectNode document) {
        ObjectNode copy = document.deepCopy();
        copy.put("$schema", DIALECT);
        copy.remove("$id");
        close(copy);
        return copy;
    }

    private static void close(ObjectNode schema) {
        schema.remove("required");
        schema.remove("minProperties");
        schema.remove("dependentRequired");
        if (CLOSERS.stream().noneMatch(schema::has)) {
            // Where parts of the schema lie beside it, only all of them together know what is named.
            schema.put(BESIDE.stream().anyMatch(schema::has) ? "unevaluatedProperties" : "additionalProperties", false);
        }
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            if (property.getValue() instanceof ObjectNode inner && inner.has("properties")) {
                close(inner);
            }
        }
    }

    private static void unsafe(JsonNode node, String path, List<String> faults) {
        if (node instanceof ArrayNode array) {
            array.forEach(item -> unsafe(item, path + "[]", faults));
            return;
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            String name = member.getKey();
            JsonNode value = member.getValue();
            String here = path.isEmpty() ? name : path + "." + name;
            boolean keyword = !path.matches("(?:.*\\.)?(?:properties|patternProperties|\\$defs|definitions)");
            if (keyword && REFERENCES.contains(name) && !value.asString("").startsWith("#")) {
                faults.add(here + " must refer to the schema itself: start it with '#'");
            } else if (keyword
                    && name.equals("$schema")
                    && !value.asString("").replace("#", "").equals(DIALECT)) {
                faults.add(here + " must be " + DIALECT);
            } else if (keyword && name.equals("pattern") && !BoundedPattern.usable(value.asString(""))) {
                faults.add(
                        here + " must be a regular expression of at most " + BoundedPattern.MAX_LENGTH + " characters");
            } else if (!keyword || !VALUES.contains(name)) {
                unsafe(value, here, faults);
            }
        }
    }
}
