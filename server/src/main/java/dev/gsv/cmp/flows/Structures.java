package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code StructuredOutput}: a model's answer as rows of a schema.
 *
 * <p>The schema goes into the prompt as JSON Schema, because not every server knows a mode for it. What comes back is
 * checked here; a misfit is shown to the model once.
 */
final class Structures {
    /** How often a model is asked for one answer: once, and once more to repair it. */
    static final int MAX_ATTEMPTS = 2;
    /** Most fields of a schema. */
    static final int MAX_FIELDS = 100;
    /** Most findings that are shown to a model. */
    private static final int MAX_FINDINGS = 10;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String OBJECTS = "objects";
    private static final String INSTRUCTIONS = "Extract what the user's text says into the given JSON Schema.";

    /** One field of an output schema, as a row of the editor's table. */
    private record Field(String name, String description, String type, boolean multiple) {
        ObjectNode schema() {
            ObjectNode one = JSON.objectNode();
            one.putArray("type").add(jsonType()).add("null");
            ObjectNode schema =
                    multiple ? JSON.objectNode().put("type", "array").set("items", one) : one;
            return schema.put("description", description);
        }

        private String jsonType() {
            return switch (type) {
                case "int" -> "integer";
                case "float" -> "number";
                case "bool" -> "boolean";
                case "dict" -> "object";
                default -> "string";
            };
        }

        /** The value as this field wants it; empty when it does not fit. */
        Optional<JsonNode> fitted(JsonNode value) {
            if (value.isNull()) {
                return Optional.of(value);
            }
            if (!multiple) {
                return single(value);
            }
            ArrayNode list = JSON.arrayNode();
            for (JsonNode each : value.isArray() ? value : JSON.arrayNode().add(value)) {
                Optional<JsonNode> fits = single(each);
                if (fits.isEmpty()) {
                    return Optional.empty();
                }
                list.add(fits.get());
            }
            return Optional.of(list);
        }

        /** Models write numbers and truth values as texts now and then; that is no reason to ask again. */
        private Optional<JsonNode> single(JsonNode value) {
            OptionalDouble number = Work.number(Flow.text(value));
            boolean whole = number.isPresent()
                    && number.getAsDouble() == Math.rint(number.getAsDouble())
                    && Math.abs(number.getAsDouble()) < 1e15;
            return Optional.ofNullable(
                    switch (type) {
                        case "int" -> whole ? JSON.numberNode((long) number.getAsDouble()) : null;
                        case "float" -> number.isPresent() ? JSON.numberNode(number.getAsDouble()) : null;
                        case "bool" ->
                            Flow.text(value).equalsIgnoreCase("true")
                                            || Flow.text(value).equalsIgnoreCase("false")
                                    ? JSON.booleanNode(Boolean.parseBoolean(Flow.text(value)))
                                    : null;
                        case "dict" -> value.isObject() ? value : null;
                        default -> value.isValueNode() ? JSON.stringNode(Flow.text(value)) : null;
                    });
        }
    }

    private Structures() {}

    static Value structured(Work work) {
        List<Field> fields = fields(work.node());
        Flow.Node chooser = ModelNodes.chooser(work.run().plan(), work.node());
        String model = ModelNodes.model(chooser, work.run().models());
        if (model.equals(Extractive.NAME)) {
            throw new NodeFault(
                    Fault.MODEL_NOT_CONFIGURED,
                    "A Structured Output needs a language model, and cmp/extractive only quotes.");
        }
        Value input = work.value("input_value");
        if (input.asText().isBlank()) {
            throw new NodeFault(Fault.INPUT_MISSING, "Nothing reached the Structured Output.");
        }
        List<Turn> before = List.of();
        String prompt = input.asText();
        List<String> wrong = new ArrayList<>();
        for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            ModelReply reply = ModelNodes.ask(work, chooser, call(work, chooser, model, before, prompt));
            wrong.clear();
            List<ObjectNode> rows = rows(reply.text(), fields, wrong);
            if (wrong.isEmpty()) {
                return value(rows, input.passages());
            }
            before = List.of(new Turn(Turn.USER, input.asText()), new Turn(Turn.ASSISTANT, reply.text()));
            prompt = "Your answer does not fit the schema:\n- "
                    + String.join("\n- ", wrong.subList(0, Math.min(wrong.size(), MAX_FINDINGS)))
                    + "\nAnswer again with the whole JSON, repaired, and nothing else.";
        }
        throw new NodeFault(
                Fault.STRUCTURE_MISFIT, "The model's answer does not fit the schema, and neither did its repair.");
    }

    private static ModelCall call(Work work, Flow.Node chooser, String model, List<Turn> before, String prompt) {
        JsonNode config = work.run().around().config();
        String own = work.text("system_prompt");
        return new ModelCall(
                model,
                (own.isBlank() ? INSTRUCTIONS : own)
                        + "\n\nAnswer with one JSON object that fits this JSON Schema, and nothing else:\n"
                        + schema(work.node()),
                before,
                prompt,
                work.run().input().text(),
                List.of(),
                ModelNodes.temperature(chooser, config),
                ModelNodes.maxTokens(chooser, config));
    }

    /** The JSON Schema that a model is shown. */
    static ObjectNode schema(Flow.Node node) {
        ObjectNode row = JSON.objectNode().put("type", "object");
        ObjectNode properties = row.putObject("properties");
        ArrayNode required = row.putArray("required");
        for (Field field : fields(node)) {
            properties.set(field.name(), field.schema());
            required.add(field.name());
        }
        ObjectNode schema = JSON.objectNode().put("type", "object");
        if (!node.text("schema_name").isBlank()) {
            schema.put("title", node.text("schema_name"));
        }
        schema.putObject("properties")
                .putObject(OBJECTS)
                .put("type", "array")
                .put("minItems", 1)
                .set("items", row);
        schema.putArray("required").add(OBJECTS);
        return schema;
    }

    private static List<Field> fields(Flow.Node node) {
        JsonNode table = node.field("output_schema").map(Flow.Field::value).orElse(JSON.missingNode());
        List<Field> fields = new ArrayList<>();
        for (JsonNode row : table) {
            String name = Flow.text(row.path("name"));
            if (!name.isBlank()) {
                fields.add(new Field(
                        name,
                        Flow.text(row.path("description")),
                        Flow.text(row.path("type")),
                        Flow.text(row.path("multiple")).equalsIgnoreCase("true")));
            }
        }
        if (fields.isEmpty() || fields.size() > MAX_FIELDS) {
            throw new NodeFault(
                    Fault.FLOW_INVALID,
                    "A Structured Output needs 1 to " + MAX_FIELDS + " fields; this one has " + fields.size() + ".");
        }
        return fields;
    }

    private static List<ObjectNode> rows(String text, List<Field> fields, List<String> wrong) {
        Optional<JsonNode> found = Jsons.inside(text);
        if (found.isEmpty()) {
            wrong.add("It is no JSON.");
            return List.of();
        }
        JsonNode json = found.get();
        JsonNode list = json.isArray() ? json : json.path(OBJECTS);
        // One object without its wrapping is what many models give for one finding.
        Iterable<JsonNode> objects = list.isArray() ? list : List.of(json);
        List<ObjectNode> rows = new ArrayList<>();
        int index = 0;
        for (JsonNode object : objects) {
            String at = OBJECTS + "[" + index++ + "]";
            ObjectNode row = JSON.objectNode();
            for (Field field : fields) {
                JsonNode value = object.path(field.name());
                if (value.isMissingNode()) {
                    wrong.add(at + " has no \"" + field.name() + "\".");
                } else {
                    field.fitted(value)
                            .ifPresentOrElse(
                                    fits -> row.set(field.name(), fits),
                                    () -> wrong.add(at + ": \"" + field.name() + "\" is no " + field.type()
                                            + (field.multiple() ? " list." : ".")));
                }
            }
            rows.add(row);
        }
        if (rows.isEmpty()) {
            wrong.add("\"" + OBJECTS + "\" is empty.");
        }
        return rows;
    }

    /** One finding is the object itself, several are {@code results}, as in Langflow. */
    private static Value value(List<ObjectNode> rows, List<Passage> passages) {
        if (rows.size() == 1) {
            return new Value.Data(rows.getFirst(), passages);
        }
        ObjectNode results = JSON.objectNode();
        rows.forEach(results.putArray("results")::add);
        return new Value.Data(results, passages);
    }
}
