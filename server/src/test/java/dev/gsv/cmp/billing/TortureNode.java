package dev.gsv.cmp.billing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.postgresql.ds.PGSimpleDataSource;

/** The real jar over its real, embedded, durable database, as a process that can be killed and frozen. */
final class TortureNode implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration ANSWER = Duration.ofSeconds(20);
    static final int HOLD_SECONDS = 6;

    private final Path app;
    private final Path data;
    private final int port;
    private final String secret = java.util.UUID.randomUUID().toString();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private Process process;
    private int starts;

    TortureNode(Path app, Path data) {
        this.app = app;
        this.data = data;
        try (ServerSocket socket = new ServerSocket(0)) {
            this.port = socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What an answer was; status 0 when there was none. */
    record Reply(int status, String body) {}

    /** Starts it, and waits until it is ready. */
    void start() {
        try {
            Path log = data.resolve("node-" + ++starts + ".log");
            ProcessBuilder builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx400m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-jar",
                            app.resolve("cmp.jar").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment()
                    .putAll(Map.of(
                            "CMP_PORT",
                            String.valueOf(port),
                            "CMP_DATA",
                            data.resolve("data").toString(),
                            "PUBLIC_URL",
                            base(),
                            "OIDC_CLIENT_ID",
                            "torture",
                            "OIDC_CLIENT_SECRET",
                            secret,
                            "RESERVATION_TTL_SECONDS",
                            String.valueOf(HOLD_SECONDS),
                            "RUN_TIMEOUT_SECONDS",
                            "3",
                            "JOBS_POLL_SECONDS",
                            "1"));
            builder.environment().remove("DATABASE_URL");
            process = builder.start();
            long deadline = System.nanoTime() + START.toNanos();
            while (send("GET", "/health", Map.of(), null).status() != 200) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new AssertionError("CMP does not start; its log: " + log);
                }
                Thread.sleep(100);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Recomputes the ledger as an operator would, beside the program. Returns the exit code. */
    int verifyLedger() {
        try {
            ProcessBuilder builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx200m",
                            "-jar",
                            app.resolve("cmp.jar").toString(),
                            "verify-ledger")
                    .redirectErrorStream(true)
                    .redirectOutput(data.resolve("verify-ledger.log").toFile());
            builder.environment().put("CMP_DATA", data.resolve("data").toString());
            builder.environment().remove("DATABASE_URL");
            return builder.start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    String base() {
        return "http://127.0.0.1:" + port;
    }

    String secret() {
        return secret;
    }

    boolean alive() {
        return process.isAlive();
    }

    /** kill -9. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** kill -9 of the server of the database; its sessions see it and end. */
    void killDatabase() {
        ProcessHandle.of(databaseProcess()).ifPresent(ProcessHandle::destroyForcibly);
    }

    void freeze(Duration time) {
        signal("STOP", process.pid());
        sleep(time);
        signal("CONT", process.pid());
    }

    void freezeDatabase(Duration time) {
        List<Long> all = new java.util.ArrayList<>(List.of(databaseProcess()));
        ProcessHandle.of(databaseProcess())
                .ifPresent(
                        server -> server.descendants().map(ProcessHandle::pid).forEach(all::add));
        all.forEach(pid -> signal("STOP", pid));
        sleep(time);
        all.forEach(pid -> signal("CONT", pid));
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void signal(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private long databaseProcess() {
        return Long.parseLong(postmaster().getFirst().strip());
    }

    private List<String> postmaster() {
        try {
            return Files.readAllLines(data.resolve("data/postgres/cluster/postmaster.pid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Past CMP, for the proof. */
    PGSimpleDataSource database() {
        try {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setServerNames(new String[] {"127.0.0.1"});
            source.setPortNumbers(
                    new int[] {Integer.parseInt(postmaster().get(3).strip())});
            source.setDatabaseName("cmp");
            source.setUser("postgres");
            source.setPassword(
                    Files.readString(data.resolve("data/postgres/password")).strip());
            return source;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The demo's logins. */
    Map<String, String> logins() {
        Map<String, String> logins = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(data.resolve("data/demo.env"))) {
                if (line.matches("\\w+=.*")) {
                    String[] parts = line.split("=", 2);
                    logins.put(parts[0], parts[1].replaceAll("^['\"]|['\"]$", ""));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return logins;
    }

    Reply send(String method, String path, Map<String, String> headers, String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base() + path)).timeout(ANSWER);
        headers.forEach(request::header);
        request.method(
                method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body());
        } catch (IOException e) {
            return new Reply(0, e.toString());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            process.destroy();
            try {
                if (!process.waitFor(15, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        }
    }
}
