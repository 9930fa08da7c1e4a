package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code transfer} exactly as it is stored. Text stays text: a row that somebody tampered with may hold
 * anything.
 *
 * @param wallet the wallet's id
 * @param atMicros microseconds since 1970
 * @param metadata in PostgreSQL's normal form of {@code jsonb}
 */
record ChainRow(
        OrgId org,
        UUID wallet,
        long seq,
        long atMicros,
        UUID id,
        UUID movement,
        String source,
        String target,
        long micros,
        long balance,
        String type,
        String reference,
        @Nullable UUID instance,
        @Nullable UUID run,
        @Nullable String reason,
        @Nullable String metadata,
        List<Use> uses) {

    /** A part of a grant as it is stored; unlike {@link Part} it may be wrong. */
    record Use(UUID grant, long micros) {}

    private static final String WALLET = Account.WALLET.text();

    /** What the wallet got, negative when it paid, zero when the row moves credit beside it. */
    long change() {
        return target.equals(WALLET) ? micros : source.equals(WALLET) ? -micros : 0;
    }

    /** This row, if it had left the wallet with another balance. */
    ChainRow withBalance(long other) {
        return new ChainRow(
                org, wallet, seq, atMicros, id, movement, source, target, micros, other, type, reference, instance, run,
                reason, metadata, uses);
    }
}
