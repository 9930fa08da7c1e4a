package dev.gsv.cmp.flows;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of a page: enough for a model to read, without a browser's care. Linear in the length of the page. */
final class Html {
    private static final Map<String, String> ENTITIES = Map.of(
            "amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", " ", "mdash", "—", "ndash", "–",
            "hellip", "…", "copy", "©");
    private static final Pattern ENTITY = Pattern.compile("&(#?)([xX]?[A-Za-z0-9]{1,10});");
    private static final Pattern BLOCK = Pattern.compile(
            "(?i)/?(p|div|br|li|ul|ol|tr|table|h[1-6]|section|article|header|footer|blockquote|pre)\\b.*");

    private Html() {}

    static String title(String page) {
        String lower = page.toLowerCase(java.util.Locale.ROOT);
        int open = lower.indexOf("<title");
        int from = open < 0 ? -1 : lower.indexOf('>', open);
        int to = from < 0 ? -1 : lower.indexOf("</title", from);
        return to < 0 || lower.length() != page.length() ? "" : tidy(page.substring(from + 1, to));
    }

    static String text(String page) {
        StringBuilder out = new StringBuilder(page.length() / 2);
        int at = 0;
        while (at < page.length()) {
            int open = page.indexOf('<', at);
            if (open < 0) {
                out.append(page, at, page.length());
                break;
            }
            out.append(page, at, open);
            at = after(page, open, out);
        }
        return tidy(out.toString());
    }

    private static int after(String page, int open, StringBuilder out) {
        if (page.startsWith("<!--", open)) {
            int end = page.indexOf("-->", open);
            return end < 0 ? page.length() : end + 3;
        }
        int close = page.indexOf('>', open);
        if (close < 0) {
            return page.length();
        }
        String tag = page.substring(open + 1, Math.min(close, open + 40));
        for (String hidden : new String[] {"script", "style", "noscript", "template", "svg", "head"}) {
            if (tag.regionMatches(true, 0, hidden, 0, hidden.length())
                    && (tag.length() == hidden.length() || !Character.isLetterOrDigit(tag.charAt(hidden.length())))) {
                int end = indexOf(page, "</" + hidden, close);
                return end < 0 ? page.length() : end;
            }
        }
        out.append(BLOCK.matcher(tag).matches() ? "\n" : "");
        return close + 1;
    }

    private static int indexOf(String page, String end, int from) {
        for (int at = page.indexOf("</", from); at >= 0; at = page.indexOf("</", at + 2)) {
            if (page.regionMatches(true, at, end, 0, end.length())) {
                return at;
            }
        }
        return -1;
    }

    private static String tidy(String text) {
        String decoded = ENTITY.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(entity(match.group(1), match.group(2), match.group())));
        return decoded.replaceAll("[ \\t\\x0B\\f\\r\\u00a0]+", " ")
                .replaceAll(" ?\\n[ \\n]*", "\n")
                .strip();
    }

    private static String entity(String number, String name, String whole) {
        if (number.isEmpty()) {
            return ENTITIES.getOrDefault(name, whole);
        }
        try {
            boolean hex = name.startsWith("x") || name.startsWith("X");
            int code = Integer.parseInt(hex ? name.substring(1) : name, hex ? 16 : 10);
            return Character.isValidCodePoint(code) ? Character.toString(code) : whole;
        } catch (NumberFormatException e) {
            return whole;
        }
    }
}
