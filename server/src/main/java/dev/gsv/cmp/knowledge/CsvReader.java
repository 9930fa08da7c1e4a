package dev.gsv.cmp.knowledge;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads a table of values: each row becomes a paragraph that names its columns, because a passage must be understood
 * without the head of its table. The separator is the one that the first line holds most often.
 */
final class CsvReader {
    private static final char[] SEPARATORS = {',', ';', '\t', '|'};
    /** Columns of one row that are read; the rest is left out. */
    private static final int MAX_COLUMNS = 500;

    private final String text;
    private final char separator;
    private int at;

    private CsvReader(String text, char separator) {
        this.text = text;
        this.separator = separator;
    }

    static Extract read(byte[] bytes) throws Unreadable {
        String text = PlainReader.text(bytes);
        CsvReader reader = new CsvReader(text, separator(text));
        List<String> head = reader.row();
        StringBuilder paragraphs = new StringBuilder();
        boolean only = true;
        while (reader.at < text.length()) {
            only = false;
            append(paragraphs, head, reader.row());
        }
        if (only) {
            append(paragraphs, List.of(), head);
        }
        return Extract.of(paragraphs.toString());
    }

    static void append(StringBuilder paragraphs, List<String> head, List<String> row) {
        boolean any = false;
        for (int column = 0; column < row.size(); column++) {
            String value = row.get(column).strip().replaceAll("\\s*\\n\\s*", " ");
            if (!value.isEmpty()) {
                String name = column < head.size() ? head.get(column).strip() : "";
                paragraphs
                        .append(any ? "; " : "")
                        .append(name.isEmpty() ? "" : name + ": ")
                        .append(value);
                any = true;
            }
        }
        paragraphs.append(any ? "\n\n" : "");
    }

    private static char separator(String text) {
        int end = text.indexOf('\n');
        String first = end < 0 ? text : text.substring(0, end);
        char best = SEPARATORS[0];
        long most = 0;
        for (char each : SEPARATORS) {
            long count = first.chars().filter(c -> c == each).count();
            if (count > most) {
                most = count;
                best = each;
            }
        }
        return best;
    }

    private List<String> row() {
        List<String> row = new ArrayList<>();
        boolean more = true;
        while (more) {
            String value = value();
            if (row.size() < MAX_COLUMNS) {
                row.add(value);
            }
            more = at < text.length() && text.charAt(at) == separator;
            at += more ? 1 : 0;
        }
        if (at < text.length() && text.charAt(at) == '\r') {
            at++;
        }
        if (at < text.length() && text.charAt(at) == '\n') {
            at++;
        }
        return row;
    }

    private String value() {
        if (at < text.length() && text.charAt(at) == '"') {
            return quoted();
        }
        int from = at;
        while (at < text.length() && !ends(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at);
    }

    private boolean ends(char c) {
        return c == separator || c == '\n' || c == '\r';
    }

    /** A quote that is never closed goes on to the end of the file; so does its value. */
    private String quoted() {
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '"') {
                value.append(c);
            } else if (at < text.length() && text.charAt(at) == '"') {
                value.append('"');
                at++;
            } else {
                break;
            }
        }
        while (at < text.length() && !ends(text.charAt(at))) {
            value.append(text.charAt(at++));
        }
        return value.toString();
    }
}
