package dev.gsv.cmp.billing;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A verification of the ledger, under way or over.
 *
 * @param orgId set when only the wallet of this organization is verified
 * @param status {@code running}, {@code passed}, {@code failed}, or {@code aborted} when it did not come to an end
 * @param sealed lines that a digest covers; the newest few are not sealed yet
 * @param broken wallets with a wrong row
 * @param findings the first wrong row of each broken wallet, the first ones only
 * @param fingerprint the digest of the last sealed line, or over those of all wallets
 * @param reason why it was aborted
 */
public record Verification(
        UUID id,
        @Nullable UUID orgId,
        String status,
        Instant startedAt,
        @Nullable Instant finishedAt,
        long wallets,
        long entries,
        long sealed,
        long broken,
        List<Finding> findings,
        @Nullable String fingerprint,
        @Nullable String reason) {

    boolean over() {
        return status.equals("passed") || status.equals("failed");
    }
}
