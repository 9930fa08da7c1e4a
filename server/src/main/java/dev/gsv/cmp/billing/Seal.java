package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.util.Arrays;

/** A block of sealed lines of one wallet, {@code from} and {@code to} included, with a digest for each of them. */
record Seal(OrgId org, long from, long to, int version, byte[] digests) {

    /**
     * Where the chain of a wallet ends.
     *
     * @param seq the last sealed line; 0 when none is
     * @param hash its digest, or genesis
     * @param written the last line of the wallet
     */
    record Head(OrgId org, long seq, byte[] hash, long written) {}

    /** The digest of a line of this block; as many bytes as there are when the block is broken. */
    byte[] digest(long seq) {
        int start = Math.toIntExact((seq - from) * Chain.DIGEST);
        return start >= digests.length
                ? new byte[0]
                : Arrays.copyOfRange(digests, start, Math.min(digests.length, start + Chain.DIGEST));
    }

    boolean covers(long seq) {
        return from <= seq && seq <= to;
    }
}
