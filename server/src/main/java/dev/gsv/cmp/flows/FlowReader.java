package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Turns bytes into a {@link Flow}, or refuses them. */
final class FlowReader {
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Flow.MAX_DEPTH)
                            .maxDocumentLength(Flow.MAX_BYTES)
                            .build())
                    .build())
            .build();

    private FlowReader() {}

    /** Reads the bytes of one export: the editor's file, the API's row, or a list of exactly one flow. */
    static Flow read(byte[] bytes) {
        if (bytes.length > Flow.MAX_BYTES) {
            throw new FlowUnreadable(
                    FlowUnreadable.Reason.TOO_LARGE,
                    "The file has " + bytes.length + " bytes; a flow may have " + Flow.MAX_BYTES + ".");
        }
        if (bytes.length > 3 && bytes[0] == 'P' && bytes[1] == 'K' && bytes[2] == 3 && bytes[3] == 4) {
            throw new FlowUnreadable(
                    FlowUnreadable.Reason.ZIP, "This is a zip archive. Unpack it and import one flow of it.");
        }
        JsonNode raw;
        try {
            raw = JSON.readTree(bytes);
        } catch (StreamConstraintsException e) {
            throw new FlowUnreadable(
                    FlowUnreadable.Reason.TOO_DEEP,
                    "The JSON is nested deeper than " + Flow.MAX_DEPTH
                            + " levels, or holds a name or number of absurd length.");
        } catch (JacksonException e) {
            throw new FlowUnreadable(FlowUnreadable.Reason.NOT_JSON, "The file is not JSON" + position(e) + ".");
        }
        return of(raw);
    }

    /** Reads an export that is already parsed. */
    static Flow of(JsonNode raw) {
        JsonNode top = raw;
        if (top.path("flows").isArray()) {
            if (top.path("flows").size() != 1) {
                throw new FlowUnreadable(
                        FlowUnreadable.Reason.SEVERAL_FLOWS,
                        "The file holds " + top.path("flows").size() + " flows. Choose one and import it alone.");
            }
            top = top.path("flows").path(0);
        }
        JsonNode graph = top.path("nodes").isArray() ? top : top.path("data");
        if (!graph.path("nodes").isArray()) {
            throw new FlowUnreadable(
                    FlowUnreadable.Reason.NOT_A_FLOW, "There is no list of nodes: this is not an export of a flow.");
        }
        JsonNode edges = graph.path("edges");
        if (graph.path("nodes").size() > Flow.MAX_NODES) {
            throw new FlowUnreadable(
                    FlowUnreadable.Reason.TOO_MANY_NODES,
                    "The flow has " + graph.path("nodes").size() + " nodes; it may have " + Flow.MAX_NODES + ".");
        }
        if (edges.size() > Flow.MAX_EDGES) {
            throw new FlowUnreadable(
                    FlowUnreadable.Reason.TOO_MANY_EDGES,
                    "The flow has " + edges.size() + " edges; it may have " + Flow.MAX_EDGES + ".");
        }
        List<Flow.Node> nodes = new ArrayList<>();
        int notes = 0;
        for (JsonNode node : graph.path("nodes").values()) {
            if (isNote(node)) {
                notes++;
            } else if (node.isObject()) {
                nodes.add(named(new Flow.Node(idOf(node, nodes.size()), node)));
            }
        }
        Set<Flow.Edge> read = new LinkedHashSet<>();
        int repeated = 0;
        if (edges.isArray()) {
            for (JsonNode edge : edges.values()) {
                if (edge.isObject() && !read.add(Flow.Edge.of(edge))) {
                    repeated++;
                }
            }
        }
        return new Flow(raw, top, nodes, read, repeated, notes);
    }

    private static String position(JacksonException e) {
        return e.getLocation() == null || e.getLocation().getLineNr() < 1
                ? ""
                : ": line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
    }

    private static Flow.Node named(Flow.Node node) {
        if (node.id().length() > Flow.MAX_ID_CHARS) {
            throw new FlowUnreadable(
                    FlowUnreadable.Reason.NOT_A_FLOW,
                    "The id of a node is longer than " + Flow.MAX_ID_CHARS + " characters.");
        }
        return node;
    }

    static boolean isNote(JsonNode node) {
        return Flow.text(node.path("type")).equals("noteNode")
                || (!node.has("type")
                        && Flow.text(node.path("data").path("type")).equals("note"));
    }

    private static String idOf(JsonNode node, int index) {
        String id = Flow.exact(node.path("id"));
        if (id.isEmpty()) {
            id = Flow.exact(node.path("data").path("id"));
        }
        return id.isEmpty() ? "node-" + index : id;
    }

    /** The handle object of an edge; the string form, with its œ for quotes, when the object is missing. */
    static JsonNode handle(JsonNode edge, String name) {
        JsonNode object = edge.path("data").path(name);
        if (object.isObject()) {
            return object;
        }
        String string = Flow.text(edge.path(name));
        if (string.startsWith("{")) {
            try {
                return JSON.readTree(string.replace('œ', '"'));
            } catch (JacksonException e) {
                // A handle that cannot be read makes an edge without names; the check reports it.
                return object;
            }
        }
        return object;
    }
}
