package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Looks for raw secrets in a flow: filled password fields, and credentials in any text, names and code included.
 * Exports of different versions blank different fields (contract langflow, section 3.2), so every file is searched,
 * whatever it claims. A finding shows the field and a masked form, never the value.
 *
 * <p>Notes are no part of the flow (section 2.2 there), so a secret in one does not refuse it; but they are stored and
 * shown with it, so it is a warning.
 */
final class SecretScan {
    /** Fields that hold a secret although the file does not mark them. */
    private static final Pattern SECRET_FIELD =
            Pattern.compile("(?i)(?:^|_)(?:api_?key|secret|secret_?key|passwd|password|access_token|auth_token)$");

    private static final int SHORTEST_UNMARKED = 8;

    private final Shown shown;
    private final List<Finding> findings = new ArrayList<>();
    private final Set<List<String>> said = new HashSet<>();

    private SecretScan(Shown shown) {
        this.shown = shown;
    }

    static List<Finding> of(Flow flow, Shown shown) {
        SecretScan scan = new SecretScan(shown);
        JsonNode graph = FlowCheck.graph(flow);
        for (Flow.Node node : flow.nodes()) {
            node.fields().values().forEach(field -> scan.field(node, field));
        }
        graph.path("nodes").forEach(raw -> scan.node(flow, raw));
        graph.path("edges").forEach(edge -> scan.texts(new Place(null, "edges", false), edge));
        scan.beside(flow.raw(), FlowCheck.top(flow), graph);
        return List.copyOf(scan.findings);
    }

    /** Where in the file a text stands. */
    private record Place(Flow.@Nullable Node node, String field, boolean random) {
        Place in(String member) {
            return new Place(node, member, random);
        }
    }

    private void field(Flow.Node node, Flow.Field field) {
        String text = field.text().strip();
        boolean filled = !text.isEmpty() || !field.value().isEmpty();
        if (field.loadFromDb()) {
            if (!text.isEmpty() && !Secrets.variableName(text)) {
                secret(
                        new Place(node, field.name(), true),
                        "should name a global variable, but holds what looks like the secret itself",
                        Secrets.masked(text, 2));
            }
        } else if (field.password() && filled && !Secrets.conventionalName(text)) {
            secret(new Place(node, field.name(), true), "is a secret field and holds a value", masked(text));
        } else if (SECRET_FIELD.matcher(field.name()).find()
                && text.length() >= SHORTEST_UNMARKED
                && !field.type().equals("code")
                && !Secrets.conventionalName(text)) {
            secret(new Place(node, field.name(), true), "is named like a secret and holds a value", masked(text));
        }
    }

    private void node(Flow flow, JsonNode raw) {
        if (FlowReader.isNote(raw)) {
            note(raw);
        } else if (raw.isObject()) {
            Flow.Node node = flow.node(Flow.text(raw.path("id")))
                    .or(() -> flow.node(Flow.text(raw.path("data").path("id"))))
                    .orElse(null);
            JsonNode template = raw.path("data").path("node").path("template");
            for (Map.Entry<String, JsonNode> field : template.properties()) {
                // The path of a file is made of random parts by whoever stored it.
                search(new Place(node, field.getKey(), true), field.getKey());
                boolean path = Flow.text(field.getValue().path("type")).equals("file");
                texts(new Place(node, field.getKey(), !path), field.getValue());
            }
            others(new Place(node, "", true), raw, template);
        }
    }

    /** Only what has the shape of a key: prose, links and ids are full of random-looking words. */
    private void note(JsonNode value) {
        if (value.isString()) {
            for (Secrets.Hit hit : Secrets.in(value.stringValue(), false)) {
                if (said.add(List.of("note", hit.masked()))) {
                    findings.add(Finding.file(
                            Finding.Severity.WARNING,
                            Finding.Code.SECRET_IN_NOTE,
                            "A note of the flow holds what looks like a secret (" + hit.kind() + "): " + hit.masked()
                                    + ".",
                            "Delete it from the note and export again: whoever may read the flow may read its notes."
                                    + " Replace the secret where you got it."));
                }
            }
        } else {
            value.forEach(this::note);
        }
    }

    /** Everything of a node but its template, which was read field by field. */
    private void others(Place place, JsonNode value, JsonNode without) {
        if (value.isObject()) {
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                search(place, member.getKey());
                if (member.getValue() != without) {
                    others(place.in(member.getKey()), member.getValue(), without);
                }
            }
        } else {
            texts(place, value);
        }
    }

    /** What stands beside the graph: name, description, tags, and whatever else the file carries. */
    private void beside(JsonNode raw, JsonNode top, JsonNode graph) {
        List<JsonNode> searched = List.of(raw.path("flows"), graph, graph.path("nodes"), graph.path("edges"));
        outside(raw, searched);
        if (top != raw) {
            outside(top, searched);
        }
        if (graph != top) {
            outside(graph, searched);
        }
    }

    private void outside(JsonNode object, List<JsonNode> searched) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            Place place = new Place(null, member.getKey(), true);
            search(place, member.getKey());
            if (searched.stream().noneMatch(part -> part == member.getValue())) {
                texts(place, member.getValue());
            }
        }
    }

    private void texts(Place place, JsonNode value) {
        if (value.isString()) {
            search(place, value.stringValue());
        } else if (value.isObject()) {
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                search(place, member.getKey());
                texts(place.field().isEmpty() ? place.in(member.getKey()) : place, member.getValue());
            }
        } else if (value.isArray()) {
            value.forEach(item -> texts(place, item));
        }
    }

    private void search(Place place, String text) {
        for (Secrets.Hit hit : Secrets.in(text, place.random())) {
            secret(place, "holds what looks like a secret (" + hit.kind() + ")", hit.masked());
        }
    }

    private static String masked(String text) {
        List<Secrets.Hit> hits = Secrets.in(text);
        return hits.isEmpty() ? Secrets.masked(text, 0) : hits.getFirst().masked();
    }

    private void secret(Place place, String what, String masked) {
        Flow.Node node = place.node();
        String id = node == null ? "" : node.id();
        // One finding for each field and masked form: a filled password field is also a text with a known prefix.
        if (!said.add(List.of(id, place.field(), masked))) {
            return;
        }
        String field = shown.text(place.field());
        String where = node == null
                ? "“" + field + "” of the file"
                : "The field “" + field + "” of “" + shown.text(node.displayName()) + "”";
        findings.add(new Finding(
                Finding.Severity.ERROR,
                Finding.Code.SECRET,
                node == null ? null : shown.text(id),
                node == null ? null : shown.text(node.displayName()),
                field.isEmpty() ? null : field,
                where + " " + what + ": " + masked + ".",
                "Remove it, store it as a global variable in Langflow and choose that variable in the field, "
                        + "then export again. Whoever has seen the file knows the secret: "
                        + "replace it where you got it."));
    }
}
