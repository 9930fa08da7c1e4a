package dev.gsv.cmp.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL as a child of this process, its cluster kept in a folder: the database of everyone who sets no
 * {@code DATABASE_URL}, and of the tests.
 *
 * <p>A server that dies while this process lives is started again, see {@link DatabaseWatch}.
 *
 * <p>Always true: one process owns a data directory; what was committed survives {@code kill -9} of this process and of
 * PostgreSQL; closing leaves no process behind.
 *
 * <p>See {@code docs/adr/0006-embedded-postgresql.md}.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

    /** Recovery after a crash replays the log; the usual start takes well under a second. */
    private static final int START_TIMEOUT_SECONDS = 60;

    /** Time for a left-over server to write its last checkpoint. */
    private static final int STOP_LEFTOVER_TIMEOUT_SECONDS = 30;

    /** Short, because Ctrl-C ends everything within 5 s; what is not written by then is recovered at the next start. */
    private static final int STOP_TIMEOUT_SECONDS = 2;

    /** Within {@link StopBound#CUT}; then its processes are killed. */
    private static final Duration CUT_OFF_TIME = Duration.ofMillis(400);

    /** A free port can be taken by someone else before PostgreSQL binds it. */
    private static final int PORT_ATTEMPTS = 3;

    private static final String USER = "postgres";

    private final DatabaseDirectory directory;
    private final boolean durable;
    private final PostgresBinaries binaries;
    private final String password;
    private final int port;
    private final DatabaseWatch watch;
    private volatile long server;
    private volatile boolean closed;
    /** What ends the server when there is no time left. */
    private final Runnable cut = this::cutOff;

    private EmbeddedDatabase(Path directory, Path binaries, boolean durable) {
        this.directory = DatabaseDirectory.lock(directory);
        this.durable = durable;
        try {
            this.binaries = PostgresBinaries.in(binaries);
            StopBound.cutting(cut);
            this.directory.turnLogOver();
            this.password = this.directory.password();
            stopLeftover();
            initialize();
            this.port = start();
            assertDurable();
            this.server = leftover().orElse(0L);
            this.watch = new DatabaseWatch(this::runs, this::startAgain, DatabaseWatch.PAUSES);
        } catch (RuntimeException e) {
            StopBound.over(cut);
            this.directory.close();
            throw e;
        }
    }

    /**
     * Starts the database whose cluster, programs, password and log lie in {@code directory}, making them when they are
     * missing; every commit is on disk before it is answered.
     *
     * @throws CannotStart when another process uses the directory, or PostgreSQL does not start
     */
    public static EmbeddedDatabase durable(Path directory) {
        return durable(directory, directory.resolve("programs"));
    }

    static EmbeddedDatabase durable(Path directory, Path binaries) {
        return new EmbeddedDatabase(directory, binaries, true);
    }

    /**
     * Starts a database that loses its data with the machine's power, several times faster: for tests only.
     *
     * @param binaries where PostgreSQL's programs are unpacked; many test runs share them
     */
    public static EmbeddedDatabase forgetfulForTests(Path directory, Path binaries) {
        return new EmbeddedDatabase(directory, binaries, false);
    }

    /** The address of one database of this server, with user and password, in the form of {@code DATABASE_URL}. */
    public String url(String database) {
        return "postgres://" + USER + ":" + password + "@127.0.0.1:" + port + "/" + database;
    }

    /** The same address for the driver, without user and password. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** The name of the server's superuser. */
    public String user() {
        return USER;
    }

    /** The superuser's password. */
    public String password() {
        return password;
    }

    /** Makes an empty database of this name unless it exists. */
    public void createDatabase(String name) {
        store().createDatabase(name);
    }

    /** Makes a user who may sign in and owns nothing, unless there is one, and answers with the user's password. */
    String createLogin(String name) {
        String secret = directory.password(name);
        store().createLogin(name, secret);
        return secret;
    }

    /**
     * The address of one database of the server that another process runs over this directory.
     *
     * @param login a user of {@link #createLogin}
     * @return empty when no server runs there, or none that such a user was made in
     */
    static Optional<String> joined(Path directory, String login, String database) {
        return DatabaseDirectory.runningPort(directory)
                .flatMap(port -> DatabaseDirectory.readPassword(directory, login)
                        .map(secret -> "postgres://" + login + ":" + secret + "@127.0.0.1:" + port + "/" + database));
    }

    /** Stops PostgreSQL and gives the directory back. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        watch.close();
        if (!stop("fast", STOP_TIMEOUT_SECONDS) && leftover().isPresent()) {
            LOG.warn(
                    "PostgreSQL did not stop within {} s; it is cut off and recovers at the next start",
                    STOP_TIMEOUT_SECONDS);
            stop("immediate", STOP_TIMEOUT_SECONDS);
        }
        StopBound.over(cut);
        directory.close();
    }

    /** Asks for an immediate end, gives it a moment, and kills what is left: fsync is on, the next start recovers. */
    private void cutOff() {
        // Nobody starts it again from now on.
        closed = true;
        List<String> now = List.of("-D", directory.cluster().toString(), "-m", "immediate", "-W", "stop");
        Thread.ofPlatform().daemon().start(() -> binaries.run(directory.log(), "pg_ctl", now));
        long deadline = System.nanoTime() + CUT_OFF_TIME.toNanos();
        while (!sessions().isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        sessions().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    private ClusterStore store() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName("postgres");
        source.setUser(USER);
        source.setPassword(password);
        return new ClusterStore(source);
    }

    /**
     * After kill -9 of our process PostgreSQL keeps running and owns the cluster; it is stopped before another starts.
     * After kill -9 of PostgreSQL its sessions live on for a moment and may still write.
     */
    private void stopLeftover() {
        leftover().ifPresent(pid -> {
            LOG.info("Stopping the PostgreSQL (process {}) that an earlier run left behind", pid);
            if (!stop("fast", STOP_LEFTOVER_TIMEOUT_SECONDS)) {
                stop("immediate", STOP_TIMEOUT_SECONDS);
            }
        });
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_LEFTOVER_TIMEOUT_SECONDS);
        for (List<Long> pids = sessions(); !pids.isEmpty(); pids = sessions()) {
            if (System.nanoTime() > deadline) {
                throw new CannotStart(
                        "PostgreSQL of an earlier run still uses " + directory.cluster()
                                + " and does not stop (process " + pids.getFirst() + ").",
                        "Stop it by hand: kill -QUIT " + pids.getFirst() + ". Then start again.");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** The running server of this cluster. A process number alone proves nothing: it may belong to anyone by now. */
    private Optional<Long> leftover() {
        Path file = directory.cluster().resolve("postmaster.pid");
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            long pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
            Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
            if (process.isPresent() && !isOurs(process.get())) {
                // PostgreSQL itself would take the stranger for its server and never start again.
                LOG.info("Process {} is not the PostgreSQL that {} names; the file is removed", pid, file);
                Files.delete(file);
                return Optional.empty();
            }
            return process.map(ProcessHandle::pid);
        } catch (IOException | NumberFormatException | NoSuchElementException e) {
            LOG.warn("{} cannot be read", file, e);
            return Optional.empty();
        }
    }

    /** Every process of this cluster: the server and its sessions. */
    private List<Long> sessions() {
        if (!Files.isDirectory(directory.cluster())) {
            return List.of();
        }
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(this::isOurs).map(ProcessHandle::pid).toList();
        }
    }

    /** A server works inside its cluster's folder, which tells it from every other process and every other server. */
    private boolean isOurs(ProcessHandle process) {
        if (!Files.exists(Path.of("/proc/self/cwd"))) {
            return process.info()
                    .commandLine()
                    .orElse("")
                    .contains(directory.cluster().toString());
        }
        try {
            return Path.of("/proc", Long.toString(process.pid()), "cwd")
                    .toRealPath()
                    .equals(directory.cluster().toRealPath());
        } catch (IOException e) {
            LOG.trace("process {} is another user's, or has ended", process.pid(), e);
            return false;
        }
    }

    private boolean stop(String mode, int seconds) {
        return binaries.run(
                        directory.log(),
                        "pg_ctl",
                        List.of("-D", directory.cluster().toString(), "-m", mode, "-w", "-t", "" + seconds, "stop"))
                == 0;
    }

    /** Makes the cluster beside its place and renames it: a start killed in between leaves no half of a cluster. */
    private void initialize() {
        if (Files.exists(directory.cluster().resolve("PG_VERSION"))) {
            return;
        }
        LOG.info("Making a database in {}", directory.path());
        Path half = directory.path().resolve("cluster.new");
        try {
            PostgresBinaries.delete(half);
            List<String> arguments = new ArrayList<>(List.of("-D", half.toString(), "-U", USER, "-E", "UTF-8"));
            arguments.addAll(List.of("--locale=C.UTF-8", "--auth=scram-sha-256"));
            arguments.add("--pwfile=" + directory.passwordFile());
            if (!durable) {
                arguments.add("--no-sync");
            }
            if (binaries.run(directory.log(), "initdb", arguments) != 0) {
                throw failed("PostgreSQL cannot make its cluster in " + directory.path());
            }
            Files.move(half, directory.cluster(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("the cluster cannot be made in " + directory.path(), e);
        }
    }

    /** Whether the server is there; a zombie has no working directory and is not. */
    private boolean runs() {
        return closed
                || ProcessHandle.of(server)
                        .filter(ProcessHandle::isAlive)
                        .filter(this::isOurs)
                        .isPresent();
    }

    /** Over the same data and on the same port, which the pool knows. */
    private void startAgain() {
        stopLeftover();
        if (!closed && start(port) != 0) {
            throw failed("PostgreSQL does not start over " + directory.cluster());
        }
        server = leftover().orElse(0L);
        if (closed) {
            stop("fast", STOP_TIMEOUT_SECONDS);
        }
    }

    private int start() {
        for (int attempt = 1; ; attempt++) {
            int candidate = freePort();
            if (start(candidate) == 0) {
                return candidate;
            }
            if (attempt == PORT_ATTEMPTS || !directory.logTail().contains("could not bind")) {
                throw failed("PostgreSQL does not start over " + directory.cluster());
            }
        }
    }

    private int start(int candidate) {
        StringBuilder options = new StringBuilder("-p " + candidate);
        EmbeddedSettings.of(durable)
                .forEach((name, value) ->
                        options.append(" -c ").append(name).append('=').append(value));
        return binaries.run(
                directory.log(),
                "pg_ctl",
                List.of(
                        "-D",
                        directory.cluster().toString(),
                        "-w",
                        "-t",
                        "" + START_TIMEOUT_SECONDS,
                        "-l",
                        directory.log().toString(),
                        "-o",
                        options.toString(),
                        "start"));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("this machine gives no free port", e);
        }
    }

    /** The settings are on the command line; this asks the server whether it took them. */
    private void assertDurable() {
        if (!durable) {
            return;
        }
        try {
            store().assertDurable();
        } catch (RuntimeException e) {
            stop("fast", STOP_TIMEOUT_SECONDS);
            throw e;
        }
    }

    private CannotStart failed(String what) {
        String message = what + ". Its log ends with:\n" + directory.logTail();
        String action = "The whole log is " + directory.log() + ". Without an embedded database: set DATABASE_URL.";
        if (directory.logTail().contains("cannot be run as root")) {
            action = "PostgreSQL does not run as root, and this machine allows no user namespaces (unshare -U)."
                    + " Run CMP as a normal user, or set DATABASE_URL.";
        }
        return new CannotStart(message, action);
    }
}
