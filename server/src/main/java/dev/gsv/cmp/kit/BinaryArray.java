package dev.gsv.cmp.kit;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * An array of ids or times as PostgreSQL itself writes it. The driver would send it as text, which costs both sides
 * more than the rest of the statement. Where the driver does not take the binary form, the text form is sent after all.
 */
final class BinaryArray extends PGobject implements PGBinaryObject {

    private static final long serialVersionUID = 1L;
    private static final int UUID_TYPE = 2950;
    private static final int TIMESTAMPTZ_TYPE = 1184;
    /** 1 January 2000: where PostgreSQL's times begin. */
    private static final long EPOCH_SECONDS = 946_684_800;

    private static final int HEAD = 20;
    private static final int LENGTH = 4;
    private static final int NULL = -1;

    private final byte[] bytes;
    private final @Nullable Object[] elements;

    private BinaryArray(String type, byte[] bytes, @Nullable Object[] elements) {
        setType(type);
        this.bytes = bytes;
        this.elements = elements;
    }

    static BinaryArray ids(@Nullable UUID[] ids) {
        ByteBuffer buffer = buffer(UUID_TYPE, ids, 16);
        for (UUID id : ids) {
            if (id == null) {
                buffer.putInt(NULL);
            } else {
                buffer.putInt(16).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
            }
        }
        return new BinaryArray("_uuid", used(buffer), ids);
    }

    /** Times to the microsecond; what is finer is cut off. */
    static BinaryArray times(@Nullable Instant[] times) {
        ByteBuffer buffer = buffer(TIMESTAMPTZ_TYPE, times, 8);
        for (Instant time : times) {
            if (time == null) {
                buffer.putInt(NULL);
            } else {
                long seconds = Math.subtractExact(time.getEpochSecond(), EPOCH_SECONDS);
                buffer.putInt(8).putLong(Math.multiplyExact(seconds, 1_000_000L) + time.getNano() / 1000);
            }
        }
        return new BinaryArray("_timestamptz", used(buffer), times);
    }

    /** One dimension from 1, whether it may hold nulls, the type of its elements. */
    private static ByteBuffer buffer(int type, @Nullable Object[] elements, int size) {
        ByteBuffer buffer = ByteBuffer.allocate(HEAD + elements.length * (LENGTH + size));
        boolean nulls = Arrays.asList(elements).contains(null);
        int dimensions = elements.length == 0 ? 0 : 1;
        buffer.putInt(dimensions).putInt(nulls ? 1 : 0).putInt(type);
        return dimensions == 0 ? buffer : buffer.putInt(elements.length).putInt(1);
    }

    private static byte[] used(ByteBuffer buffer) {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Override
    public String getValue() {
        return Arrays.stream(elements).map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    @Override
    public int lengthInBytes() {
        return bytes.length;
    }

    @Override
    public void toBytes(byte[] target, int offset) {
        System.arraycopy(bytes, 0, target, offset, bytes.length);
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("it is only sent");
    }
}
