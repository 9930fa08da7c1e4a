package dev.gsv.cmp.flows;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Cuts passages into sentences that can be quoted. Headings and questions are not quoted; they say what follows them.
 */
final class Sentences {
    private static final Pattern MARK = Pattern.compile("^(?:#{1,6}\\s+|[-*•]\\s+|\\d{1,3}[.)]\\s+|[QA]:\\s*)");
    /** Marks of bold text, and those of emphasis that a cut leaves hanging at an end. */
    private static final Pattern EMPHASIS = Pattern.compile("\\*\\*|^[*_\\s]+|[*_\\s]+$");

    /** Between the title of a document and that of its section. */
    private static final String SECTION = " › ";

    private static final int MAX_HEADING_CHARS = 80;

    /**
     * @param passage index of its passage
     * @param position place within the passage
     * @param words its words, in order
     * @param heading words of the question or heading above it
     * @param below how many sentences stand between that heading and this one
     * @param title words of the passage's title
     */
    record Sentence(
            int passage,
            int position,
            String text,
            List<String> words,
            Set<String> heading,
            int below,
            Set<String> title) {
        /** Whether the sentence, or what stands above it, has this word. */
        boolean near(String word) {
            return words.contains(word) || heading.contains(word) || title.contains(word);
        }
    }

    private Sentences() {}

    static List<Sentence> of(int index, Passage passage) {
        Set<String> title = Words.significant(passage.title());
        Set<String> heading = section(passage.title());
        int below = 0;
        List<Sentence> sentences = new ArrayList<>();
        for (String line : passage.text().split("\\R")) {
            String text = MARK.matcher(line.strip()).replaceFirst("").strip();
            if (line.strip().startsWith("#") || looksLikeHeading(text)) {
                heading = Words.significant(text);
                below = 0;
                continue;
            }
            for (String sentence : split(text)) {
                List<String> words = Words.of(sentence);
                if (sentence.endsWith("?") || sentence.endsWith("？") || sentence.endsWith("؟")) {
                    heading = Words.significant(sentence);
                    below = 0;
                } else if (!words.isEmpty()) {
                    sentences.add(new Sentence(index, sentences.size(), sentence, words, heading, below++, title));
                }
            }
        }
        return sentences;
    }

    /** A passage is cut at its headings, and the heading above it has become the last part of its title. */
    private static Set<String> section(String title) {
        int mark = title.lastIndexOf(SECTION);
        return mark < 0 ? Set.of() : Words.significant(title.substring(mark + SECTION.length()));
    }

    private static boolean looksLikeHeading(String text) {
        return text.endsWith(":") && text.length() <= MAX_HEADING_CHARS;
    }

    private static List<String> split(String line) {
        BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
        breaks.setText(line);
        List<String> sentences = new ArrayList<>();
        int from = breaks.first();
        for (int to = breaks.next(); to != BreakIterator.DONE; from = to, to = breaks.next()) {
            String bare = MARK.matcher(line.substring(from, to).strip()).replaceFirst("");
            String sentence = EMPHASIS.matcher(bare).replaceAll("").strip();
            if (!sentence.isEmpty()) {
                sentences.add(sentence);
            }
        }
        return sentences;
    }
}
