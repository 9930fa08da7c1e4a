package dev.gsv.cmp.instances;

import dev.gsv.cmp.kit.Problem;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The configuration that a run is given (section 5 of the control plane contract, decision C-04).
 *
 * @param document version defaults, then plan defaults, then overrides, then the plan's limits
 * @param inactive overrides that have no effect, and why
 */
record EffectiveConfig(ObjectNode document, List<Problem.Detail> inactive) {

    static final String LIMITS = "limits";

    /** Lays the layers over each other; limits come last, whatever the layers say about them. */
    static ObjectNode layered(JsonNode version, JsonNode plan, JsonNode overrides, JsonNode limits) {
        ObjectNode result = object(merge(merge(object(version), object(plan)), object(overrides)));
        result.set(LIMITS, limits.deepCopy());
        return result;
    }

    /** Objects merge by key, recursively; arrays and scalars replace. Neither side is changed. */
    static JsonNode merge(JsonNode below, JsonNode above) {
        if (!(below instanceof ObjectNode base) || !(above instanceof ObjectNode layer)) {
            return above.deepCopy();
        }
        ObjectNode result = base.deepCopy();
        for (Map.Entry<String, JsonNode> member : layer.properties()) {
            JsonNode existing = result.get(member.getKey());
            result.set(
                    member.getKey(),
                    existing == null ? member.getValue().deepCopy() : merge(existing, member.getValue()));
        }
        return result;
    }

    /** Stored overrides after a merge-patch: a null removes what it names. */
    static ObjectNode patched(ObjectNode stored, ObjectNode patch) {
        ObjectNode result = stored.deepCopy();
        for (Map.Entry<String, JsonNode> member : patch.properties()) {
            JsonNode value = member.getValue();
            if (value.isNull()) {
                result.remove(member.getKey());
            } else if (value instanceof ObjectNode inner) {
                ObjectNode before = object(result.get(member.getKey()));
                result.set(member.getKey(), patched(before, inner));
            } else {
                result.set(member.getKey(), value.deepCopy());
            }
        }
        return result;
    }

    /** A copy without the member that the names lead to. */
    static ObjectNode without(ObjectNode document, List<String> names) {
        if (names.isEmpty()) {
            return JsonNodeFactory.instance.objectNode();
        }
        ObjectNode copy = document.deepCopy();
        JsonNode parent = copy;
        for (String name : names.subList(0, names.size() - 1)) {
            parent = parent.path(name);
        }
        if (parent instanceof ObjectNode object) {
            object.remove(names.getLast());
        }
        return copy;
    }

    static ObjectNode object(@Nullable JsonNode node) {
        return node instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
    }
}
