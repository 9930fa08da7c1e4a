package dev.gsv.cmp;

import dev.gsv.cmp.kit.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A caller of the API, as a test sees it: one address, one credential. Every answer is held against
 * {@code golden/openapi.json}, so a test that only looks at a status still notices a broken contract.
 */
public record Api(String base, Optional<String> credential, List<String> headers) {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private static final Duration TIMEOUT = Duration.ofSeconds(90);
    static final JsonMapper MAPPER = Json.mapper();

    /** Makes JSON for bodies. */
    public static JsonNodeFactory json() {
        return JsonNodeFactory.instance;
    }

    public static Api at(String base) {
        return new Api(base, Optional.empty(), List.of());
    }

    /** The same address with a bearer credential. */
    public Api as(String bearer) {
        return new Api(base, Optional.of(bearer), headers);
    }

    public Api anonymous() {
        return new Api(base, Optional.empty(), headers);
    }

    /** The same caller that sends one more header. */
    public Api with(String name, String value) {
        List<String> more = new ArrayList<>(headers);
        more.add(name);
        more.add(value);
        return new Api(base, credential, List.copyOf(more));
    }

    public Api key(String idempotencyKey) {
        return with("Idempotency-Key", idempotencyKey);
    }

    public Reply get(String path) {
        return send("GET", path, null);
    }

    public Reply delete(String path) {
        return send("DELETE", path, null);
    }

    /** Sends a map, list, record or JsonNode as JSON; a String goes out as it is. */
    public Reply post(String path, Object body) {
        return send("POST", path, body);
    }

    public Reply post(String path) {
        return send("POST", path, null);
    }

    public Reply put(String path, Object body) {
        return send("PUT", path, body);
    }

    public Reply patch(String path, Object body) {
        return send("PATCH", path, body);
    }

    public Reply send(String method, String path, Object body) {
        byte[] bytes = body == null
                ? new byte[0]
                : body instanceof byte[] raw
                        ? raw
                        : (body instanceof String text ? text : MAPPER.writeValueAsString(body))
                                .getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(TIMEOUT)
                .method(method, HttpRequest.BodyPublishers.ofByteArray(bytes));
        boolean typed = false;
        for (int i = 0; i < headers.size(); i += 2) {
            request.header(headers.get(i), headers.get(i + 1));
            typed |= headers.get(i).equalsIgnoreCase("content-type");
        }
        if (body != null && !typed) {
            request.header("Content-Type", "application/json");
        }
        credential.ifPresent(token -> request.header("Authorization", "Bearer " + token));
        try {
            HttpResponse<byte[]> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            Reply reply = new Reply(
                    method, path, response.statusCode(), response.headers().map(), response.body());
            Contract.check(reply);
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What came back. */
    public record Reply(String method, String path, int status, Map<String, List<String>> headers, byte[] bytes) {

        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        public JsonNode json() {
            return MAPPER.readTree(bytes);
        }

        /** The value at a JSON pointer, as text. */
        public String at(String pointer) {
            return json().at(pointer).asString();
        }

        public Optional<String> header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .findFirst()
                    .map(header -> header.getValue().getFirst());
        }

        /** The documented error code, or an empty text. */
        public String code() {
            return at("/error/code");
        }

        /** This reply, or a failure that shows what came instead. */
        public Reply expect(int wanted) {
            if (status != wanted) {
                throw new AssertionError(
                        method + " " + path + ": expected " + wanted + " but got " + status + "\n" + text());
            }
            return this;
        }

        /** A problem+json answer of this status and code. */
        public Reply expect(int wanted, String code) {
            expect(wanted);
            if (!code().equals(code)) {
                throw new AssertionError(method + " " + path + ": expected code " + code + " but got\n" + text());
            }
            return this;
        }
    }
}
