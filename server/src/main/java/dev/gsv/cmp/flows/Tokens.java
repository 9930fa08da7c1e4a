package dev.gsv.cmp.flows;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingResult;
import com.knuddels.jtokkit.api.EncodingType;

/**
 * Counts tokens with the tokenizer {@code o200k_base}; loaded at the first use, because its table has 200 000 entries.
 */
final class Tokens {
    /** What the chat format adds to each message, and once to each call. */
    static final int PER_MESSAGE = 4;

    private static final int LONGEST_TOKEN_CHARS = 128;

    private static final class Loaded {
        static final Encoding ENCODING = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
    }

    private Tokens() {}

    /** Tokens in a text. Special tokens written in it are counted as the text that they are. */
    static long count(String text) {
        return text.isEmpty() ? 0 : Loaded.ENCODING.countTokensOrdinary(text);
    }

    /** The beginning of a text that has at most so many tokens; the text itself when it has no more. */
    static String first(String text, int tokens) {
        if (text.length() <= tokens) {
            return text;
        }
        // Beyond this many characters no text has few enough tokens; counting megabytes takes seconds.
        int most = (int) Math.min(text.length(), (long) tokens * LONGEST_TOKEN_CHARS);
        EncodingResult result = Loaded.ENCODING.encodeOrdinary(text.substring(0, most), tokens);
        return result.isTruncated() ? Loaded.ENCODING.decode(result.getTokens()) : text.substring(0, most);
    }
}
