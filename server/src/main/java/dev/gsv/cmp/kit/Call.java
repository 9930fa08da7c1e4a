package dev.gsv.cmp.kit;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One call that may be repeated: its idempotency key and the hash of what it asks for (section 6 of the control plane
 * contract: SHA-256 over method, canonical path and canonicalised JSON). A controller takes it as a parameter.
 *
 * @param key from the header {@code Idempotency-Key} or the body field {@code idempotency_key}
 */
public record Call(Optional<String> key, String hash) {

    public static final int MAX_KEY_LENGTH = 255;

    public Call {
        key.ifPresent(Call::check);
    }

    /** The key, or 400 where a call must have one. */
    public String requiredKey() {
        return key.orElseThrow(
                () -> new KitProblem.Invalid("idempotency_key", "is required: send the header Idempotency-Key"));
    }

    private static void check(String key) {
        if (key.isBlank() || key.length() > MAX_KEY_LENGTH) {
            throw new KitProblem.Invalid("idempotency_key", "must have 1 to " + MAX_KEY_LENGTH + " characters");
        }
        if (key.indexOf('\0') >= 0) {
            throw new KitProblem.Invalid("idempotency_key", "must not hold a NUL character");
        }
        // Half a character would be stored as a question mark and so be somebody else's key.
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(key)) {
            throw new KitProblem.Invalid("idempotency_key", "must not hold half a character");
        }
    }

    static Call of(HttpServletRequest request, JsonMapper mapper) {
        byte[] bytes = Body.of(request);
        JsonNode body = null;
        if (bytes.length > 0) {
            try {
                body = mapper.readTree(bytes);
            } catch (JacksonException e) {
                // The handler says what is wrong with it; the bytes still tell one such request from another.
                body = null;
            }
        }
        String header = request.getHeader("Idempotency-Key");
        String inBody = keyIn(body);
        if (header != null && inBody != null && !header.equals(inBody)) {
            throw new KitProblem.Invalid("idempotency_key", "differs between the header and the body");
        }
        String path = request.getQueryString() == null
                ? request.getRequestURI()
                : request.getRequestURI() + "?" + request.getQueryString();
        return new Call(
                Optional.ofNullable(header != null ? header : inBody),
                Json.sha256(request.getMethod(), path, body == null ? Json.sha256(bytes) : Json.canonical(body)));
    }

    private static @Nullable String keyIn(@Nullable JsonNode body) {
        if (body == null || !body.isObject()) {
            return null;
        }
        JsonNode snake = body.path("idempotency_key");
        JsonNode camel = body.path("idempotencyKey");
        if (!snake.isMissingNode() && !camel.isMissingNode() && !snake.equals(camel)) {
            throw new KitProblem.Invalid("idempotency_key", "differs from its synonym idempotencyKey");
        }
        JsonNode key = snake.isMissingNode() ? camel : snake;
        if (key.isMissingNode() || key.isNull()) {
            return null;
        }
        if (!key.isString()) {
            throw new KitProblem.Invalid("idempotency_key", "must be a string");
        }
        return key.asString();
    }

    @Component
    static class Resolver implements HandlerMethodArgumentResolver {
        private final JsonMapper mapper;

        Resolver(JsonMapper mapper) {
            this.mapper = mapper;
        }

        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == Call.class;
        }

        @Override
        public Object resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binders) {
            HttpServletRequest http = request.getNativeRequest(HttpServletRequest.class);
            if (http == null) {
                throw new IllegalStateException("a call comes over HTTP");
            }
            return Call.of(http, mapper);
        }
    }
}
