package dev.gsv.cmp;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the project lies, for tests that read its files. */
public final class House {
    private House() {}

    /** The root of the repository. */
    public static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (here != null && !Files.exists(here.resolve("server/pom.xml"))) {
            here = here.getParent();
        }
        if (here == null) {
            throw new IllegalStateException("tests run inside the repository");
        }
        return here;
    }

    /** The folder of real Langflow exports, or null when it is not there: such tests are skipped, visibly. */
    public static Path exports() {
        String shared = System.getenv("CMP_SHARED");
        Path folder = (shared == null ? root().resolveSibling("shared") : Path.of(shared)).resolve("data/langflow");
        return Files.isDirectory(folder) ? folder : null;
    }
}
