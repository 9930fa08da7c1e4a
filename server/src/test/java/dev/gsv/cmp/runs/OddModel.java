package dev.gsv.cmp.runs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A model server that behaves as a test says: by default it answers well, and it can be slow, broken or a web page. */
final class OddModel implements AutoCloseable {

    enum Mood {
        WELL,
        SLOW,
        NEVER,
        HTML,
        BROKEN,
        HANGS_UP
    }

    /** Longer than it takes to hang up, shorter than a run may last. */
    static final long SLOW_MILLIS = 1500;

    private final HttpServer server;
    final AtomicInteger asked = new AtomicInteger();
    volatile Mood mood = Mood.WELL;

    OddModel() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/chat/completions", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        exchange.getRequestBody().readAllBytes();
        switch (mood) {
            case WELL -> well(exchange);
            case SLOW -> {
                sleep(SLOW_MILLIS);
                well(exchange);
            }
            case NEVER -> sleep(60_000);
            case HTML -> send(exchange, 200, "text/html", "<html><body>Welcome to the proxy</body></html>");
            case BROKEN -> send(exchange, 500, "application/json", "{\"error\": {\"message\": \"sk-secret\"}}");
            case HANGS_UP -> exchange.close();
        }
    }

    private static void well(HttpExchange exchange) throws IOException {
        send(exchange, 200, "application/json", """
                {"id": "c", "object": "chat.completion", "created": 1, "model": "odd", "choices": [{"index": 0,
                 "message": {"role": "assistant", "content": "An odd answer."}, "finish_reason": "stop"}],
                 "usage": {"prompt_tokens": 1500, "completion_tokens": 800, "total_tokens": 2300}}
                """);
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
