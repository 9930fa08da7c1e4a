package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.knowledge.Unreadable.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Reads text in the character set that it is most likely in: by its mark, else UTF-8, else Windows-1252. */
final class PlainReader {
    private static final Charset WINDOWS = Charset.forName("windows-1252");
    private static final int MARK = 0xFEFF;

    private PlainReader() {}

    static Extract read(byte[] bytes) throws Unreadable {
        return Extract.of(text(bytes));
    }

    static String text(byte[] bytes) throws Unreadable {
        if (Magic.isOther(bytes)) {
            throw new Unreadable(Reason.WRONG_TYPE);
        }
        String text = decoded(bytes);
        if (text.indexOf('\0') >= 0) {
            throw new Unreadable(Reason.WRONG_TYPE);
        }
        return !text.isEmpty() && text.charAt(0) == MARK ? text.substring(1) : text;
    }

    private static String decoded(byte[] bytes) {
        if (begins(bytes, 0xFE, 0xFF)) {
            return new String(bytes, StandardCharsets.UTF_16BE);
        }
        if (begins(bytes, 0xFF, 0xFE)) {
            return new String(bytes, StandardCharsets.UTF_16LE);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, WINDOWS);
        }
    }

    private static boolean begins(byte[] bytes, int first, int second) {
        return bytes.length >= 2 && (bytes[0] & 0xFF) == first && (bytes[1] & 0xFF) == second;
    }
}
