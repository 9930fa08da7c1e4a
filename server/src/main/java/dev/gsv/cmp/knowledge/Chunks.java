package dev.gsv.cmp.knowledge;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Cuts a document into passages: at its pages and headings, then between paragraphs, then between sentences, then
 * between words. A passage never spans two pages or two sections, and short paragraphs of one section share a passage.
 * Each passage knows where it stands: its text is exactly that part of the document's text.
 */
final class Chunks {
    /** Longest passage, in characters: about 300 tokens, so that several fit into a prompt. */
    static final int MAX_CHARS = 1_200;
    /** Most passages of one document; a document of the longest size in ordinary paragraphs has about 4 500. */
    static final int MAX_CHUNKS = 6_000;

    static final int MAX_HEADING = 255;

    private static final Pattern HEADING = Pattern.compile("^#{1,6}\\s+(.*?)\\s*#*$");
    private static final Pattern SENTENCE_END = Pattern.compile("[.!?。！？]\\s+|\\n");
    private static final Pattern BLANK_LINES = Pattern.compile("\\n{3,}");
    /** A passage shorter than this is not closed only because a sentence ends. */
    private static final int SHORTEST_CUT = MAX_CHARS / 3;

    /**
     * One passage.
     *
     * @param heading the heading above it, empty without one
     * @param page from 1; 0 without pages
     * @param from where it begins in the text of the document
     * @param to where it ends there, exclusive
     */
    record Chunk(String heading, int page, int from, int to, String text) {}

    private final List<Chunk> chunks = new ArrayList<>();
    private String heading = "";
    private int page;
    private int pageBegins;
    private String text = "";
    /** The passage that is being gathered; empty when both are equal. */
    private int openFrom;

    private int openTo;

    private Chunks() {}

    static List<Chunk> of(String text) {
        return of(Extract.of(text));
    }

    static List<Chunk> of(Extract extract) {
        Chunks chunks = new Chunks();
        for (Extract.Page page : extract.pages()) {
            chunks.page(page);
            chunks.pageBegins += page.text().length() + Extract.BETWEEN_PAGES.length();
        }
        return chunks.chunks;
    }

    /** The text as passages point into it: lines end with a line feed, no spaces before it, one blank line at most. */
    static String normal(String text) {
        String lines = text.lines().map(String::stripTrailing).collect(Collectors.joining("\n"));
        return BLANK_LINES.matcher(lines).replaceAll("\n\n").stripTrailing();
    }

    private void page(Extract.Page page) {
        this.page = page.number();
        this.text = page.text();
        int paragraph = -1;
        int at = 0;
        while (at < text.length()) {
            int feed = text.indexOf('\n', at);
            int end = feed < 0 ? text.length() : feed;
            String line = text.substring(at, end);
            Matcher found = HEADING.matcher(line);
            if (found.matches()) {
                paragraph(paragraph, at);
                close();
                heading = cut(found.group(1));
                paragraph = -1;
            } else if (line.isBlank()) {
                paragraph(paragraph, at);
                paragraph = -1;
            } else if (paragraph < 0) {
                paragraph = at;
            }
            at = end + 1;
        }
        paragraph(paragraph, text.length());
        close();
    }

    /** Adds the paragraph between two places of the page; none when it does not begin. */
    private void paragraph(int from, int to) {
        if (from < 0) {
            return;
        }
        int begin = skipped(from, to);
        int end = trimmed(begin, to);
        if (begin == end) {
            return;
        }
        if (openTo > openFrom && end - openFrom > MAX_CHARS) {
            close();
        }
        while (openTo == openFrom && end - begin > MAX_CHARS) {
            int cut = begin + end(text.substring(begin, end));
            openFrom = begin;
            openTo = cut;
            close();
            begin = skipped(cut, end);
        }
        if (openTo == openFrom) {
            openFrom = begin;
        }
        openTo = end;
    }

    private int skipped(int from, int to) {
        int at = from;
        while (at < to && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private int trimmed(int from, int to) {
        int at = to;
        while (at > from && Character.isWhitespace(text.charAt(at - 1))) {
            at--;
        }
        return at;
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
        int from = skipped(openFrom, openTo);
        int to = trimmed(from, openTo);
        if (to > from) {
            chunks.add(new Chunk(heading, page, pageBegins + from, pageBegins + to, text.substring(from, to)));
        }
        openFrom = 0;
        openTo = 0;
    }

    private static String cut(String text) {
        return text.length() <= MAX_HEADING ? text : text.substring(0, MAX_HEADING);
    }
}
