package dev.gsv.cmp.kit;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Collects everything that is wrong with an input, so that a caller hears of all of it at once: what has the wrong
 * shape (400) and what makes no sense (422). Records use it while they check themselves.
 */
public final class Findings {

    private static final Pattern SLUG = Pattern.compile("[a-z0-9]+(?:-[a-z0-9]+)*");
    /** Where an id or a slug is accepted, a slug must not be taken for an id. */
    private static final Pattern LIKE_AN_ID = Pattern.compile("[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}");
    /** Longer numbers say nothing and cost a lot to write out. */
    private static final int MAX_DIGITS = 100;

    private final List<Problem.Detail> shape = new ArrayList<>();
    private final List<Problem.Detail> meaning = new ArrayList<>();

    /** The path has the wrong shape. */
    public void shape(String path, String message) {
        shape.add(new Problem.Detail(path, message));
    }

    /** The path is well formed but makes no sense. */
    public void meaning(String path, String message) {
        meaning.add(new Problem.Detail(path, message));
    }

    /** A required value; the stand-in is returned only so that the check can go on. */
    public <T> T required(String path, @Nullable T value, T standIn) {
        if (value == null) {
            shape(path, "is required");
            return standIn;
        }
        return value;
    }

    /** A required name of one line: stripped, any script, no control characters. */
    public String name(String path, @Nullable String text, int atMost) {
        if (text == null || text.isBlank()) {
            shape(path, text == null ? "is required" : "must not be empty");
            return "";
        }
        String name = bounded(path, text.strip(), atMost);
        if (name.codePoints().anyMatch(Character::isISOControl)) {
            shape(path, "must not hold control characters");
        }
        return name;
    }

    /** A text of many lines; absent is empty. */
    public String text(String path, @Nullable String text, int atMost) {
        String value = text == null ? "" : bounded(path, text, atMost);
        if (value.indexOf('\0') >= 0) {
            shape(path, "must not hold a NUL character");
        }
        return value;
    }

    /** A name of one line that may be absent, but not empty. */
    public @Nullable String optional(String path, @Nullable String text, int atMost) {
        return text == null ? null : name(path, text, atMost);
    }

    /** Short names, each once; absent is none. */
    public List<String> names(String path, @Nullable List<String> texts, int atMost, int eachAtMost) {
        if (texts == null) {
            return List.of();
        }
        if (texts.size() > atMost) {
            shape(path, "must have at most " + atMost + " entries");
            return List.of();
        }
        List<String> result = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            String name = name(path + "[" + i + "]", texts.get(i), eachAtMost);
            if (!result.contains(name)) {
                result.add(name);
            }
        }
        return List.copyOf(result);
    }

    /** A short name for addresses that may be absent. */
    public @Nullable String slug(String path, @Nullable String text, int atMost) {
        if (text != null && (text.length() > atMost || !SLUG.matcher(text).matches())) {
            shape(path, "must have 1 to " + atMost + " lower-case letters and digits, in groups joined by one dash");
        } else if (text != null && LIKE_AN_ID.matcher(text).matches()) {
            shape(path, "must not look like an id");
        }
        return text;
    }

    /** A whole number within its range; absent is the default. */
    public long within(String path, @Nullable Long value, long least, long most, long instead) {
        if (value == null) {
            return instead;
        }
        if (value < least || value > most) {
            meaning(path, "must be between " + least + " and " + most);
        }
        return value;
    }

    /** Credits within their range; absent is zero. */
    public Credits within(String path, @Nullable Credits value, Credits most) {
        if (value == null) {
            return Credits.ZERO;
        }
        if (value.micros() < 0 || value.compareTo(most) > 0) {
            meaning(path, "must be between 0 and " + most);
        }
        return value;
    }

    /** An object of bounded size whose numbers can be written out; absent is empty. */
    public JsonNode object(String path, @Nullable JsonNode node, int atMostCharacters) {
        if (node == null || node.isNull()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (!node.isObject()) {
            shape(path, "must be an object");
        } else if (node.toString().length() > atMostCharacters) {
            shape(path, "must have at most " + atMostCharacters + " characters");
        } else {
            numbers(path, node);
        }
        return node;
    }

    private void numbers(String path, JsonNode node) {
        if (node.isNumber()) {
            BigDecimal value = node.decimalValue();
            if (Math.abs((long) value.precision() - value.scale()) > MAX_DIGITS
                    || Math.abs(value.scale()) > MAX_DIGITS) {
                shape(path, "holds a number beyond " + MAX_DIGITS + " digits");
            }
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            numbers(path + "[" + i + "]", node.get(i));
        }
        node.properties().forEach(member -> numbers(path + "." + member.getKey(), member.getValue()));
    }

    private String bounded(String path, String text, int atMost) {
        if (text.codePointCount(0, text.length()) > atMost) {
            shape(path, "must have at most " + atMost + " characters");
        }
        if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            shape(path, "holds half a character");
        }
        return text;
    }

    /** Throws what was found: 400 when a shape is wrong, else 422, with every detail. */
    public void refuse() {
        if (!shape.isEmpty()) {
            throw new KitProblem.Invalid(said("The request has invalid fields", shape), shape);
        }
        if (!meaning.isEmpty()) {
            throw new KitProblem.Meaningless(said("These values are not possible", meaning), meaning);
        }
    }

    private static String said(String what, List<Problem.Detail> details) {
        return details.stream()
                .limit(3)
                .map(detail -> detail.path() + " " + detail.message())
                .collect(Collectors.joining("; ", what + ": ", details.size() > 3 ? "; and more." : "."));
    }
}
