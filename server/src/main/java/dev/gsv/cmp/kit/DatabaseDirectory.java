package dev.gsv.cmp.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of an embedded database: the cluster, the superuser's password, the server's log, and the lock that says
 * which process owns all of it.
 */
final class DatabaseDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseDirectory.class);

    /** How much of the server's log is shown when it does not start. */
    private static final int TAIL_LINES = 12;

    /** Where postmaster.pid names the port, counted from 0. */
    private static final int PORT_LINE = 3;

    private final Path path;
    private final FileChannel lock;

    private DatabaseDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Two servers over one cluster destroy it. The lock belongs to this process, not to PostgreSQL, and the system
     * drops it even after kill -9.
     */
    static DatabaseDirectory lock(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        Path file = path.resolve("lock");
        try {
            Files.createDirectories(path);
            // The cluster, its password and its programs are nobody else's business on a shared host.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() != null) {
                    channel.truncate(0);
                    channel.write(StandardCharsets.UTF_8.encode(
                            ProcessHandle.current().pid() + "\n"));
                    return new DatabaseDirectory(path, channel);
                }
            } catch (OverlappingFileLockException e) {
                LOG.debug("the lock is held by this very process", e);
            }
            String owner = Files.readString(file).strip();
            channel.close();
            throw new CannotStart(
                    "Another CMP (process " + owner + ") is using the data in " + path + ".",
                    "Stop it, or give this one a data directory of its own: CMP_DATA=<directory>.");
        } catch (IOException e) {
            throw new CannotStart(
                    "The data directory " + path + " cannot be used: " + e + ".",
                    "Make it writable for this user, or set CMP_DATA to another directory.",
                    e);
        }
    }

    Path path() {
        return path;
    }

    Path cluster() {
        return path.resolve("cluster");
    }

    Path log() {
        return path.resolve("server.log");
    }

    Path passwordFile() {
        return path.resolve("password");
    }

    /** The superuser's password, made once; without it every local user would be superuser. */
    String password() {
        return secret(passwordFile());
    }

    /** The password of another user of this cluster, made once. */
    String password(String user) {
        return secret(path.resolve("password-" + user));
    }

    /** The same for who does not own this folder; empty when there is none yet. */
    static Optional<String> readPassword(Path directory, String user) {
        Path file = directory.resolve("password-" + user);
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
        } catch (IOException e) {
            throw new CannotStart(
                    "The password in " + file + " cannot be read.", "Run this as the user who runs CMP.", e);
        }
    }

    /** The port of the server that runs over this folder; empty when none does, or it does not answer. */
    static Optional<Integer> runningPort(Path directory) {
        Path file = directory.resolve("cluster").resolve("postmaster.pid");
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            List<String> lines = Files.readAllLines(file);
            boolean alive = ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                    .map(ProcessHandle::isAlive)
                    .orElse(false);
            return alive && lines.size() > PORT_LINE
                    ? Optional.of(Integer.parseInt(lines.get(PORT_LINE).strip()))
                    : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            LOG.debug("{} says nothing about a running server", file, e);
            return Optional.empty();
        }
    }

    private String secret(Path file) {
        try {
            if (!Files.exists(file)) {
                byte[] random = new byte[24];
                new SecureRandom().nextBytes(random);
                var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
                Path half = path.resolve(file.getFileName() + ".new");
                Files.deleteIfExists(half);
                Path made = Files.createFile(half, ownerOnly);
                Files.writeString(made, HexFormat.of().formatHex(random) + "\n");
                Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the password of PostgreSQL cannot be kept in " + file, e);
        }
    }

    /** Keeps the log of the run before. */
    void turnLogOver() {
        try {
            if (Files.exists(log())) {
                Files.move(log(), path.resolve("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the log of PostgreSQL cannot be turned over", e);
        }
    }

    /** The end of the server's log, for a message. */
    String logTail() {
        try {
            List<String> lines = Files.readAllLines(log());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e + ")";
        }
    }

    /** Gives the folder back to whoever starts next. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("the lock of {} cannot be released", path, e);
        }
    }
}
