package dev.gsv.cmp.knowledge;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The first bytes by which formats that are no text are told apart. */
final class Magic {
    static final byte[] PDF = "%PDF-".getBytes(StandardCharsets.US_ASCII);
    static final byte[] ZIP = {'P', 'K', 3, 4};
    /** The container of old Office files, and of new ones that are encrypted. */
    static final byte[] OLE = {(byte) 0xD0, (byte) 0xCF, 0x11, (byte) 0xE0, (byte) 0xA1, (byte) 0xB1, 0x1A, (byte) 0xE1
    };

    private static final List<byte[]> OTHERS = List.of(
            PDF,
            ZIP,
            OLE,
            new byte[] {(byte) 0x89, 'P', 'N', 'G'},
            new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF},
            new byte[] {'G', 'I', 'F', '8'},
            new byte[] {0x1F, (byte) 0x8B},
            new byte[] {0x7F, 'E', 'L', 'F'},
            new byte[] {'M', 'Z', (byte) 0x90, 0});

    private Magic() {}

    static boolean begins(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }

    /** Whether these are the bytes of a known format that is no text. */
    static boolean isOther(byte[] bytes) {
        return OTHERS.stream().anyMatch(magic -> begins(bytes, magic));
    }

    /** Whether the bytes hold this name as the old container spells names: two bytes for each character. */
    static boolean names(byte[] bytes, String name) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_16LE);
        for (int at = 0; at + wanted.length <= bytes.length; at++) {
            if (bytes[at] == wanted[0] && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }
}
