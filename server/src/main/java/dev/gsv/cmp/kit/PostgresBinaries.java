package dev.gsv.cmp.kit;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's programs, unpacked from the class path into a folder of ours, and the way to run them.
 *
 * <p>They lie under the data directory and not under the system's temporary folder, which may be emptied at any time.
 * PostgreSQL refuses to run as root; there its programs run inside a user namespace ({@code unshare -U}), where they
 * see themselves as nobody and still own their files.
 */
final class PostgresBinaries {
    /** Bound on one helper program; starting and stopping have shorter bounds of their own. */
    private static final long COMMAND_TIMEOUT_SECONDS = 90;

    private static final Pattern JAR = Pattern.compile("-([0-9][0-9.]*)\\.jar!/");

    private final Path home;

    private PostgresBinaries(Path home) {
        this.home = home;
    }

    /** Unpacks the programs for this machine below {@code directory} unless they are there already. */
    static PostgresBinaries in(Path directory) {
        return in(directory, System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    /** @throws CannotStart when this build carries no PostgreSQL for such a machine; it says to set DATABASE_URL */
    static PostgresBinaries in(Path directory, String osName, String osArch) {
        String resource = resource(osName, osArch);
        try {
            Files.createDirectories(directory);
            Path home = directory.toAbsolutePath().normalize().resolve(folder(resource));
            if (!Files.isDirectory(home)) {
                unpack(resource, home);
            }
            return new PostgresBinaries(home);
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL cannot be unpacked below " + directory, e);
        }
    }

    /**
     * Runs one program to its end, its output going to {@code log}.
     *
     * @return the program's exit code
     */
    int run(Path log, String program, List<String> arguments) {
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("LC_ALL", "C");
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(COMMAND_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(program + " did not end within " + COMMAND_TIMEOUT_SECONDS + " s");
            }
            return process.exitValue();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL's " + program + " cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + program + " ran", e);
        }
    }

    /** Where the programs for a machine lie in the class path, by its os.name and os.arch. */
    static String resource(String osName, String osArch) {
        return "/postgres-" + system(osName) + "-" + architecture(osArch) + ".txz";
    }

    private static String system(String osName) {
        String name = osName.toLowerCase(Locale.ROOT);
        return name.startsWith("mac") ? "darwin" : name.startsWith("windows") ? "windows" : "linux";
    }

    private static String architecture(String osArch) {
        String name = osArch.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> name;
        };
    }

    /** The folder is named after the jar's version: a new PostgreSQL is unpacked beside the old one. */
    private static String folder(String resource) {
        URL archive = PostgresBinaries.class.getResource(resource);
        if (archive == null) {
            throw new CannotStart(
                    "This build of CMP carries no PostgreSQL for this machine ("
                            + resource.replaceAll("/postgres-|\\.txz", "") + ").",
                    "Set DATABASE_URL=postgres://user:password@host:5432/database to a PostgreSQL 18 or later;"
                            + " or build CMP on this machine, if it is Linux or macOS on x86-64 or ARM.");
        }
        Matcher jar = JAR.matcher(archive.toString());
        return jar.find() ? "postgresql-" + jar.group(1) : "postgresql";
    }

    /** Unpacks beside the target and renames, so that a process killed in between leaves no half of a program. */
    private static void unpack(String resource, Path home) throws IOException {
        Path half = Files.createTempDirectory(home.getParent(), "unpacking-");
        try (InputStream archive = Objects.requireNonNull(PostgresBinaries.class.getResourceAsStream(resource));
                TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(archive))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = half.resolve(entry.getName()).normalize();
                if (!target.startsWith(half)) {
                    throw new IOException("the archive names a file outside of its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else if (entry.isSymbolicLink()) {
                    Files.createDirectories(target.getParent());
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(tar, target);
                    if ((entry.getMode() & 0b001_000_000) != 0) {
                        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
                    }
                }
            }
            Files.move(half, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(home)) {
                throw e;
            }
            // Another process was faster; what it unpacked is the same.
        } finally {
            delete(half);
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure) throws IOException {
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
