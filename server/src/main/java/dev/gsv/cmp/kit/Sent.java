package dev.gsv.cmp.kit;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The body of a request byte for byte, for handlers that keep a part of it as it was sent; a controller's parameter.
 */
public final class Sent {
    private final byte[] bytes;
    private final JsonMapper mapper;

    public Sent(byte[] bytes, JsonMapper mapper) {
        this.bytes = bytes;
        this.mapper = mapper;
    }

    /** The bytes as they came; not a copy, not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Reads JSON as a handler's body would be read.
     *
     * @throws KitProblem.Invalid when it is no JSON, has the wrong shape, says one thing twice differently or holds
     *     half a character (400)
     */
    public <T> T read(byte[] json, Class<T> type) {
        HalfCharacters.refuse(json);
        Synonyms.refuse(json, type, mapper);
        try {
            T value = mapper.readValue(json, type);
            if (value == null) {
                throw new KitProblem.Invalid("The body is missing or cannot be read as JSON.");
            }
            return value;
        } catch (JacksonException e) {
            throw ProblemAdvice.unreadable(e);
        }
    }

    @Component
    static class Resolver implements HandlerMethodArgumentResolver {
        private final JsonMapper mapper;

        Resolver(JsonMapper mapper) {
            this.mapper = mapper;
        }

        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == Sent.class;
        }

        @Override
        public Object resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binders) {
            HttpServletRequest http = request.getNativeRequest(HttpServletRequest.class);
            return new Sent(Body.of(Objects.requireNonNull(http)), mapper);
        }
    }
}
