package dev.gsv.cmp.kit;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Refuses a body that says one thing twice: a member in snake_case and its camelCase synonym with another value
 * (section 2.3 of the control plane contract). Whichever of the two were taken, the caller might have meant the other.
 */
@ControllerAdvice
class Synonyms extends RequestBodyAdviceAdapter {

    private final JsonMapper mapper;

    Synonyms(JsonMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public boolean supports(
            MethodParameter parameter, Type type, Class<? extends HttpMessageConverter<?>> converterType) {
        return true;
    }

    @Override
    public HttpInputMessage beforeBodyRead(
            HttpInputMessage message,
            MethodParameter parameter,
            Type type,
            Class<? extends HttpMessageConverter<?>> converterType)
            throws IOException {
        if (RequestContextHolder.currentRequestAttributes() instanceof ServletRequestAttributes attributes) {
            HttpServletRequest request = attributes.getRequest();
            HalfCharacters.refuse(Body.of(request));
            refuse(Body.of(request), type, mapper);
        }
        return message;
    }

    /**
     * Looks at the members of the body, and of the records inside of it that its type names; elsewhere inside, names
     * may be the caller's own.
     *
     * @param type what the body will be read as
     * @throws KitProblem.Invalid when both spellings of a name are there and differ (400)
     */
    static void refuse(byte[] body, Type type, JsonMapper mapper) {
        if (spellsTwice(body, mapper) && tree(body, mapper) instanceof ObjectNode whole) {
            members("", whole);
            inside("", whole, type);
        }
    }

    private static @Nullable JsonNode tree(byte[] body, JsonMapper mapper) {
        try {
            return mapper.readTree(body);
        } catch (JacksonException e) {
            // Who reads the body says what is wrong with it.
            return null;
        }
    }

    private static void members(String path, ObjectNode object) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String snake = ProblemAdvice.snake(member.getKey());
            JsonNode other = object.get(snake);
            if (other != null && !Json.canonical(other).equals(Json.canonical(member.getValue()))) {
                throw new KitProblem.Invalid(path + snake, "differs from " + path + member.getKey());
            }
        }
    }

    private static void inside(String path, JsonNode node, Type type) {
        if (node instanceof ObjectNode object && type instanceof Class<?> record && record.isRecord()) {
            for (RecordComponent component : record.getRecordComponents()) {
                String snake = ProblemAdvice.snake(component.getName());
                JsonNode value = object.has(snake) ? object.get(snake) : object.path(component.getName());
                inner(path + snake, value, component.getGenericType());
            }
        } else if (node.isArray() && type instanceof ParameterizedType list) {
            for (int i = 0; i < node.size(); i++) {
                inner(path + "[" + i + "]", node.get(i), list.getActualTypeArguments()[0]);
            }
        }
    }

    private static void inner(String path, JsonNode node, Type type) {
        if (node instanceof ObjectNode object && type instanceof Class<?> record && record.isRecord()) {
            members(path + ".", object);
        }
        inside(node.isArray() ? path : path + ".", node, type);
    }

    /** True when some name is there in both spellings, wherever; what is no JSON has none. */
    private static boolean spellsTwice(byte[] body, JsonMapper mapper) {
        Set<String> names = new HashSet<>();
        try (JsonParser parser = mapper.createParser(body)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.PROPERTY_NAME) {
                    names.add(parser.currentName());
                }
            }
        } catch (JacksonException e) {
            return false;
        }
        return names.stream().anyMatch(name -> {
            String snake = ProblemAdvice.snake(name);
            return !snake.equals(name) && names.contains(snake);
        });
    }
}
