package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Credit that moves from one account to another: both sides of the entry in one row, since what one loses the other
 * gets. A movement is one transfer, or two when the wallet pays one part and the platform the other.
 *
 * @param seq position in the wallet's chain, without a gap
 * @param micros positive
 * @param balance what the wallet has afterwards
 * @param reason why somebody else than the wallet paid; null when nobody else did
 * @param uses the parts of grants that it took
 */
record Transfer(
        OrgId org,
        long seq,
        Instant at,
        UUID id,
        UUID movement,
        Account source,
        Account target,
        long micros,
        long balance,
        EntryType type,
        Cause cause,
        @Nullable String reason,
        List<Part> uses) {

    /** What a movement is about, as far as it is known: an order, a reservation, a run. */
    record Cause(
            String reference,
            @Nullable UUID instance,
            @Nullable UUID run,
            Map<String, String> metadata) {
        static Cause of(String reference) {
            return new Cause(reference, null, null, Map.of());
        }
    }

    Transfer {
        uses = List.copyOf(uses);
        if (micros <= 0 || source == target) {
            throw new IllegalArgumentException("a transfer moves a positive amount to another account: " + micros);
        }
    }

    /** The wallet's side of it, signed: what it got or paid; zero when the platform paid. */
    long wallet() {
        return target == Account.WALLET ? micros : source == Account.WALLET ? -micros : 0;
    }
}
