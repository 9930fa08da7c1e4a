package dev.gsv.cmp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The limits of the house that are plain text: lengths, and words that must not appear. */
class TidyTest {

    /** Folders that hold nothing that a person wrote. */
    private static final Set<String> OTHERS = Set.of("target", "data", "build", "node_modules", ".git");

    private static final int MAX_FILE_LINES = 400;
    private static final int MAX_METHOD_LINES = 70;
    private static final int MAX_COLUMNS = 120;
    private static final Path JAVA = House.root().resolve("server/src/main/java");
    private static final Path TESTS = House.root().resolve("server/src/test/java");

    @Test
    void files_have_at_most_400_lines() {
        assertThat(javaFiles(JAVA, TESTS).filter(file -> lines(file).size() > MAX_FILE_LINES))
                .isEmpty();
    }

    @Test
    void lines_have_at_most_120_columns() {
        List<String> found = new ArrayList<>();
        javaFiles(JAVA, TESTS).forEach(file -> {
            boolean block = false;
            for (String line : lines(file)) {
                boolean edge = count(line) % 2 == 1;
                if (line.length() > MAX_COLUMNS && !block && !line.startsWith("import ")) {
                    found.add(file.getFileName() + ": " + line.strip());
                }
                block ^= edge;
            }
        });
        assertThat(found).isEmpty();
    }

    private static int count(String line) {
        return line.split("\"\"\"", -1).length - 1;
    }

    /** A method starts with a signature at one indent (two for a nested class) and ends at the brace below it. */
    @Test
    void methods_have_at_most_70_lines() {
        List<String> found = new ArrayList<>();
        javaFiles(JAVA, TESTS).forEach(file -> {
            List<String> lines = lines(file);
            for (String indent : List.of("    ", "        ")) {
                int start = -1;
                for (int i = 0; i < lines.size(); i++) {
                    String line = lines.get(i);
                    if (SIGNATURE.matcher(line).matches() && indentOf(line).equals(indent)) {
                        start = i;
                    } else if (start >= 0 && line.equals(indent + "}")) {
                        if (i - start + 1 > MAX_METHOD_LINES) {
                            found.add(file.getFileName() + ":" + (start + 1) + " has " + (i - start + 1) + " lines");
                        }
                        start = -1;
                    }
                }
            }
        });
        assertThat(found).isEmpty();
    }

    private static final Pattern SIGNATURE = Pattern.compile(
            "\\s+(?!(?:return|else|if|for|while|switch|new|try|throw|case|class|record|enum|interface|sealed)\\b)"
                    + "(?:public |protected |private |static |final |abstract |synchronized |default |<[^>]+> )*"
                    + "(?!(?:class|record|enum|interface|sealed)\\b)[\\w<>\\[\\],.? @]+\\(.*");

    private static String indentOf(String line) {
        return line.substring(0, line.length() - line.stripLeading().length());
    }

    @Test
    void time_comes_from_a_clock() {
        assertThat(matches(JAVA, "(Instant|LocalDate|LocalDateTime)\\.now\\(\\)|currentTimeMillis\\(|new Date\\(\\)"))
                .isEmpty();
    }

    @Test
    void nothing_is_printed_past_the_log() {
        assertThat(matches(JAVA, "System\\.(out|err)\\b|printStackTrace\\(\\)")).isEmpty();
    }

    @Test
    void money_and_quotas_know_no_floating_point() {
        assertThat(matches(JAVA.resolve("dev/gsv/cmp/billing"), "\\b(double|float|Double|Float)\\b"))
                .isEmpty();
        assertThat(matches(JAVA.resolve("dev/gsv/cmp/quotas"), "\\b(double|float|Double|Float)\\b"))
                .isEmpty();
    }

    @Test
    void no_test_is_disabled() {
        assertThat(matches(TESTS, "@Dis" + "abled|@Ig" + "nore\\b")).isEmpty();
    }

    @Test
    void names_are_the_fields_own() {
        assertThat(javaFiles(JAVA)
                        .map(file -> file.getFileName().toString())
                        .filter(name -> name.matches(".*(Impl|Manager|Helper|Utils?|DTO|Dto)\\.java")))
                .isEmpty();
    }

    @Test
    void nothing_of_this_machine_is_written_down() {
        assertThat(matches(House.root(), "/(?:root|work|home)/[a-z]", ".java", ".md", ".yaml", ".sql", ".json", ".sh"))
                .isEmpty();
    }

    private static List<String> matches(Path folder, String pattern, String... endings) {
        Pattern wanted = Pattern.compile(pattern);
        List<String> found = new ArrayList<>();
        (endings.length == 0 ? javaFiles(folder) : files(folder, endings)).forEach(file -> {
            int number = 0;
            for (String line : lines(file)) {
                number++;
                if (wanted.matcher(line).find()) {
                    found.add(House.root().relativize(file) + ":" + number + " " + line.strip());
                }
            }
        });
        return found;
    }

    private static Stream<Path> javaFiles(Path... folders) {
        return Stream.of(folders).flatMap(folder -> files(folder, ".java"));
    }

    private static Stream<Path> files(Path folder, String... endings) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) {
                    // Other tests write and delete in there meanwhile.
                    return !each.equals(folder)
                                    && OTHERS.contains(each.getFileName().toString())
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (Stream.of(endings).anyMatch(file.toString()::endsWith)) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found.stream().sorted();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
