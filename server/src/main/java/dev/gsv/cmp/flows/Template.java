package dev.gsv.cmp.flows;

import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Langflow's prompt templates: {@code {name}} with {@code {{} and {@code }}} for braces, or {@code {{name}}} alone.
 *
 * <p>One pass: braces inside a value are text and never expanded again.
 */
final class Template {
    /** How far a closing brace is searched, so that a text of a million open braces costs no more than its length. */
    private static final int LONGEST_NAME = 120;

    private static final Pattern DOUBLE = Pattern.compile("\\{\\{([^{}\\n]{1,120})}}");
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_ -]{0,99}");

    private Template() {}

    /**
     * Fills a template with single braces.
     *
     * @param values the text of a variable, or null when there is no such variable. A missing one that looks like a
     *     name becomes empty; anything else between braces, such as JSON, stays as it is
     */
    static String fill(String template, Function<String, @Nullable String> values) {
        StringBuilder out = new StringBuilder(template.length() + 64);
        int i = 0;
        while (i < template.length()) {
            char c = template.charAt(i);
            boolean twice = i + 1 < template.length() && template.charAt(i + 1) == c;
            if ((c == '{' || c == '}') && twice) {
                out.append(c);
                i += 2;
            } else if (c == '{') {
                i = variable(template, i, values, out);
            } else {
                out.append(c);
                i++;
            }
            Value.bounded(out.length());
        }
        return out.toString();
    }

    private static int variable(
            String template, int open, Function<String, @Nullable String> values, StringBuilder out) {
        int close = template.indexOf('}', open, Math.min(template.length(), open + LONGEST_NAME));
        String inside = close < 0 ? "" : template.substring(open + 1, close);
        String name = inside.replaceFirst("[!:].*$", "").strip();
        String value = name.isEmpty() ? null : values.apply(name);
        if (value != null) {
            out.append(value);
            return close + 1;
        }
        if (NAME.matcher(inside).matches()) {
            return close + 1;
        }
        out.append('{');
        return open + 1;
    }

    /** Fills a template with double braces; single braces are text. */
    static String fillDouble(String template, Function<String, @Nullable String> values) {
        StringBuilder out = new StringBuilder(template.length() + 64);
        Matcher matcher = DOUBLE.matcher(template);
        int from = 0;
        while (matcher.find()) {
            out.append(template, from, matcher.start());
            String name = matcher.group(1).strip();
            String value = values.apply(name);
            if (value != null) {
                out.append(value);
            } else if (!NAME.matcher(name).matches()) {
                out.append(matcher.group());
            }
            from = matcher.end();
            Value.bounded(out.length());
        }
        return out.append(template, from, template.length()).toString();
    }
}
