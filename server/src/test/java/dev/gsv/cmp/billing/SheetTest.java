package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.House;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Which numbers of the conformance sheet are tested, by a case in {@code cases/}, by the name of a test method of any
 * room ({@code tp_25_…}, {@code cc_08_and_cc_09_…}) or by the words of an assertion ({@code as("TP-34")}). What was
 * covered once stays covered: {@code cases/covered.txt}. What belongs to a later part of the program stands in
 * {@code cases/later.txt} with its reason, until it is covered.
 */
class SheetTest {

    private static final String SECTIONS = "tp|id|cc|gr|tu|rf|tz|rd|bd|hc|pv|ev|cr|av";
    private static final Pattern METHOD = Pattern.compile("void ((?:" + SECTIONS + ")_\\d{2}\\w*)\\(");
    private static final Pattern IN_NAME = Pattern.compile("(?:^|_and_)(" + SECTIONS + ")_(\\d{2})(?=_)");
    private static final Pattern IN_WORDS = Pattern.compile("as\\(\"[^\"]*?([A-Z]{2}-\\d{2})");

    @Test
    void what_the_sheet_asks_is_tested_and_stays_tested() throws IOException {
        Map<String, TreeSet<String>> covered = covered();
        Map<String, String> later = later();
        List<String> lines = new ArrayList<>();
        List<String> unknown = new ArrayList<>(covered.keySet());
        unknown.addAll(later.keySet());
        for (String section : Files.readAllLines(Cases.folder().resolve("sheet.txt"))) {
            if (section.startsWith("#")) {
                continue;
            }
            String[] words = section.split(" ", 3);
            List<String> there = new ArrayList<>();
            List<String> missing = new ArrayList<>();
            List<String> put = new ArrayList<>();
            for (int i = 1; i <= Integer.parseInt(words[1]); i++) {
                String number = "%s-%02d".formatted(words[0], i);
                (covered.containsKey(number) ? there : later.containsKey(number) ? put : missing).add(number);
            }
            unknown.removeAll(there);
            unknown.removeAll(put);
            lines.add("%s: %d of %s".formatted(words[2], there.size(), words[1])
                    + (missing.isEmpty() ? "" : ", missing: " + missing)
                    + (put.isEmpty() ? "" : ", later: " + reasons(put, later)));
        }
        System.out.println("Cases of the conformance sheet that are tested:\n  " + String.join("\n  ", lines));
        assertThat(unknown).as("numbers that the sheet does not have").isEmpty();
        assertThat(later.keySet())
                .as("covered by now: take it out of cases/later.txt")
                .doesNotContainAnyElementsOf(covered.keySet());
        Path actual = House.root().resolve("server/target/covered.txt");
        Files.writeString(actual, String.join("\n", covered.keySet()) + "\n");
        TreeSet<String> once = new TreeSet<>(Files.readAllLines(Cases.folder().resolve("covered.txt")));
        TreeSet<String> gone = new TreeSet<>(once);
        gone.removeAll(covered.keySet());
        assertThat(gone).as("covered once and no longer").isEmpty();
        TreeSet<String> more = new TreeSet<>(covered.keySet());
        more.removeAll(once);
        assertThat(more)
                .as("newly covered: cp server/target/covered.txt server/src/test/resources/cases/")
                .isEmpty();
    }

    /** Each number that comes later, and why. */
    private static Map<String, String> later() throws IOException {
        Map<String, String> later = new TreeMap<>();
        for (String line : Files.readAllLines(Cases.folder().resolve("later.txt"))) {
            if (!line.startsWith("#")) {
                String[] words = line.split(" ", 2);
                assertThat(words).as("a number and its reason: " + line).hasSize(2);
                assertThat(later.put(words[0], words[1])).as("twice: " + line).isNull();
            }
        }
        return later;
    }

    /** The numbers by their reasons. */
    private static Map<String, List<String>> reasons(List<String> numbers, Map<String, String> later) {
        Map<String, List<String>> reasons = new TreeMap<>();
        numbers.forEach(
                number -> reasons.computeIfAbsent(Objects.requireNonNull(later.get(number)), any -> new ArrayList<>())
                        .add(number));
        return reasons;
    }

    /** Each covered number, and where. */
    private static Map<String, TreeSet<String>> covered() {
        Map<String, TreeSet<String>> covered = new TreeMap<>();
        Cases.all()
                .forEach(one -> one.numbers()
                        .forEach(number -> covered.computeIfAbsent(number, any -> new TreeSet<>())
                                .add(one.file())));
        try (Stream<Path> files = Files.walk(House.root().resolve("server/src/test/java"))) {
            files.filter(file -> file.toString().endsWith("Test.java"))
                    .forEach(file -> numbers(file)
                            .forEach(number -> covered.computeIfAbsent(number, any -> new TreeSet<>())
                                    .add(file.getFileName().toString())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return covered;
    }

    private static List<String> numbers(Path file) {
        List<String> numbers = new ArrayList<>();
        try {
            String text = Files.readString(file);
            Matcher method = METHOD.matcher(text);
            while (method.find()) {
                IN_NAME.matcher(method.group(1))
                        .results()
                        .forEach(found -> numbers.add(found.group(1).toUpperCase(Locale.ROOT) + "-" + found.group(2)));
            }
            IN_WORDS.matcher(text).results().forEach(found -> numbers.add(found.group(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return numbers;
    }
}
