package dev.gsv.cmp.flows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Real exports beside the project, when they are there; a test that needs them is skipped, visibly, when they are not.
 */
final class RealExports {
    private RealExports() {}

    static Flow flow(String name) {
        return Flow.read(bytes(name));
    }

    static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(folder().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> names() {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        Optional<Path> found = candidates().filter(Files::isDirectory).findFirst();
        Assumptions.assumeTrue(found.isPresent(), "no shared/data/langflow beside the project, and no CMP_SHARED");
        return found.orElseThrow();
    }

    private static Stream<Path> candidates() {
        String given = System.getenv("CMP_SHARED");
        Stream.Builder<Path> paths = Stream.builder();
        if (given != null) {
            paths.add(Path.of(given, "data", "langflow"));
        }
        for (Path at = Path.of(System.getProperty("user.dir")).toAbsolutePath(); at != null; at = at.getParent()) {
            paths.add(at.resolve("shared").resolve("data").resolve("langflow"));
        }
        return paths.build();
    }
}
