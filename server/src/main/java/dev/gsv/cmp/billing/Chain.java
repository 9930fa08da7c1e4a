package dev.gsv.cmp.billing;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The hash chain of a wallet: the digest of a line covers the line and the digest before it, so that nothing before a
 * known digest can be changed, left out or put in unnoticed. The first line follows 32 zero bytes.
 *
 * <p>The form that is hashed is documented in {@code docs/adr/0011-hash-chain.md}, byte by byte, for whoever wants to
 * verify a chain with a program of their own. It never changes; a new form gets the next version.
 */
final class Chain {

    /** The form that is written today. */
    static final int VERSION = 1;
    /** Bytes of SHA-256. */
    static final int DIGEST = 32;

    private static final HexFormat HEX = HexFormat.of();

    private Chain() {}

    /** What the first line follows. */
    static byte[] genesis() {
        return new byte[DIGEST];
    }

    static byte[] digest(byte[] before, ChainRow row) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(form(before, row));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The canonical form, version 1: numbers big-endian, each text and each optional value led by its length. */
    static byte[] form(byte[] before, ChainRow row) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.write(before);
            id(out, row.org().value());
            id(out, row.wallet());
            out.writeLong(row.seq());
            out.writeLong(row.atMicros());
            id(out, row.id());
            id(out, row.movement());
            text(out, row.source());
            text(out, row.target());
            out.writeLong(row.micros());
            out.writeLong(row.balance());
            text(out, row.type());
            text(out, row.reference());
            text(out, string(row.instance()));
            text(out, string(row.run()));
            text(out, row.reason());
            text(out, row.metadata());
            out.writeInt(row.uses().size());
            for (ChainRow.Use use : row.uses()) {
                id(out, use.grant());
                out.writeLong(use.micros());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    static String hex(byte[] digest) {
        return HEX.formatHex(digest);
    }

    private static @Nullable String string(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }

    private static void id(DataOutputStream out, UUID id) throws IOException {
        out.writeLong(id.getMostSignificantBits());
        out.writeLong(id.getLeastSignificantBits());
    }

    /** Nothing is -1, so that it differs from an empty text. */
    private static void text(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
