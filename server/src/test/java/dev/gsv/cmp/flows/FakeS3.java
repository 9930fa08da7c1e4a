package dev.gsv.cmp.flows;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gsv.cmp.kit.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * As much of an S3 API as artifacts need: GET, HEAD and conditional PUT of one bucket, addressed by path. It can be
 * slow, broken, forgetful of conditions, or lie about content.
 */
final class FakeS3 implements AutoCloseable {
    static final String BUCKET = "cmp-artifacts";
    static final String ACCESS = "an-access-key";
    static final String SECRET = "the-secret-of-the-fake";

    /** How the server behaves from now on. */
    enum Manner {
        GOOD,
        /** Ignores {@code If-None-Match}, as old servers do, and overwrites. */
        OVERWRITES,
        /** 500 with an XML error. */
        BROKEN,
        /** 200 with a page of HTML. */
        HTML,
        /** 403 as for a wrong secret. */
        FORBIDDEN,
        NO_BUCKET,
        /** Answers nothing for a long time. */
        SILENT,
        /** Sends headers and then a byte now and then. */
        DRIPPING
    }

    record Request(String method, String path, String authorization, String ifNoneMatch) {}

    volatile Manner manner = Manner.GOOD;
    final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    FakeS3() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    long count(String method) {
        return requests.stream()
                .filter(request -> request.method().equals(method))
                .count();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            String condition = exchange.getRequestHeaders().getFirst("If-None-Match");
            requests.add(new Request(
                    exchange.getRequestMethod(),
                    path,
                    String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                    String.valueOf(condition)));
            switch (manner) {
                case BROKEN -> error(exchange, 500, "InternalError");
                case FORBIDDEN -> error(exchange, 403, "SignatureDoesNotMatch");
                case NO_BUCKET -> error(exchange, 404, "NoSuchBucket");
                case HTML -> send(exchange, 200, "<!doctype html><p>hello".getBytes(StandardCharsets.UTF_8));
                case SILENT -> pause(60_000);
                case DRIPPING -> drip(exchange);
                case GOOD, OVERWRITES -> answer(exchange, path, body, condition);
            }
        }
    }

    private void answer(HttpExchange exchange, String path, byte[] body, String condition) throws IOException {
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        if (path.replaceAll("/$", "").equals("/" + BUCKET) && query.contains("list-type=2")) {
            list(exchange, query);
            return;
        }
        if (!path.startsWith("/" + BUCKET + "/")) {
            error(exchange, 404, "NoSuchBucket");
            return;
        }
        String key = path.substring(BUCKET.length() + 2);
        if (exchange.getRequestMethod().equals("PUT")) {
            boolean conditional = "*".equals(condition) && manner == Manner.GOOD;
            if (conditional && objects.putIfAbsent(key, body) != null) {
                error(exchange, 412, "PreconditionFailed");
                return;
            }
            objects.put(key, body);
            exchange.getResponseHeaders().set("ETag", tag(body));
            send(exchange, 200, new byte[0]);
        } else if (exchange.getRequestMethod().equals("DELETE")) {
            objects.remove(key);
            exchange.sendResponseHeaders(204, -1);
        } else {
            byte[] there = objects.get(key);
            if (there == null) {
                error(exchange, 404, "NoSuchKey");
                return;
            }
            exchange.getResponseHeaders().set("ETag", tag(there));
            send(exchange, 200, there);
        }
    }

    private void list(HttpExchange exchange, String query) throws IOException {
        Map<String, String> asked = new HashMap<>();
        for (String pair : query.split("&")) {
            asked.put(pair.replaceFirst("=.*", ""), pair.replaceFirst("[^=]*=?", ""));
        }
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?><ListBucketResult>");
        objects.keySet().stream()
                .filter(key -> key.startsWith(asked.getOrDefault("prefix", "")))
                .filter(key -> key.compareTo(asked.getOrDefault("start-after", "")) > 0)
                .sorted()
                .limit(Long.parseLong(asked.getOrDefault("max-keys", "1000")))
                .forEach(key -> xml.append("<Contents><Key>")
                        .append(key)
                        .append("</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"));
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        send(exchange, 200, xml.append("</ListBucketResult>").toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String tag(byte[] bytes) {
        return "\"" + Json.sha256(bytes).substring(0, 32) + "\"";
    }

    private static void error(HttpExchange exchange, int status, String code) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        send(
                exchange,
                status,
                ("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>no</Message></Error>")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    private static void drip(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("ETag", "\"slow\"");
        exchange.sendResponseHeaders(200, 1_000);
        for (int i = 0; i < 1_000; i++) {
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            pause(500);
        }
    }

    private static void pause(long millis) {
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
