package dev.gsv.cmp.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL as a child of this process, its cluster kept in a folder: the database of everyone who sets no
 * {@code DATABASE_URL}, and of the tests.
 *
 * <p>Always true: one process owns a data directory; what was committed survives {@code kill -9} of this process and of
 * PostgreSQL; closing leaves no process behind.
 *
 * <p>See {@code docs/adr/0006-embedded-postgresql.md} and storage-and-secrets.md, section 2.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

    /** Recovery after a crash replays the log; the usual start takes well under a second. */
    private static final int START_TIMEOUT_SECONDS = 60;

    /** Time for a left-over server to write its last checkpoint. */
    private static final int STOP_LEFTOVER_TIMEOUT_SECONDS = 30;

    /** Short, because Ctrl-C ends everything within 5 s; what is not written by then is recovered at the next start. */
    private static final int STOP_TIMEOUT_SECONDS = 2;

    /** A free port can be taken by someone else before PostgreSQL binds it. */
    private static final int PORT_ATTEMPTS = 3;

    private static final String USER = "postgres";

    private final Path directory;
    private final boolean durable;
    private final FileChannel lock;
    private final PostgresBinaries binaries;
    private final String password;
    private final int port;
    private boolean closed;

    private EmbeddedDatabase(Path directory, Path binaries, boolean durable) {
        this.directory = directory;
        this.durable = durable;
        this.lock = lock();
        try {
            this.binaries = PostgresBinaries.in(binaries);
            rotateLog();
            this.password = password();
            stopLeftover();
            initialize();
            this.port = start();
            assertDurable();
        } catch (RuntimeException e) {
            unlock();
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
        return new EmbeddedDatabase(absolute(directory), absolute(directory).resolve("programs"), true);
    }

    /**
     * Starts a database that loses its data with the machine's power, several times faster: for tests only.
     *
     * @param binaries where PostgreSQL's programs are unpacked; many test runs share them
     */
    public static EmbeddedDatabase forgetfulForTests(Path directory, Path binaries) {
        return new EmbeddedDatabase(absolute(directory), absolute(binaries), false);
    }

    /** The address of one database of this server, with user and password, in the form of {@code DATABASE_URL}. */
    public String url(String database) {
        return "postgres://" + USER + ":" + password + "@127.0.0.1:" + port + "/" + database;
    }

    /** The server's port on 127.0.0.1; another one at each start. */
    public int port() {
        return port;
    }

    /** Makes an empty database of this name unless it exists. */
    public void createDatabase(String name) {
        store().createDatabase(name);
    }

    /** Stops PostgreSQL and gives the directory back. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!stop("fast", STOP_TIMEOUT_SECONDS)) {
            LOG.warn(
                    "PostgreSQL did not stop within {} s; it is cut off and recovers at the next start",
                    STOP_TIMEOUT_SECONDS);
            stop("immediate", STOP_TIMEOUT_SECONDS);
        }
        unlock();
    }

    private static Path absolute(Path directory) {
        return directory.toAbsolutePath().normalize();
    }

    private Path cluster() {
        return directory.resolve("cluster");
    }

    private Path log() {
        return directory.resolve("server.log");
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
     * Two servers over one cluster destroy it. The lock belongs to this process, not to PostgreSQL, and the system drops it
     * even after kill -9.
     */
    private FileChannel lock() {
        Path file = directory.resolve("lock");
        try {
            Files.createDirectories(directory);
            // The cluster, its password and its programs are nobody else's business on a shared host.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() != null) {
                    channel.truncate(0);
                    channel.write(StandardCharsets.UTF_8.encode(
                            ProcessHandle.current().pid() + "\n"));
                    return channel;
                }
            } catch (OverlappingFileLockException e) {
                LOG.debug("the lock is held by this very process", e);
            }
            String owner = Files.readString(file).strip();
            channel.close();
            throw new CannotStart(
                    "Another CMP (process " + owner + ") is using the data in " + directory + ".",
                    "Stop it, or give this one a data directory of its own: CMP_DATA=<directory>.");
        } catch (IOException e) {
            throw new CannotStart(
                    "The data directory " + directory + " cannot be used: " + e + ".",
                    "Make it writable for this user, or set CMP_DATA to another directory.",
                    e);
        }
    }

    private void unlock() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("the lock of {} cannot be released", directory, e);
        }
    }

    private void rotateLog() {
        try {
            if (Files.exists(log())) {
                Files.move(log(), directory.resolve("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the log of PostgreSQL cannot be turned over", e);
        }
    }

    /** The superuser's password: made once, readable by the owner only; without it every local user would be superuser. */
    private String password() {
        Path file = directory.resolve("password");
        try {
            if (!Files.exists(file)) {
                byte[] random = new byte[24];
                new SecureRandom().nextBytes(random);
                var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
                Files.deleteIfExists(directory.resolve("password.new"));
                Path made = Files.createFile(directory.resolve("password.new"), ownerOnly);
                Files.writeString(made, HexFormat.of().formatHex(random) + "\n");
                Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the password of PostgreSQL cannot be kept in " + file, e);
        }
    }

    /** After kill -9 of our process PostgreSQL keeps running and owns the cluster; it is stopped before we start another. */
    private void stopLeftover() {
        Optional<Long> pid = leftover();
        if (pid.isEmpty()) {
            return;
        }
        LOG.info("Stopping the PostgreSQL (process {}) that an earlier run left behind", pid.get());
        if (!stop("fast", STOP_LEFTOVER_TIMEOUT_SECONDS)
                && !stop("immediate", STOP_TIMEOUT_SECONDS)
                && leftover().isPresent()) {
            throw new CannotStart(
                    "PostgreSQL (process " + pid.get() + ") of an earlier run still uses " + cluster()
                            + " and does not stop.",
                    "Stop it by hand: kill -INT " + pid.get() + ". Then start again.");
        }
    }

    /** The running server of this cluster. A process number alone proves nothing: it may belong to anyone by now. */
    private Optional<Long> leftover() {
        Path file = cluster().resolve("postmaster.pid");
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

    /** A server works inside its cluster's folder, which tells it from every other process and every other server. */
    private boolean isOurs(ProcessHandle process) throws IOException {
        Path workplace = Path.of("/proc", Long.toString(process.pid()), "cwd");
        if (!Files.isReadable(Path.of("/proc/self/cwd"))) {
            return process.info().command().orElse("").endsWith("postgres");
        }
        try {
            return workplace.toRealPath().equals(cluster().toRealPath());
        } catch (AccessDeniedException | NoSuchFileException e) {
            LOG.debug("process {} is another user's, or has ended", process.pid(), e);
            return false;
        }
    }

    private boolean stop(String mode, int seconds) {
        return binaries.run(
                        log(),
                        "pg_ctl",
                        List.of("-D", cluster().toString(), "-m", mode, "-w", "-t", "" + seconds, "stop"))
                == 0;
    }

    /** Makes the cluster beside its place and renames it: a start killed in between leaves no half of a cluster. */
    private void initialize() {
        if (Files.exists(cluster().resolve("PG_VERSION"))) {
            return;
        }
        LOG.info("Making a database in {}", directory);
        Path half = directory.resolve("cluster.new");
        try {
            PostgresBinaries.delete(half);
            List<String> arguments = new ArrayList<>(List.of("-D", half.toString(), "-U", USER, "-E", "UTF-8"));
            arguments.addAll(List.of("--locale=C.UTF-8", "--auth=scram-sha-256"));
            arguments.add("--pwfile=" + directory.resolve("password"));
            if (!durable) {
                arguments.add("--no-sync");
            }
            if (binaries.run(log(), "initdb", arguments) != 0) {
                throw failed("PostgreSQL cannot make its cluster in " + directory);
            }
            Files.move(half, cluster(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("the cluster cannot be made in " + directory, e);
        }
    }

    private int start() {
        for (int attempt = 1; ; attempt++) {
            int candidate = freePort();
            StringBuilder options = new StringBuilder("-p " + candidate);
            settings()
                    .forEach((name, value) ->
                            options.append(" -c ").append(name).append('=').append(value));
            int exit = binaries.run(
                    log(),
                    "pg_ctl",
                    List.of(
                            "-D",
                            cluster().toString(),
                            "-w",
                            "-t",
                            "" + START_TIMEOUT_SECONDS,
                            "-l",
                            log().toString(),
                            "-o",
                            options.toString(),
                            "start"));
            if (exit == 0) {
                return candidate;
            }
            if (attempt == PORT_ATTEMPTS || !logTail().contains("could not bind")) {
                throw failed("PostgreSQL does not start over " + cluster());
            }
        }
    }

    /**
     * Given on the command line, where they win over every file. Small, because this server shares a laptop; a busy
     * installation sets DATABASE_URL.
     */
    private Map<String, String> settings() {
        String safe = durable ? "on" : "off";
        Map<String, String> settings = new TreeMap<>();
        settings.put("fsync", safe);
        settings.put("synchronous_commit", safe);
        settings.put("full_page_writes", safe);
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("unix_socket_directories", "");
        settings.put("timezone", "UTC");
        settings.put("log_timezone", "UTC");
        settings.put("max_connections", durable ? "60" : "300");
        settings.put("shared_buffers", "64MB");
        settings.put("max_wal_size", "512MB");
        settings.put("io_method", "sync");
        settings.put("jit", "off");
        settings.put("log_min_messages", "log");
        settings.put("log_checkpoints", "off");
        return settings;
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
        String message = what + ". Its log ends with:\n" + logTail();
        String action = "The whole log is " + log() + ". Without an embedded database: set DATABASE_URL.";
        if (logTail().contains("cannot be run as root")) {
            action = "PostgreSQL does not run as root, and this machine allows no user namespaces (unshare -U)."
                    + " Run CMP as a normal user, or set DATABASE_URL.";
        }
        return new CannotStart(message, action);
    }

    private String logTail() {
        try {
            List<String> lines = Files.readAllLines(log());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e + ")";
        }
    }
}
