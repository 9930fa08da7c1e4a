package dev.gsv.cmp.kit;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.Set;
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
            refuse(Body.of(request), mapper);
        }
        return message;
    }

    /**
     * Looks at the members of the body itself, not at what is inside of them: there, names may be the caller's own.
     *
     * @throws KitProblem.Invalid when both spellings of a name are there and differ (400)
     */
    static void refuse(byte[] body, JsonMapper mapper) {
        for (String name : camelCase(body, mapper)) {
            String snake = ProblemAdvice.snake(name);
            JsonNode whole = mapper.readTree(body);
            JsonNode value = whole.get(snake);
            if (value != null && !Json.canonical(value).equals(Json.canonical(whole.get(name)))) {
                throw new KitProblem.Invalid(snake, "differs from " + name);
            }
        }
    }

    /** The camelCase names of members whose other spelling is there too; what is no JSON object has none. */
    private static Set<String> camelCase(byte[] body, JsonMapper mapper) {
        Set<String> names = new HashSet<>();
        try (JsonParser parser = mapper.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Set.of();
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                names.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                return Set.of();
            }
        } catch (JacksonException e) {
            // Who reads the body says what is wrong with it.
            return Set.of();
        }
        Set<String> camel = new HashSet<>(names);
        camel.removeIf(name -> name.equals(ProblemAdvice.snake(name)) || !names.contains(ProblemAdvice.snake(name)));
        return camel;
    }
}
