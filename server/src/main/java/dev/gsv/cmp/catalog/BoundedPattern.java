package dev.gsv.cmp.catalog;

import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A regular expression of a seller, applied to a text of a buyer: it may look at a bounded number of characters. */
final class BoundedPattern implements RegularExpression {

    static final int MAX_LENGTH = 300;
    /** Enough for any sane pattern over the longest text; a runaway pattern stops after some milliseconds. */
    private static final int MAX_LOOKS = 1_000_000;

    /** The pattern looked at too many characters. */
    static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooLong() {
            super("pattern looks at too many characters", null, false, false);
        }
    }

    private final Pattern pattern;

    private BoundedPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    static boolean usable(String regex) {
        if (regex.length() > MAX_LENGTH) {
            return false;
        }
        try {
            return Pattern.compile(regex) != null;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    static RegularExpression compile(String regex) {
        return new BoundedPattern(Pattern.compile(regex));
    }

    @Override
    public boolean matches(String value) {
        return pattern.matcher(new Watched(value, new int[] {MAX_LOOKS})).find();
    }

    private record Watched(String text, int[] looksLeft) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (--looksLeft[0] < 0) {
                throw new TooLong();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Watched(text.substring(start, end), looksLeft);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
