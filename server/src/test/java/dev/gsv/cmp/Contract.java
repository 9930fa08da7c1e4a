package dev.gsv.cmp;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.gsv.cmp.kit.Aliases;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Holds an answer against {@code golden/openapi.json}: the route is promised, the status is promised, the body fits.
 */
final class Contract {

    private static final Path FILE = House.root().resolve("golden/openapi.json");
    private static final JsonNode DOCUMENT = load();
    private static final Map<String, Schema> SCHEMAS = new ConcurrentHashMap<>();

    private Contract() {}

    static void check(Api.Reply reply) {
        if (DOCUMENT.isEmpty()) {
            return;
        }
        String path = Aliases.canonical(reply.path().replaceAll("\\?.*", ""));
        if (!path.startsWith("/api/v1/") && !path.startsWith("/v1/")) {
            return;
        }
        String route = route(path, reply.method());
        if (route == null) {
            if (reply.status() != 400 && reply.status() != 404 && reply.status() != 405 && reply.status() != 413) {
                throw new AssertionError(reply.method() + " " + path + " answered " + reply.status()
                        + " but golden/openapi.json does not promise it; run ./cmp golden");
            }
            problem(reply);
            return;
        }
        JsonNode responses =
                DOCUMENT.path("paths").path(route).path(method(reply)).path("responses");
        // A refusal with a documented body of its own, such as the health of something that is down, is no problem.
        if (reply.status() >= 400 && !responses.has(String.valueOf(reply.status()))) {
            problem(reply);
            return;
        }
        JsonNode response = responses.path(String.valueOf(reply.status()));
        if (response.isMissingNode()) {
            throw new AssertionError(reply.method() + " " + route + " answered " + reply.status() + ", promised are "
                    + responses.propertyNames());
        }
        JsonNode content = response.path("content");
        boolean file = !reply.header("content-type").orElse("application/json").contains("json");
        if (content.isMissingNode() || reply.bytes().length == 0 || file) {
            return;
        }
        String type = content.has("application/json") ? "application/json" : "*/*";
        if (content.path(type).has("schema")) {
            fits(
                    reply,
                    "/paths/" + escape(route) + "/" + method(reply) + "/responses/" + reply.status() + "/content/"
                            + escape(type) + "/schema");
        }
    }

    private static void problem(Api.Reply reply) {
        String type = reply.header("content-type").orElse("");
        if (!type.startsWith("application/problem+json")) {
            throw new AssertionError(reply.method() + " " + reply.path() + " answered " + reply.status() + " as '"
                    + type + "', not as problem+json: " + reply.text());
        }
        fits(reply, "/components/schemas/ProblemBody");
    }

    private static void fits(Api.Reply reply, String pointer) {
        Schema schema = SCHEMAS.computeIfAbsent(pointer, Contract::compile);
        var errors = schema.validate(reply.text(), InputFormat.JSON);
        if (!errors.isEmpty()) {
            throw new AssertionError(reply.method() + " " + reply.path() + " " + reply.status()
                    + " does not fit the contract:\n"
                    + errors.stream().map(Object::toString).collect(Collectors.joining("\n")) + "\n" + reply.text());
        }
    }

    private static Schema compile(String pointer) {
        ObjectNode root = Api.MAPPER.createObjectNode();
        root.put("$ref", "#" + pointer);
        root.set("components", DOCUMENT.path("components"));
        root.set("paths", DOCUMENT.path("paths"));
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Api.MAPPER.writeValueAsString(root), InputFormat.JSON);
    }

    private static String route(String path, String method) {
        String best = null;
        for (Map.Entry<String, JsonNode> entry : DOCUMENT.path("paths").properties()) {
            String template = entry.getKey();
            if (!entry.getValue().has(method.toLowerCase(java.util.Locale.ROOT))) {
                continue;
            }
            if (path.matches(template.replaceAll("\\{[^}]+}", "[^/]+"))
                    && (best == null || variables(template) < variables(best))) {
                best = template;
            }
        }
        return best;
    }

    private static long variables(String template) {
        return template.chars().filter(c -> c == '{').count();
    }

    private static String method(Api.Reply reply) {
        return reply.method().toLowerCase(java.util.Locale.ROOT);
    }

    private static String escape(String part) {
        return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D");
    }

    private static JsonNode load() {
        try {
            return Files.exists(FILE) ? Api.MAPPER.readTree(Files.readString(FILE)) : Api.MAPPER.createObjectNode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
