package dev.gsv.cmp.kit;

/**
 * Refuses JSON with half a character in it: an escape such as {@code \}{@code ud800} without its other half. No reader
 * of JSON minds it, but it can be neither stored nor sent on, and two different ones would become the same text.
 */
final class HalfCharacters {

    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;
    /** First byte of the UTF-8 forms of U+D000 to U+DFFF; with a second byte of 0xA0 or more it is a half. */
    private static final int SURROGATE_LEAD = 0xED;

    private static final int SURROGATE_SECOND = 0xA0;

    private HalfCharacters() {}

    /** @throws KitProblem.Invalid when there is one (400); what is no JSON is left to who reads it */
    static void refuse(byte[] json) {
        char high = 0;
        for (int i = 0; i < json.length; i++) {
            char unit = 0;
            if (json[i] == '\\' && i + 1 < json.length) {
                boolean escape = json[i + 1] == 'u' && i + 1 + HEX_DIGITS < json.length;
                unit = escape ? unit(json, i + 2) : 0;
                i += escape ? 1 + HEX_DIGITS : 1;
            } else if ((json[i] & 0xFF) == SURROGATE_LEAD
                    && i + 1 < json.length
                    && (json[i + 1] & 0xFF) >= SURROGATE_SECOND) {
                throw half();
            }
            if ((high != 0) != Character.isLowSurrogate(unit)) {
                throw half();
            }
            high = Character.isHighSurrogate(unit) ? unit : 0;
        }
    }

    /** The value of four hex digits; 0 when they are none. */
    private static char unit(byte[] json, int from) {
        int value = 0;
        for (int i = from; i < from + HEX_DIGITS; i++) {
            int digit = Character.digit(json[i], HEX);
            if (digit < 0) {
                return 0;
            }
            value = value * HEX + digit;
        }
        return (char) value;
    }

    private static KitProblem half() {
        return new KitProblem.Invalid("A text of the body holds half a character.");
    }
}
