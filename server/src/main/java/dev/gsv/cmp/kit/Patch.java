package dev.gsv.cmp.kit;

import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * PATCH as merge-patch (section 2.3 of the control plane contract): absent is unchanged, null is cleared. The patch is
 * laid over the input that would make the thing as it is, and the result checks itself as a new input does.
 */
@Component
public class Patch {

    private final JsonMapper mapper;

    Patch(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /**
     * The input after the patch. Members that the input does not know are ignored; a camelCase name is a synonym.
     *
     * @throws KitProblem.Invalid when a value has the wrong type, or both spellings of a name differ (400)
     */
    public <T extends Record> T apply(T current, JsonNode patch, Class<T> type) {
        if (!(patch instanceof ObjectNode changes)) {
            throw new KitProblem.Invalid("The body must be a JSON object.");
        }
        ObjectNode input = mapper.valueToTree(current);
        Set<String> known = Set.copyOf(input.propertyNames());
        for (Map.Entry<String, JsonNode> change : changes.properties()) {
            String name = ProblemAdvice.snake(change.getKey());
            if (!name.equals(change.getKey())
                    && changes.has(name)
                    && !changes.get(name).equals(change.getValue())) {
                throw new KitProblem.Invalid(name, "differs from " + change.getKey());
            }
            if (known.contains(name)) {
                input.set(name, change.getValue());
            }
        }
        try {
            return mapper.treeToValue(input, type);
        } catch (JacksonException e) {
            throw ProblemAdvice.unreadable(e);
        }
    }
}
