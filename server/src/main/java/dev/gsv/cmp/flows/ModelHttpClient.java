package dev.gsv.cmp.flows;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One HTTP exchange with the model server, under the deadline of its run.
 *
 * <p>It is made for a single call. An interrupt or the deadline closes the connection, so that the provider stops
 * working too. Every misbehaviour of the server becomes a {@link NodeFault} of its own; the server's words are never
 * passed on, because some servers repeat the key in them.
 */
final class ModelHttpClient implements HttpClient, HttpClientBuilder {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Tokens that a server may add to what was sent: its chat template, and instructions of its own. */
    static final int ADDED_BY_SERVER = 2_048;

    /**
     * What the provider says that the call consumed. It is believed as far as it can be true: a token has at least one
     * byte, and no answer is longer than was asked for.
     */
    record Reported(long tokensIn, long tokensOut) {}

    private final java.net.http.HttpClient http;
    private final Deadline deadline;
    private final int maxTokens;
    private @Nullable Reported reported;

    /** Set when the request may have reached the provider, which may then charge for it. */
    private boolean mayHaveWorked;

    /** @param maxTokens the most tokens that the request asks for */
    ModelHttpClient(java.net.http.HttpClient http, Deadline deadline, int maxTokens) {
        this.http = http;
        this.deadline = deadline;
        this.maxTokens = maxTokens;
    }

    boolean mayHaveWorked() {
        return mayHaveWorked;
    }

    /** The provider's numbers; absent when it gave none, or none that can be true. */
    Optional<Reported> reported() {
        return Optional.ofNullable(reported);
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        byte[] sent = String.valueOf(request.body()).getBytes(StandardCharsets.UTF_8);
        java.net.http.HttpRequest.Builder builder = java.net.http.HttpRequest.newBuilder(URI.create(request.url()))
                .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(sent));
        request.headers().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        HttpResponse<byte[]> response = exchange(builder.build());
        refuseStatus(response);
        ObjectNode answer = shaped(response);
        reported = believed(answer.remove("usage"), sent.length);
        return SuccessfulHttpResponse.builder()
                .statusCode(response.statusCode())
                .headers(response.headers().map())
                .body(JSON.writeValueAsBytes(answer))
                .build();
    }

    private @Nullable Reported believed(@Nullable JsonNode usage, long sentBytes) {
        if (usage == null) {
            return null;
        }
        long in = whole(usage.path("prompt_tokens"));
        long out = whole(usage.path("completion_tokens"));
        boolean possible = in > 0 && in <= sentBytes + ADDED_BY_SERVER && out > 0 && out <= maxTokens;
        return possible ? new Reported(in, out) : null;
    }

    private static long whole(JsonNode number) {
        return number.isIntegralNumber() && number.canConvertToLong() ? number.longValue() : 0;
    }

    private HttpResponse<byte[]> exchange(java.net.http.HttpRequest request) {
        if (deadline.passed()) {
            throw new RunOver();
        }
        CompletableFuture<HttpResponse<byte[]>> exchange = http.sendAsync(request, head -> new ModelClientBody());
        try {
            return exchange.get(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            mayHaveWorked = true;
            exchange.cancel(true);
            throw new RunOver();
        } catch (InterruptedException e) {
            mayHaveWorked = true;
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw new RunOver();
        } catch (ExecutionException e) {
            throw broken(e.getCause());
        }
    }

    private RuntimeException broken(@Nullable Throwable cause) {
        NodeFault own = NodeFault.in(cause);
        if (own != null) {
            mayHaveWorked = true;
            return own;
        }
        if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
            return new NotReached("The model server cannot be reached.");
        }
        mayHaveWorked = true;
        return new NodeFault(
                Fault.MODEL_UNAVAILABLE, "The connection to the model server broke before it had answered.");
    }

    private void refuseStatus(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            mayHaveWorked = true;
            return;
        }
        String code = errorCode(response.body());
        switch (status) {
            case 401, 403 ->
                throw new NodeFault(
                        Fault.MODEL_KEY_REFUSED, "The model server refused this installation's key (" + status + ").");
            case 404 -> throw new NodeFault(Fault.MODEL_UNKNOWN, "The model server does not know this model (404).");
            case 413 -> throw tooLong();
            case 429 ->
                throw new NodeFault(Fault.MODEL_RATE_LIMITED, "The model server is over its rate or budget (429).");
            case 503 -> throw new NotReached("The model server is not available (503).");
            default -> {
                if (code.equals("context_length_exceeded")) {
                    throw tooLong();
                }
                if (code.equals("content_filter") || code.equals("content_policy_violation")) {
                    throw new NodeFault(
                            Fault.MODEL_CONTENT_REFUSED, "The model server's content filter refused this request.");
                }
                throw status >= 400 && status < 500
                        ? new NodeFault(Fault.MODEL_REJECTED, "The model server rejected the request (" + status + ").")
                        : new NodeFault(Fault.MODEL_ERROR, "The model server failed (" + status + ").");
            }
        }
    }

    private static NodeFault tooLong() {
        return new NodeFault(Fault.MODEL_INPUT_TOO_LONG, "The prompt is longer than this model accepts.");
    }

    private static String errorCode(byte[] body) {
        try {
            return Flow.text(JSON.readTree(body).path("error").path("code"));
        } catch (JacksonException e) {
            return "";
        }
    }

    private static ObjectNode shaped(HttpResponse<byte[]> response) {
        String type = response.headers().firstValue("content-type").orElse("").toLowerCase(Locale.ROOT);
        String start = new String(response.body(), 0, Math.min(64, response.body().length), StandardCharsets.UTF_8);
        if (response.body().length == 0 || start.isBlank()) {
            throw new NodeFault(Fault.MODEL_EMPTY_ANSWER, "The model server answered with nothing.");
        }
        if (type.contains("html") || !start.stripLeading().startsWith("{")) {
            throw new NodeFault(
                    Fault.MODEL_NOT_JSON, "What answered is no model server: it sent a page instead of JSON.");
        }
        JsonNode json;
        try {
            json = JSON.readTree(response.body());
        } catch (JacksonException e) {
            throw new NodeFault(Fault.MODEL_BROKEN_ANSWER, "The model server's answer is cut off or damaged.");
        }
        if (json.path("error").isObject()) {
            throw new NodeFault(Fault.MODEL_ERROR, "The model server answered with an error.");
        }
        if (!json.path("choices").isArray()) {
            throw new NodeFault(Fault.MODEL_BROKEN_ANSWER, "The model server's answer has no choices.");
        }
        if (json.path("choices").isEmpty()) {
            throw new NodeFault(Fault.MODEL_EMPTY_ANSWER, "The model gave no answer.");
        }
        return (ObjectNode) json;
    }

    /** The deadline passed, or the run was stopped, while the server was working. */
    static final class RunOver extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RunOver() {
            super("the run is over", null, false, false);
        }
    }

    /** Nothing was produced: the one case in which asking again costs nobody anything. */
    static final class NotReached extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotReached(String message) {
            super(message, null, false, false);
        }
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        throw new UnsupportedOperationException("streams are not used");
    }

    @Override
    public @Nullable Duration connectTimeout() {
        return null;
    }

    @Override
    public HttpClientBuilder connectTimeout(@Nullable Duration timeout) {
        return this;
    }

    @Override
    public @Nullable Duration readTimeout() {
        return null;
    }

    @Override
    public HttpClientBuilder readTimeout(@Nullable Duration timeout) {
        return this;
    }

    @Override
    public HttpClient build() {
        return this;
    }
}
