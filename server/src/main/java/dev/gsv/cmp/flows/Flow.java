package dev.gsv.cmp.flows;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The graph of a Langflow export, read leniently: unknown keys are ignored and missing ones tolerated (contract
 * langflow, section 2).
 *
 * <p>Notes are left out. A node without {@code type} is a generic one. The handle objects under an edge's {@code data}
 * are preferred to its {@code œ} strings. Nothing is executed and nothing is repaired: duplicate ids, dangling edges
 * and cycles are kept, so that a check can name them. Immutable, as long as nobody changes {@link #raw()}.
 */
public final class Flow {
    /** Largest file, in bytes; the largest export that was met has 0.4 MB. */
    public static final int MAX_BYTES = 10 * 1024 * 1024;
    /** Deepest nesting of the JSON; the deepest export that was met has 15 levels. */
    public static final int MAX_DEPTH = 200;
    /** Most nodes, notes included. */
    public static final int MAX_NODES = 1_000;

    public static final int MAX_EDGES = 5_000;
    /** Longest id of a node, in characters; longer types and names are cut. */
    public static final int MAX_ID_CHARS = 200;

    private static final Pattern NUMBERS = Pattern.compile("^(\\d{1,6}(?:\\.\\d{1,6}){0,4})");

    private final JsonNode raw;
    private final JsonNode top;
    private final List<Node> nodes;
    private final List<Edge> edges;
    private final int repeatedEdges;
    private final int notes;
    private final Map<String, Node> byId = new HashMap<>();
    private final Set<String> duplicateIds = new LinkedHashSet<>();

    Flow(JsonNode raw, JsonNode top, List<Node> nodes, Collection<Edge> edges, int repeatedEdges, int notes) {
        this.raw = raw;
        this.top = top;
        this.nodes = List.copyOf(nodes);
        this.edges = List.copyOf(edges);
        this.repeatedEdges = repeatedEdges;
        this.notes = notes;
        for (Node node : nodes) {
            if (byId.putIfAbsent(node.id(), node) != null) {
                duplicateIds.add(node.id());
            }
        }
    }

    /** Reads the bytes of one export: the editor's file, the API's row, or a list of exactly one flow. */
    public static Flow read(byte[] bytes) throws FlowUnreadable {
        return FlowReader.read(bytes);
    }

    /** Reads an export that is already parsed. */
    public static Flow of(JsonNode raw) throws FlowUnreadable {
        return FlowReader.of(raw);
    }

    /**
     * A string or scalar as text that can be stored; anything else, and null, as the empty string. Only {@link #raw()}
     * still has what no database takes.
     */
    static String text(JsonNode value) {
        return Value.storable(exact(value));
    }

    /** A string or scalar as it stands in the file: for ids, which must stay what they are. */
    static String exact(JsonNode value) {
        if (value.isString()) {
            return value.stringValue();
        }
        return value.isNumber() || value.isBoolean() ? value.asString() : "";
    }

    /** The whole parsed file, for searches over every string. Not to be changed. */
    public JsonNode raw() {
        return raw;
    }

    public String name() {
        return text(top.path("name"));
    }

    public String description() {
        return text(top.path("description"));
    }

    /** Whether this is one saved component instead of a flow. */
    public boolean isComponent() {
        return top.path("is_component").asBoolean(false);
    }

    /** The nodes without notes, in the order of the file; duplicates are kept. */
    public List<Node> nodes() {
        return nodes;
    }

    public int notes() {
        return notes;
    }

    /** Edges of the file that say the same as an earlier one; they count once. */
    public int repeatedEdges() {
        return repeatedEdges;
    }

    /** All different edges in the order of the file, dangling ones included. */
    public List<Edge> edges() {
        return edges;
    }

    /** The first node with this id. */
    public Optional<Node> node(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    public Set<String> duplicateIds() {
        return Collections.unmodifiableSet(duplicateIds);
    }

    /** Edges of which one end is no node of this flow. */
    public List<Edge> dangling() {
        return edges.stream()
                .filter(edge -> !byId.containsKey(edge.source()) || !byId.containsKey(edge.target()))
                .toList();
    }

    /** Nodes where a run begins: {@code ChatInput}, {@code TextInput}, {@code Webhook}. */
    public List<Node> entries() {
        return nodes.stream().filter(node -> ENTRIES.contains(node.type())).toList();
    }

    /** Nodes where an answer leaves: {@code ChatOutput} first, then {@code TextOutput}, then {@code DataOutput}. */
    public List<Node> exits() {
        return EXITS.stream()
                .flatMap(type -> nodes.stream().filter(node -> node.type().equals(type)))
                .toList();
    }

    static final Set<String> ENTRIES = Set.of("ChatInput", "TextInput", "Webhook");
    static final List<String> EXITS = List.of("ChatOutput", "TextOutput", "DataOutput");

    /**
     * The highest of {@code last_tested_version} and every {@code lf_version}, suffixes dropped; empty when none is
     * given.
     */
    public Optional<String> version() {
        String best = "";
        best = higher(best, text(top.path("last_tested_version")));
        for (Node node : nodes) {
            best = higher(best, node.version());
        }
        return best.isEmpty() ? Optional.empty() : Optional.of(best);
    }

    private static String higher(String best, String candidate) {
        Matcher numbers = NUMBERS.matcher(candidate.strip());
        if (!numbers.find()) {
            return best;
        }
        return best.isEmpty() || compare(numbers.group(1), best) > 0 ? numbers.group(1) : best;
    }

    /** Compares two dotted versions by their numbers. */
    static int compare(String left, String right) {
        String[] a = left.split("\\.", -1);
        String[] b = right.split("\\.", -1);
        for (int i = 0; i < Math.max(a.length, b.length); i++) {
            int order = Integer.compare(
                    i < a.length ? Integer.parseInt(a[i]) : 0, i < b.length ? Integer.parseInt(b[i]) : 0);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** A component of the graph. */
    public static final class Node {
        private final String id;
        private final JsonNode data;
        private final Map<String, Field> fields;

        Node(String id, JsonNode raw) {
            this.id = id;
            this.data = raw.path("data");
            Map<String, Field> read = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry :
                    data.path("node").path("template").properties()) {
                if (entry.getValue().isObject()) {
                    read.put(entry.getKey(), new Field(entry.getKey(), entry.getValue()));
                }
            }
            this.fields = Collections.unmodifiableMap(read);
        }

        public String id() {
            return id;
        }

        /**
         * The kind of component: a label, chosen by whoever made the file. Names such as {@code ext:a:B@official} are
         * cut to {@code B}.
         */
        public String type() {
            String type = text(data.path("type"));
            if (type.startsWith("ext:")) {
                int at = type.lastIndexOf('@');
                type = type.substring(
                        type.lastIndexOf(':', at < 0 ? type.length() : at) + 1, at < 0 ? type.length() : at);
            }
            return shown(type);
        }

        public String displayName() {
            String own = text(data.path("node").path("display_name"));
            if (own.isEmpty()) {
                own = text(data.path("display_name"));
            }
            return shown(own.isEmpty() ? type() : own);
        }

        public String version() {
            return text(data.path("node").path("lf_version"));
        }

        /** Whether the editor says that the code of this component was changed by hand. */
        public boolean edited() {
            return data.path("node").path("edited").asBoolean(false);
        }

        /** The template's entries that are objects, by name, in the order of the file. */
        public Map<String, Field> fields() {
            return fields;
        }

        public Optional<Field> field(String name) {
            return Optional.ofNullable(fields.get(name));
        }

        /** The text of a field, the empty string when it is absent. */
        public String text(String name) {
            Field field = fields.get(name);
            return field == null ? "" : field.text();
        }

        /** The Python source of this component, the empty string when the file brings none. */
        public String code() {
            return text("code");
        }

        /** Names of the declared outputs, in the order of the file. */
        public List<String> outputs() {
            return data.path("node")
                    .path("outputs")
                    .valueStream()
                    .map(output -> Flow.text(output.path("name")))
                    .filter(name -> !name.isEmpty())
                    .toList();
        }

        /** The {@code data} object of the node, as it stands in the file. */
        public JsonNode data() {
            return data;
        }

        private static String text(JsonNode value) {
            return Flow.text(value);
        }

        private static String shown(String name) {
            return name.length() > MAX_ID_CHARS ? Value.storable(name.substring(0, MAX_ID_CHARS)) + "…" : name;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    /** One entry of a component's template. */
    public record Field(String name, JsonNode raw) {
        public String type() {
            return Flow.text(raw.path("type"));
        }

        public JsonNode value() {
            return raw.path("value");
        }

        /** The value as text; the empty string for null, lists and objects. */
        public String text() {
            return Flow.text(value());
        }

        public boolean password() {
            return raw.path("password").asBoolean(false);
        }

        public boolean loadFromDb() {
            return raw.path("load_from_db").asBoolean(false);
        }

        /** Whether the editor shows the field; true when the file does not say. */
        public boolean show() {
            return raw.path("show").asBoolean(true);
        }

        public boolean required() {
            return raw.path("required").asBoolean(false);
        }
    }

    /**
     * A connection from an output of one node to a field of another.
     *
     * @param output name of the source's output; empty when the file does not say
     * @param field name of the target's field; empty when the file does not say
     */
    public record Edge(String source, String output, String target, String field) {
        static Edge of(JsonNode raw) {
            JsonNode from = FlowReader.handle(raw, "sourceHandle");
            JsonNode to = FlowReader.handle(raw, "targetHandle");
            return new Edge(
                    either(raw.path("source"), from), exact(from.path("name")),
                    either(raw.path("target"), to), exact(to.path("fieldName")));
        }

        private static String either(JsonNode end, JsonNode handle) {
            String id = exact(end);
            return id.isEmpty() ? exact(handle.path("id")) : id;
        }
    }
}
