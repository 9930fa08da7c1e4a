package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What travels on an edge. Each kind knows its text and remembers the passages that it was made from. */
sealed interface Value extends Produced {
    /** Longest text between two nodes, in characters; keeps a chain of doubling prompts from filling the memory. */
    int MAX_CHARS = 1_000_000;

    String asText();

    @Override
    default Value at(String output) {
        return this;
    }

    /** The passages inside this value, so that a model can cite what it was given. */
    List<Passage> passages();

    static void bounded(long chars) {
        if (chars > MAX_CHARS) {
            throw new NodeFault(
                    Fault.OUTPUT_TOO_LARGE, "A text inside the flow grew beyond " + MAX_CHARS + " characters.");
        }
    }

    /**
     * A message.
     *
     * @param data what a model says about its answer; null when no model wrote it
     */
    record Text(
            String text, List<Passage> passages, @Nullable ObjectNode data) implements Value {
        public Text {
            bounded(text.length());
            text = storable(text);
        }

        public Text(String text) {
            this(text, List.of(), null);
        }

        @Override
        public String asText() {
            return text;
        }
    }

    /** One JSON value. */
    record Data(JsonNode json, List<Passage> passages) implements Value {
        @Override
        public String asText() {
            JsonNode text = json.path("text");
            if (json.isString() || text.isString()) {
                return Flow.text(json.isString() ? json : text);
            }
            return json.isObject() && json.isEmpty() ? "" : json.toString();
        }
    }

    /**
     * Rows.
     *
     * @param template how a row becomes a line; empty for the row's own text
     */
    record Table(List<ObjectNode> rows, String template, List<Passage> passages) implements Value {
        @Override
        public String asText() {
            StringBuilder out = new StringBuilder();
            for (ObjectNode row : rows) {
                out.append(out.isEmpty() ? "" : "\n").append(line(row));
                bounded(out.length());
            }
            return out.toString();
        }

        private String line(ObjectNode row) {
            if (!template.isEmpty()) {
                return Template.fill(template, name -> row.has(name) ? Flow.text(row.path(name)) : null);
            }
            if (row.path("text").isString()) {
                return Flow.text(row.path("text"));
            }
            return row.properties().stream()
                    .map(entry -> entry.getKey() + ": " + cell(entry.getValue()))
                    .collect(Collectors.joining(", "));
        }
    }

    /** What a retriever found; as text, numbered blocks that a model can refer to. */
    record Passages(List<Passage> passages) implements Value {
        @Override
        public String asText() {
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < passages.size(); i++) {
                Passage passage = passages.get(i);
                out.append(out.isEmpty() ? "" : "\n\n")
                        .append('[')
                        .append(i + 1)
                        .append("] ");
                if (!passage.title().isBlank()) {
                    out.append(passage.title()).append('\n');
                }
                out.append(passage.text());
                bounded(out.length());
            }
            return out.toString();
        }

        List<ObjectNode> rows() {
            List<ObjectNode> rows = new ArrayList<>();
            for (Passage passage : passages) {
                rows.add(JsonNodeFactory.instance
                        .objectNode()
                        .put("text", passage.text())
                        .put("title", passage.title())
                        .put("document_id", passage.documentId())
                        .put("score", passage.score()));
            }
            return rows;
        }
    }

    /** One cell of a row as text: what has an inside, as JSON. */
    static String cell(JsonNode cell) {
        return cell.isValueNode() ? Flow.text(cell) : cell.toString();
    }

    /** Several values on one field: their texts, one below the other. */
    static Value joined(List<Value> values) {
        if (values.size() == 1) {
            return values.getFirst();
        }
        List<Passage> passages = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (Value value : values) {
            text.append(text.isEmpty() ? "" : "\n").append(value.asText());
            bounded(text.length());
            addNew(passages, value.passages());
        }
        return new Text(text.toString(), List.copyOf(passages), null);
    }

    static void addNew(List<Passage> to, List<Passage> from) {
        for (Passage passage : from) {
            if (!to.contains(passage)) {
                to.add(passage);
            }
        }
    }

    default Text toText() {
        return this instanceof Text text ? text : new Text(asText(), passages(), null);
    }

    default Data toData() {
        return switch (this) {
            case Data data -> data;
            case Text text -> new Data(object().put("text", text.text()), text.passages());
            case Table table -> results(table.rows(), table.passages());
            case Passages found -> results(found.rows(), found.passages());
        };
    }

    default Table toTable() {
        return switch (this) {
            case Table table -> table;
            case Text text -> new Table(List.of(object().put("text", text.text())), "", text.passages());
            case Data data -> new Table(rows(data.json()), "", data.passages());
            case Passages found -> new Table(found.rows(), "", found.passages());
        };
    }

    private static Data results(List<ObjectNode> rows, List<Passage> passages) {
        ObjectNode json = object();
        rows.forEach(json.putArray("results")::add);
        return new Data(json, passages);
    }

    private static List<ObjectNode> rows(JsonNode json) {
        JsonNode list = json.isArray() ? json : json.path("results");
        if (!list.isArray()) {
            return json instanceof ObjectNode object ? List.of(object) : List.of(object().set("text", json));
        }
        return list.valueStream()
                .map(row -> row instanceof ObjectNode object ? object : object().set("text", row))
                .toList();
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Text that every store and every JSON writer takes: no NUL and no half of a surrogate pair. */
    static String storable(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                out = out == null ? new StringBuilder(text) : out;
                out.setCharAt(i, '\uFFFD');
            }
        }
        return out == null ? text : out.toString();
    }
}
