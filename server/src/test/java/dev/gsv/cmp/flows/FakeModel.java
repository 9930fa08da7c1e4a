package dev.gsv.cmp.flows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A model server on a raw socket, so that it can misbehave below HTTP too. Without orders it answers well. */
public final class FakeModel implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What the server does with one request. */
    @FunctionalInterface
    public interface Manner {
        void answer(Exchange exchange) throws Exception;
    }

    public record Request(String head, String body) {
        public JsonNode json() {
            return JSON.readTree(body);
        }

        public List<String> contents() {
            return json().path("messages")
                    .valueStream()
                    .map(message -> message.path("role").asString() + ": "
                            + message.path("content").asString())
                    .toList();
        }
    }

    private final ServerSocket server;
    private final Deque<Manner> orders = new ArrayDeque<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile Manner manner = exchange -> exchange.ok("Hello from the fake model.", 11, 5);

    public final List<Request> requests = new CopyOnWriteArrayList<>();
    public final CountDownLatch asked = new CountDownLatch(1);
    /** Opened when a client closes its connection while it waits for an answer. */
    public final CountDownLatch abandoned = new CountDownLatch(1);

    public FakeModel() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/v1";
    }

    /** From now on, each request is treated like this. */
    public FakeModel always(Manner next) {
        manner = next;
        return this;
    }

    /** The next request is treated like this. */
    public FakeModel next(Manner once) {
        synchronized (orders) {
            orders.add(once);
        }
        return this;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            for (Request request = read(socket.getInputStream());
                    request != null;
                    request = read(socket.getInputStream())) {
                requests.add(request);
                asked.countDown();
                Manner now;
                synchronized (orders) {
                    now = orders.isEmpty() ? manner : orders.remove();
                }
                now.answer(new Exchange(socket, this));
            }
        } catch (Exception e) {
            // A client that is gone is what some tests are about.
        }
    }

    private static @Nullable Request read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            head.write(b);
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        int length = text.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
        return new Request(text, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    public record Exchange(Socket socket, FakeModel fake) {
        public void ok(String text, int in, int out) throws IOException {
            json(
                    200,
                    completion(
                            text,
                            "stop",
                            "{\"prompt_tokens\":" + in + ",\"completion_tokens\":" + out + ",\"total_tokens\":"
                                    + (in + out) + "}"));
        }

        public void json(int status, String body) throws IOException {
            send(status, "application/json", body);
        }

        public void send(int status, String type, String body) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            head(status, type, bytes.length);
            out().write(bytes);
            out().flush();
        }

        public void head(int status, String type, int length) throws IOException {
            out().write(("HTTP/1.1 " + status + " X\r\nContent-Type: " + type + "\r\nContent-Length: " + length
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            out().flush();
        }

        public OutputStream out() throws IOException {
            return socket.getOutputStream();
        }

        /** Waits until the client closes the connection. */
        public void hang() throws IOException {
            try {
                while (socket.getInputStream().read() >= 0) {
                    // A client that waits for an answer has nothing more to say.
                }
            } finally {
                fake.abandoned.countDown();
            }
        }
    }

    public static String completion(String text, String finish, String usage) {
        return """
                {"id":"c","object":"chat.completion","created":1,"model":"fake","choices":[{"index":0,
                 "message":{"role":"assistant","content":%s},"finish_reason":"%s"}]%s}
                """.formatted(JSON.writeValueAsString(text), finish, usage.isEmpty() ? "" : ",\"usage\":" + usage);
    }
}
