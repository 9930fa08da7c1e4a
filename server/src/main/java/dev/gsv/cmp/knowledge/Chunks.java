package dev.gsv.cmp.knowledge;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a document into passages: at its headings, then between paragraphs, then between sentences, then between words.
 * A passage never spans two sections, and short paragraphs of one section share a passage.
 */
final class Chunks {
    /** Longest passage, in characters: about 300 tokens, so that several fit into a prompt. */
    static final int MAX_CHARS = 1_200;
    /** Most passages of one document; a document of the longest size in ordinary paragraphs has about 1 000. */
    static final int MAX_CHUNKS = 5_000;

    static final int MAX_HEADING = 255;

    private static final Pattern HEADING = Pattern.compile("^#{1,6}\\s+(.*?)\\s*#*$");
    private static final Pattern SENTENCE_END = Pattern.compile("[.!?。！？]\\s+|\\n");
    /** A passage shorter than this is not closed only because a sentence ends. */
    private static final int SHORTEST_CUT = MAX_CHARS / 3;

    /** One passage and the heading above it, empty without one. */
    record Chunk(String heading, String text) {}

    private final List<Chunk> chunks = new ArrayList<>();
    private final StringBuilder open = new StringBuilder();
    private String heading = "";

    private Chunks() {}

    static List<Chunk> of(String text) {
        Chunks chunks = new Chunks();
        StringBuilder paragraph = new StringBuilder();
        for (String line : text.lines().toList()) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                chunks.paragraph(paragraph);
                chunks.close();
                chunks.heading = cut(heading.group(1));
            } else if (line.isBlank()) {
                chunks.paragraph(paragraph);
            } else {
                paragraph.append(paragraph.isEmpty() ? "" : "\n").append(line.stripTrailing());
            }
        }
        chunks.paragraph(paragraph);
        chunks.close();
        return chunks.chunks;
    }

    private void paragraph(StringBuilder paragraph) {
        String text = paragraph.toString().strip();
        paragraph.setLength(0);
        if (text.isEmpty()) {
            return;
        }
        if (open.length() + 2 + text.length() > MAX_CHARS) {
            close();
        }
        String rest = text;
        while (rest.length() > MAX_CHARS) {
            int end = end(rest);
            open.append(rest, 0, end);
            close();
            rest = rest.substring(end).strip();
        }
        open.append(open.isEmpty() ? "" : "\n\n").append(rest);
    }

    /** Where to cut a text that is too long: behind its last sentence that fits, else between words, else anywhere. */
    private static int end(String text) {
        int best = -1;
        Matcher sentence = SENTENCE_END.matcher(text).region(0, MAX_CHARS);
        while (sentence.find()) {
            best = sentence.end();
        }
        if (best < SHORTEST_CUT) {
            best = text.lastIndexOf(' ', MAX_CHARS - 1) + 1;
        }
        if (best < SHORTEST_CUT) {
            best = Character.isHighSurrogate(text.charAt(MAX_CHARS - 1)) ? MAX_CHARS - 1 : MAX_CHARS;
        }
        return best;
    }

    private void close() {
        String text = open.toString().strip();
        open.setLength(0);
        if (!text.isEmpty()) {
            chunks.add(new Chunk(heading, text));
        }
    }

    private static String cut(String text) {
        return text.length() <= MAX_HEADING ? text : text.substring(0, MAX_HEADING);
    }
}
