package dev.gsv.cmp.billing;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The first row of a wallet that is wrong.
 *
 * @param seq position of the line in the wallet; null when the row is no line
 * @param table where the row is
 * @param rowId its id; null when the row is missing
 * @param field which column, or {@code hash} for all of them
 * @param chain true when the hash chain is broken there, false when amounts do not add up
 */
@Schema(name = "LedgerFinding")
public record Finding(
        UUID orgId,
        @Nullable UUID walletId,
        @Nullable Long seq,
        String table,
        @Nullable UUID rowId,
        String field,
        String expected,
        String found,
        boolean chain) {

    /** One sentence for a person. */
    String sentence() {
        return (seq == null ? "" : "line " + seq + " ") + "of wallet " + (walletId == null ? "?" : walletId)
                + " (organization " + orgId + ")"
                + (rowId == null ? "" : ", row " + rowId) + " of table " + table + ": " + field + " is " + found
                + ", expected " + expected;
    }
}
