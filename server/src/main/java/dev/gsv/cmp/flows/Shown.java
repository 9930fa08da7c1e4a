package dev.gsv.cmp.flows;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes texts of a file fit to be shown: short, on one line, without control or direction characters, and without the
 * secrets of the same file, wherever it repeats them.
 */
final class Shown {
    static final int MAX_CHARS = 80;
    private static final int LONGEST = 4_000;
    /** Shorter values are too common to be searched for in other texts. */
    private static final int SHORTEST_LITERAL = 4;

    private static final int MAX_LITERALS = 1_000;

    private final List<String> literals;

    private Shown(List<String> literals) {
        this.literals = literals;
    }

    /** For texts of this flow: the values of its password fields are never shown, even inside names. */
    static Shown of(Flow flow) {
        Set<String> secrets = new LinkedHashSet<>();
        for (Flow.Node node : flow.nodes()) {
            for (Flow.Field field : node.fields().values()) {
                String value = field.text().strip();
                if (field.password()
                        && !field.loadFromDb()
                        && value.length() >= SHORTEST_LITERAL
                        && !Secrets.conventionalName(value)) {
                    secrets.add(value);
                }
            }
        }
        return new Shown(secrets.stream()
                .limit(MAX_LITERALS)
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList());
    }

    /** For texts of a file that holds no readable flow. */
    static Shown plain() {
        return new Shown(List.of());
    }

    String text(String text) {
        if (text.length() > LONGEST) {
            // Cut first, it could end in half a secret that no pattern recognises.
            return "(a name of " + text.length() + " characters)";
        }
        String shown = text;
        for (String literal : literals) {
            shown = shown.replace(literal, "…");
        }
        shown = clean(Secrets.mask(shown));
        return shown.length() > MAX_CHARS ? shown.substring(0, MAX_CHARS) + "…" : shown;
    }

    private static String clean(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> out.append(' ');
                case Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE -> {
                    // Direction marks and the like can make a message read as something else; a joiner may go with
                    // them.
                    if (c == 0x200D) {
                        out.appendCodePoint(c);
                    }
                }
                default -> out.appendCodePoint(c);
            }
        });
        return out.toString().strip();
    }
}
