package dev.gsv.cmp.flows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the members of a JSON object, or the items of an array, stand in its bytes. It copies nothing, keeps no more
 * than one counter of depth, and leaves the judgement of what lies between to a real parser: so a flow inside a request
 * is taken out byte for byte, however deep or broken it is.
 */
final class JsonSlices {
    /** One member or item: {@code name} is null in an array; the value is {@code bytes[from, to)}. */
    record Slice(@Nullable String name, int from, int to) {}

    /** Most members that are looked at; a request of ours has seven, a project perhaps hundreds. */
    private static final int MAX_SLICES = 10_000;

    private final byte[] bytes;
    private int at;
    private final int end;

    private JsonSlices(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    static List<Slice> of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    /**
     * The top-level members or items; as many as could be made out when the text is broken, none when it is neither.
     */
    static List<Slice> of(byte[] bytes, int from, int to) {
        return new JsonSlices(bytes, from, to).read();
    }

    private List<Slice> read() {
        List<Slice> found = new ArrayList<>();
        skipMark();
        blank();
        boolean object = looking('{');
        if (!object && !looking('[')) {
            return found;
        }
        at++;
        blank();
        while (at < end && bytes[at] != '}' && bytes[at] != ']' && found.size() < MAX_SLICES) {
            String name = null;
            if (object) {
                name = name();
                blank();
                if (name == null || !looking(':')) {
                    return found;
                }
                at++;
                blank();
            }
            int from = at;
            value();
            if (at == from) {
                return found;
            }
            found.add(new Slice(name, from, at));
            blank();
            if (!looking(',')) {
                return found;
            }
            at++;
            blank();
        }
        return found;
    }

    private void skipMark() {
        if (end - at >= 3
                && (bytes[at] & 0xFF) == 0xEF
                && (bytes[at + 1] & 0xFF) == 0xBB
                && (bytes[at + 2] & 0xFF) == 0xBF) {
            at += 3;
        }
    }

    private boolean looking(char c) {
        return at < end && bytes[at] == c;
    }

    private void blank() {
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
    }

    /** A name without escapes; one that is written with escapes is none of those that we look for. */
    private @Nullable String name() {
        if (!looking('"')) {
            return null;
        }
        int from = at + 1;
        string();
        return new String(bytes, from, Math.max(0, at - 1 - from), StandardCharsets.UTF_8);
    }

    private void string() {
        at++;
        while (at < end && bytes[at] != '"') {
            at += bytes[at] == '\\' ? 2 : 1;
        }
        at = Math.min(end, at + 1);
    }

    private void value() {
        if (looking('"')) {
            string();
            return;
        }
        int depth = 0;
        while (at < end) {
            byte c = bytes[at];
            if (c == '"') {
                string();
                continue;
            }
            if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                if (depth == 0) {
                    return;
                }
                depth--;
                if (depth == 0) {
                    at++;
                    return;
                }
            } else if (depth == 0 && (c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
                return;
            }
            at++;
        }
    }
}
