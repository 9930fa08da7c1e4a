package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.knowledge.Unreadable.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * The parts of an Office file, unpacked within bounds: whatever the file says about its sizes, no more than these many
 * bytes come out of it.
 */
final class Zip {
    static final int MAX_ENTRIES = 20_000;
    /** Bytes of all parts that are read, unpacked. */
    static final long MAX_UNPACKED = 128L * 1024 * 1024;

    private static final int MAGIC_OF_MACROS = "vbaproject.bin".length();

    /** The end of an archive, and the longest one, with a comment. */
    private static final int END_BYTES = 22;

    private static final int LONGEST_END = END_BYTES + 65_535;

    private Zip() {}

    /**
     * The wanted parts by their names, in the order of their names.
     *
     * @throws Unreadable when it is no archive, holds macros, or unpacks to too much
     */
    static Map<String, byte[]> parts(byte[] bytes, Predicate<String> wanted) throws Unreadable {
        if (!ends(bytes)) {
            throw new Unreadable(Reason.BROKEN);
        }
        Map<String, byte[]> parts = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            long unpacked = 0;
            int entries = 0;
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName();
                if (++entries > MAX_ENTRIES) {
                    throw new Unreadable(Reason.BOMB);
                }
                if (name.regionMatches(true, name.length() - MAGIC_OF_MACROS, "vbaproject.bin", 0, MAGIC_OF_MACROS)) {
                    throw new Unreadable(Reason.MACROS);
                }
                if (wanted.test(name)) {
                    byte[] part = bounded(zip, MAX_UNPACKED - unpacked);
                    unpacked += part.length;
                    parts.put(name, part);
                } else {
                    unpacked += skipped(zip, MAX_UNPACKED - unpacked);
                }
            }
        } catch (ZipException e) {
            throw new Unreadable(Reason.BROKEN, e);
        } catch (IOException e) {
            throw new Unreadable(Reason.BROKEN, e);
        }
        if (parts.isEmpty()) {
            throw new Unreadable(Reason.BROKEN);
        }
        return new HashMap<>(parts);
    }

    /** Whether the list of all parts is there, which comes last: a file that was cut off lacks it. */
    private static boolean ends(byte[] bytes) {
        for (int at = bytes.length - END_BYTES; at >= Math.max(0, bytes.length - LONGEST_END); at--) {
            if (bytes[at] == 'P' && bytes[at + 1] == 'K' && bytes[at + 2] == 5 && bytes[at + 3] == 6) {
                return true;
            }
        }
        return false;
    }

    private static byte[] bounded(InputStream in, long atMost) throws IOException, Unreadable {
        byte[] part = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8L, atMost + 1));
        if (part.length > atMost) {
            throw new Unreadable(Reason.BOMB);
        }
        return part;
    }

    private static long skipped(InputStream in, long atMost) throws IOException, Unreadable {
        byte[] buffer = new byte[64 * 1024];
        long skipped = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            skipped += n;
            if (skipped > atMost) {
                throw new Unreadable(Reason.BOMB);
            }
        }
        return skipped;
    }
}
