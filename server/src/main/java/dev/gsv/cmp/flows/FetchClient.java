package dev.gsv.cmp.flows;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Fetches for flows, from public addresses only.
 *
 * <p>A name is resolved once, every address of it is checked, and the connection goes to that very address: a name that
 * means something else a moment later changes nothing. Redirects go through the same checks. That is why this is no
 * {@code java.net.http.HttpClient}, which resolves names itself.
 */
@Component
class FetchClient {
    /** Largest answer, in bytes, unpacked. */
    static final int MAX_BYTES = 2 * 1024 * 1024;

    static final int MAX_REDIRECTS = 5;
    /** Longest time of one fetch, redirects included. */
    static final Duration MAX_TIME = Duration.ofSeconds(20);

    /** Timeouts of sockets are whole milliseconds: what ends so shortly before the run does is ended by the run. */
    private static final long ROUNDED_NANOS = 5_000_000;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_HEAD_BYTES = 32 * 1024;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<String> OWN_HEADERS = Set.of(
            "host", "content-length", "transfer-encoding", "connection", "accept-encoding", "upgrade", "te", "trailer");

    /** One request. */
    record Fetch(String method, URI uri, Map<String, String> headers, byte @Nullable [] body, boolean follow) {}

    private final FetchSettings settings;

    FetchClient(FetchSettings settings) {
        this.settings = settings;
    }

    /**
     * Fetches, whatever status that ends with.
     *
     * @throws NodeFault {@code FETCH_NOT_ALLOWED}, {@code FETCH_FAILED} or {@code FETCH_TOO_LARGE}
     * @throws ModelHttpClient.RunOver when the run is over
     */
    Fetched fetch(Fetch first, Deadline run) {
        long end = System.nanoTime() + Math.min(run.nanosLeft(), MAX_TIME.toNanos());
        Fetch next = first;
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            Fetched got;
            try {
                got = once(next, end);
            } catch (IOException e) {
                if (run.nanosLeft() < ROUNDED_NANOS || Thread.currentThread().isInterrupted()) {
                    throw new ModelHttpClient.RunOver();
                }
                throw new NodeFault(Fault.FETCH_FAILED, "The server did not answer, too slowly, or not in HTTP.");
            }
            String location = got.headers().get("location");
            if (!next.follow() || location == null || !REDIRECTS.contains(got.status())) {
                return got;
            }
            next = redirected(next, location, got.status());
        }
        throw new NodeFault(Fault.FETCH_FAILED, "The server sends on more than " + MAX_REDIRECTS + " times.");
    }

    private static Fetch redirected(Fetch from, String location, int status) {
        URI to;
        try {
            to = from.uri().resolve(location);
        } catch (IllegalArgumentException e) {
            throw new NodeFault(Fault.FETCH_FAILED, "The server sends on to something that is no address.");
        }
        boolean again = status == 307 || status == 308 || from.method().equals("GET");
        boolean same = String.valueOf(to.getAuthority())
                        .equalsIgnoreCase(from.uri().getAuthority())
                && String.valueOf(to.getScheme()).equalsIgnoreCase(from.uri().getScheme());
        // What was meant for one server is no business of another.
        return new Fetch(
                again ? from.method() : "GET",
                to,
                same ? from.headers() : Map.of(),
                again && same ? from.body() : null,
                true);
    }

    private Fetched once(Fetch fetch, long end) throws IOException {
        URI uri = fetch.uri();
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        String host = uri.getHost();
        boolean tls = scheme.equals("https");
        if (host == null || uri.getRawUserInfo() != null || !(tls || scheme.equals("http"))) {
            throw new NodeFault(
                    Fault.FETCH_NOT_ALLOWED, "Only addresses with http:// or https:// and a host are fetched.");
        }
        int port = uri.getPort() < 0 ? tls ? 443 : 80 : uri.getPort();
        if (!settings.allows(host, port)) {
            throw new NodeFault(Fault.FETCH_NOT_ALLOWED, "This installation does not let flows go to that host.");
        }
        try (Socket plain = new Socket(java.net.Proxy.NO_PROXY)) {
            plain.setSoTimeout(left(end));
            plain.connect(
                    new InetSocketAddress(address(host, settings.inside(host, port)), port),
                    Math.min(left(end), (int) CONNECT_TIMEOUT.toMillis()));
            try (Socket socket = tls ? secured(plain, host, port) : plain) {
                socket.getOutputStream().write(head(fetch, host, port, tls));
                if (fetch.body() != null) {
                    socket.getOutputStream().write(fetch.body());
                }
                socket.getOutputStream().flush();
                return answer(uri, new BufferedInputStream(new TimedClientStream(socket, end)), fetch.method());
            }
        }
    }

    private static InetAddress address(String host, boolean inside) {
        InetAddress[] all;
        try {
            all = InetAddress.getAllByName(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
        } catch (UnknownHostException e) {
            throw new NodeFault(Fault.FETCH_FAILED, "Nobody knows that host.");
        }
        for (InetAddress each : all) {
            if (!inside && !PublicAddress.is(each)) {
                throw new NodeFault(Fault.FETCH_NOT_ALLOWED, "That address is not public; flows may not go there.");
            }
        }
        return all[0];
    }

    private static Socket secured(Socket plain, String host, int port) throws IOException {
        SSLSocket socket =
                (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (!host.startsWith("[") && !host.matches("[0-9.]+")) {
            parameters.setServerNames(java.util.List.of(new SNIHostName(host)));
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static byte[] head(Fetch fetch, String host, int port, boolean tls) {
        URI uri = fetch.uri();
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Host", port == (tls ? 443 : 80) ? host : host + ":" + port);
        headers.put("User-Agent", "CMP");
        headers.put("Accept", "*/*");
        headers.put("Accept-Encoding", "identity");
        headers.put("Connection", "close");
        fetch.headers().forEach((name, value) -> {
            boolean clean = name.matches("[A-Za-z0-9-]{1,100}")
                    && value.chars().allMatch(c -> c == '\t' || c >= ' ' && c != 127 && c < 256);
            if (!clean) {
                throw new NodeFault(Fault.FETCH_NOT_ALLOWED, "A header of the request holds what no header may hold.");
            }
            if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                headers.keySet().removeIf(name::equalsIgnoreCase);
                headers.put(name, value);
            }
        });
        if (fetch.body() != null) {
            headers.put("Content-Length", String.valueOf(fetch.body().length));
        }
        StringBuilder head = new StringBuilder(fetch.method() + " " + path
                + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()) + " HTTP/1.1\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Fetched answer(URI uri, InputStream in, String method) throws IOException {
        int[] left = {MAX_HEAD_BYTES};
        String status = line(in, left);
        while (status.matches("HTTP/1\\.[01] 1\\d\\d.*")) {
            headers(in, left);
            status = line(in, left);
        }
        if (!status.matches("HTTP/1\\.[01] \\d{3}.*")) {
            throw new IOException("no HTTP");
        }
        int code = Integer.parseInt(status.substring(9, 12));
        Map<String, String> headers = headers(in, left);
        byte[] body = method.equals("HEAD") || code == 204 || code == 304 ? new byte[0] : body(in, headers);
        String encoding = headers.getOrDefault("content-encoding", "identity").strip();
        if (encoding.equalsIgnoreCase("gzip")) {
            try (InputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(body))) {
                body = bounded(unpacked);
            }
        } else if (!encoding.equalsIgnoreCase("identity")) {
            throw new IOException("packed in a way that nobody asked for");
        }
        return new Fetched(code, uri, headers, body);
    }

    private static Map<String, String> headers(InputStream in, int[] left) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in, left); !line.isEmpty(); line = line(in, left)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return headers;
    }

    private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("transfer-encoding", "")
                .toLowerCase(Locale.ROOT)
                .contains("chunked")) {
            return chunked(in);
        }
        String length = headers.get("content-length");
        if (length == null) {
            return bounded(in);
        }
        if (!length.matches("\\d{1,18}")) {
            throw new IOException("no length");
        }
        if (Long.parseLong(length) > MAX_BYTES) {
            throw tooLarge();
        }
        byte[] body = in.readNBytes(Integer.parseInt(length));
        if (body.length < Integer.parseInt(length)) {
            throw new IOException("cut off");
        }
        return body;
    }

    private static byte[] chunked(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            String size = line(in, new int[] {MAX_HEAD_BYTES}).split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,8}")) {
                throw new IOException("no chunk");
            }
            long length = Long.parseLong(size, 16);
            if (length == 0) {
                return all.toByteArray();
            }
            if (all.size() + length > MAX_BYTES) {
                throw tooLarge();
            }
            byte[] chunk = in.readNBytes((int) length);
            if (chunk.length < length) {
                throw new IOException("cut off");
            }
            all.write(chunk);
            line(in, new int[] {MAX_HEAD_BYTES});
        }
    }

    private static byte[] bounded(InputStream in) throws IOException {
        byte[] body = in.readNBytes(MAX_BYTES + 1);
        if (body.length > MAX_BYTES) {
            throw tooLarge();
        }
        return body;
    }

    private static NodeFault tooLarge() {
        return new NodeFault(Fault.FETCH_TOO_LARGE, "The server sends more than " + MAX_BYTES + " bytes.");
    }

    private static String line(InputStream in, int[] left) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || --left[0] < 0) {
                throw new IOException("no end of a line");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private static int left(long end) throws IOException {
        long millis = (end - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new IOException("over time");
        }
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }

    /** Ends a read when the time of the whole fetch is over, however often a little arrives. */
    private static final class TimedClientStream extends FilterInputStream {
        private final Socket socket;
        private final long end;

        TimedClientStream(Socket socket, long end) throws IOException {
            super(socket.getInputStream());
            this.socket = socket;
            this.end = end;
        }

        @Override
        public int read(byte[] bytes, int from, int most) throws IOException {
            socket.setSoTimeout(left(end));
            return super.read(bytes, from, most);
        }
    }
}
