package dev.gsv.cmp.flows;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** {@code ConditionalRouter}, shown as "If-Else": what is behind the output that was not taken does not work. */
final class Routes {
    /** Longest pattern of a comparison, in characters. */
    static final int MAX_PATTERN_CHARS = 1_000;

    private Routes() {}

    static Produced ifElse(Work work) {
        boolean holds = holds(work);
        return new Produced.Each(Map.of(holds ? "true_result" : "false_result", message(work, holds)));
    }

    /**
     * Since 1.5 each way has a message of its own; before, one field served both. Where none was given, what was
     * compared goes on.
     */
    private static Value message(Work work, boolean holds) {
        String own = holds ? "true_case_message" : "false_case_message";
        for (String field : new String[] {own, "message"}) {
            if (work.connected(field) || !work.node().text(field).isBlank()) {
                return work.value(field);
            }
        }
        return work.value("input_text");
    }

    private static boolean holds(Work work) {
        String text = work.text("input_text");
        String match = work.text("match_text");
        String operator = work.node().text("operator");
        if (!work.flag("case_sensitive", false) && !operator.equals("regex")) {
            text = text.toLowerCase(Locale.ROOT);
            match = match.toLowerCase(Locale.ROOT);
        }
        return switch (operator) {
            case "", "equals" -> text.equals(match);
            case "not equals" -> !text.equals(match);
            case "contains" -> text.contains(match);
            case "starts with" -> text.startsWith(match);
            case "ends with" -> text.endsWith(match);
            case "regex" -> begins(text, match);
            case "less than" -> compared(text, match) < 0;
            case "less than or equal" -> compared(text, match) <= 0;
            case "greater than" -> compared(text, match) > 0;
            case "greater than or equal" -> compared(text, match) >= 0;
            default ->
                throw new NodeFault(Fault.NEEDS_RUNTIME, "This If-Else compares in a way that CMP does not know.");
        };
    }

    private static int compared(String left, String right) {
        OptionalDouble a = Work.number(left);
        OptionalDouble b = Work.number(right);
        if (a.isEmpty() || b.isEmpty()) {
            throw new NodeFault(Fault.NODE_FAILED, "An If-Else compares numbers, and what reached it is none.");
        }
        return Double.compare(a.getAsDouble(), b.getAsDouble());
    }

    /** A pattern that is none never fits, as in Langflow. */
    private static boolean begins(String text, String pattern) {
        if (pattern.length() > MAX_PATTERN_CHARS) {
            throw new NodeFault(
                    Fault.FLOW_TOO_LARGE,
                    "A pattern may have " + MAX_PATTERN_CHARS + " characters; this one is longer.");
        }
        try {
            return Pattern.compile(pattern)
                    .matcher(new Patience(text, new int[1]))
                    .lookingAt();
        } catch (PatternSyntaxException | StackOverflowError e) {
            return false;
        }
    }

    /** A text that a pattern may look at only so often: some patterns would look for years. */
    private record Patience(CharSequence text, int[] looked) implements CharSequence {
        private static final int MOST = 5_000_000;

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++looked[0] > MOST) {
                throw new NodeFault(Fault.NODE_FAILED, "The pattern of an If-Else takes too long for this text.");
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Patience(text.subSequence(start, end), looked);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
