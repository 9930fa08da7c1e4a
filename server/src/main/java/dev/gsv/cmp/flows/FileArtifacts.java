package dev.gsv.cmp.flows;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Artifacts as files. A new object is written beside its place, forced to the disk and only then given its name, which
 * fails when the name is taken: nobody ever sees half a file, and nothing is overwritten.
 *
 * <p>Before each run the file is looked at, not read: while size, times and identity are those of the last verified
 * read, its content is taken as unchanged. Any change of these has it hashed again.
 */
final class FileArtifacts implements Artifacts {
    private static final Logger LOG = LoggerFactory.getLogger(FileArtifacts.class);

    /** Files whose look is remembered; a forgotten one is hashed again. */
    private static final int MAX_REMEMBERED = 10_000;

    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    /** How a file looked when its hash was last checked; {@code changed} cannot be set back by a program. */
    private record Look(
            String sha256,
            long size,
            FileTime modified,
            @Nullable Object changed,
            @Nullable Object identity) {}

    private final Path root;
    private final Cache<String, Look> verified =
            Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).build();

    FileArtifacts(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public Stored put(String key, byte[] bytes) {
        Path target = path(key);
        String sha256 = Json.sha256(bytes);
        try {
            if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                create(target, bytes);
            }
        } catch (IOException e) {
            throw unavailable(key, e);
        }
        if (!Json.sha256(bytes(key)).equals(sha256)) {
            throw new FlowsProblem.ArtifactTaken();
        }
        return new Stored(key, sha256, bytes.length);
    }

    private void create(Path target, byte[] bytes) throws IOException {
        Path folder = Files.createDirectories(target.resolveSibling(""));
        Path unfinished = Files.createTempFile(folder, ".new-", "");
        try {
            try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            name(unfinished, target);
            try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
                entries.force(true);
            }
        } catch (FileAlreadyExistsException e) {
            // Another writer was first; the caller compares what is there.
            LOG.debug("an artifact was written twice at the same time");
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** A hard link is the one way to give a file a name that fails when the name is taken, whoever took it. */
    private static void name(Path unfinished, Path target) throws IOException {
        try {
            Files.createLink(target, unfinished);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            // A file system without links: there only the writers of this node are kept apart.
            Files.move(unfinished, target);
        }
    }

    @Override
    public byte[] read(String key, String sha256) {
        try {
            Look before = look(path(key), sha256);
            byte[] bytes = bytes(key);
            if (!Json.sha256(bytes).equals(sha256)) {
                verified.invalidate(key);
                LOG.error("the artifact {} does not have the hash of its version", key);
                throw new FlowsProblem.ArtifactMismatch();
            }
            verified.put(key, before);
            return bytes;
        } catch (NoSuchFileException e) {
            throw new FlowsProblem.ArtifactMissing();
        } catch (IOException e) {
            throw unavailable(key, e);
        }
    }

    @Override
    public void verify(String key, String sha256) {
        try {
            if (!look(path(key), sha256).equals(verified.getIfPresent(key))) {
                read(key, sha256);
            }
        } catch (NoSuchFileException e) {
            throw new FlowsProblem.ArtifactMissing();
        } catch (IOException e) {
            throw unavailable(key, e);
        }
    }

    @Override
    public List<Listed> list(String after, int atMost) {
        List<Listed> found = new ArrayList<>();
        for (String offering : names(root.resolve(FLOWS))) {
            String prefix = FLOWS + offering + "/";
            // The whole folder comes before the place where the last portion ended.
            if (prefix.compareTo(after) < 0 && !after.startsWith(prefix)) {
                continue;
            }
            for (String version : names(root.resolve(prefix))) {
                String key = prefix + version + "/flow.json";
                if (found.size() == atMost) {
                    return found;
                }
                if (key.compareTo(after) > 0) {
                    written(key).ifPresent(at -> found.add(new Listed(key, at)));
                }
            }
        }
        return found;
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> KEY.matcher(name).matches())
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw unavailable(folder.getFileName().toString(), e);
        }
    }

    private Optional<Instant> written(String key) {
        try {
            return Optional.of(Files.getLastModifiedTime(path(key)).toInstant());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unavailable(key, e);
        }
    }

    /** The version's folder goes with its flow; that of the offering stays, somebody may just be writing into it. */
    @Override
    public void remove(String key) {
        try {
            Path file = path(key);
            Files.deleteIfExists(file);
            verified.invalidate(key);
            Files.deleteIfExists(file.resolveSibling(""));
        } catch (DirectoryNotEmptyException e) {
            LOG.debug("beside {} lies something else", key);
        } catch (IOException e) {
            throw unavailable(key, e);
        }
    }

    private byte[] bytes(String key) {
        try (InputStream in = Files.newInputStream(path(key))) {
            // One byte more than allowed: a file that grew has another hash anyway.
            return in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new FlowsProblem.ArtifactMissing();
        } catch (IOException e) {
            throw unavailable(key, e);
        }
    }

    private static Look look(Path file, String sha256) throws IOException {
        BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
        return new Look(sha256, seen.size(), seen.lastModifiedTime(), changed(file), seen.fileKey());
    }

    private static @Nullable Object changed(Path file) throws IOException {
        try {
            return Files.getAttribute(file, "unix:ctime");
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return null;
        }
    }

    /** The key has no part that begins with a dot, so it cannot leave the folder; the last line proves it. */
    private Path path(String key) {
        Path path = root.resolve(Artifacts.checked(key)).normalize();
        if (!path.startsWith(root)) {
            throw new KitProblem.Invalid("artifact.s3_key", "leads outside of the storage");
        }
        return path;
    }

    private static KitProblem unavailable(String key, IOException e) {
        LOG.error("the artifact {} cannot be read or written", key, new UncheckedIOException(e));
        return new KitProblem.Unavailable("The storage of flows does not answer. Try again.", TRY_AGAIN);
    }
}
