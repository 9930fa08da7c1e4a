package dev.gsv.cmp.billing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Cases of the conformance sheet in a language that a person reads; {@code cases/README.md} teaches it. A case begins
 * at the margin with its numbers and its title, or with {@code *} when the sheet has no number for it; its steps are
 * indented, one a line or divided by a middle dot:
 *
 * <pre>
 * TP-03 what is not used is available again in the same commit
 *   given W(100/15) · when settle 9 · then W(91)
 * </pre>
 */
final class Cases {

    private static final Pattern HEAD = Pattern.compile("((?:[A-Z]{2}-\\d{2}(?:[a-z])?\\s+)+|\\*\\s+)(\\S.*)");
    private static final Pattern NUMBER = Pattern.compile("[A-Z]{2}-\\d{2}");

    private Cases() {}

    record Step(int line, String text) {}

    record Case(String file, int line, List<String> numbers, String title, List<Step> steps) {

        /** Plays the case with these words. What fails names the file, the line and the step. */
        void play(Map<String, Table.Word> words) {
            int rounds = 1;
            List<Step> rest = steps;
            if (!rest.isEmpty() && rest.getFirst().text().matches("repeat \\d+")) {
                rounds = Integer.parseInt(rest.getFirst().text().substring("repeat ".length()));
                rest = rest.subList(1, rest.size());
            }
            for (int round = 1; round <= rounds; round++) {
                try (Table table = new Table(words)) {
                    for (Step step : rest) {
                        play(table, step, rounds == 1 ? "" : " (round " + round + ")");
                    }
                }
            }
        }

        private void play(Table table, Step step, String round) {
            try {
                table.say(step.text());
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        file + ":" + step.line() + " " + this + round + "\n  at \"" + step.text() + "\": "
                                + e.getMessage(),
                        e);
            }
        }

        @Override
        public String toString() {
            return numbers.isEmpty() ? title : String.join(" ", numbers) + " " + title;
        }
    }

    /** Every case of every section. */
    static List<Case> all() {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.toString().endsWith(".txt")
                            && file.getFileName().toString().matches("\\d\\d-.*"))
                    .sorted()
                    .flatMap(file -> read(file).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the sections lie: beside the classes of the tests. */
    static Path folder() {
        return dev.gsv.cmp.House.root().resolve("server/src/test/resources/cases");
    }

    static List<Case> read(Path file) {
        try {
            return parse("cases/" + file.getFileName(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Case> parse(String file, String text) {
        List<Case> cases = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.strip().startsWith("#")) {
                continue;
            }
            if (!Character.isWhitespace(line.charAt(0))) {
                Matcher head = HEAD.matcher(line);
                if (!head.matches()) {
                    throw new IllegalArgumentException(file + ":" + number
                            + " a case begins with its numbers or a star, then its title; its steps are indented: "
                            + line);
                }
                List<String> numbers = NUMBER.matcher(head.group(1))
                        .results()
                        .map(result -> result.group())
                        .toList();
                cases.add(new Case(file, number, numbers, head.group(2).strip(), new ArrayList<>()));
            } else if (cases.isEmpty()) {
                throw new IllegalArgumentException(file + ":" + number + " a step without a case: " + line.strip());
            } else {
                for (String step : line.split("·")) {
                    cases.getLast().steps().add(new Step(number, step.strip()));
                }
            }
        }
        cases.stream().filter(one -> one.steps().isEmpty()).findFirst().ifPresent(empty -> {
            throw new IllegalArgumentException(file + ":" + empty.line() + " a case without a step: " + empty);
        });
        return cases;
    }
}
