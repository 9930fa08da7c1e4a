package dev.gsv.cmp.demo;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code $CMP_DATA/demo.env}: what a person needs to try the demo, as lines {@code NAME=value} that a shell can source.
 *
 * <p>Readable only by its owner from its first byte on. It is replaced as a whole and is on the disk before
 * {@link #write} returns, so that the database never knows a password that the file does not.
 */
final class DemoFile {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    /** A value as {@link #write} takes it: a shell reads it without quotes. */
    private static final Pattern LINE = Pattern.compile("([A-Z][A-Z0-9_]*)=([A-Za-z0-9_@.:/\\-\\[\\]]*)");

    private final Path folder;
    private final Path path;

    DemoFile(Path folder) {
        this.folder = folder.toAbsolutePath();
        this.path = this.folder.resolve("demo.env");
    }

    Path path() {
        return path;
    }

    /** Its values; empty when there is no file. Lines that are none are left out. */
    Map<String, String> read() {
        Map<String, String> values = new LinkedHashMap<>();
        if (!Files.exists(path)) {
            return values;
        }
        try {
            for (String line : Files.readAllLines(path)) {
                Matcher parts = LINE.matcher(line);
                if (parts.matches()) {
                    values.put(parts.group(1), parts.group(2));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
        return values;
    }

    void write(Map<String, String> values) {
        StringBuilder text =
                new StringBuilder("# The demo's logins, made at the first start. Delete nothing here; to begin"
                        + " anew, stop CMP and delete this folder.\n");
        values.forEach((name, value) -> {
            String line = name + "=" + value;
            if (!LINE.matcher(line).matches()) {
                throw new IllegalArgumentException("a shell would not read back the value of " + name);
            }
            text.append(line).append('\n');
        });
        try {
            replace(text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path, e);
        }
    }

    private void replace(String text) throws IOException {
        Files.createDirectories(folder);
        Path half = folder.resolve("demo.env.new");
        Files.deleteIfExists(half);
        try (SeekableByteChannel out = Files.newByteChannel(
                half, Set.of(CREATE_NEW, WRITE), PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            ((FileChannel) out).force(true);
        }
        Files.move(half, path, ATOMIC_MOVE, REPLACE_EXISTING);
        try (FileChannel entry = FileChannel.open(folder, READ)) {
            entry.force(true);
        }
    }
}
