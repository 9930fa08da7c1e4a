package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One event in the books: entries that sum to zero, and the parts of grants that it took.
 *
 * @param reason why somebody else than the wallet paid; null when nobody else did
 */
record Movement(
        OrgId org,
        UUID id,
        EntryType type,
        Cause cause,
        @Nullable String reason,
        Instant at,
        List<Line> lines,
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

    /** One entry. Only the wallet's line has a position and the balance after it. */
    record Line(
            UUID id,
            Account account,
            long micros,
            @Nullable Long seq,
            @Nullable Long balance) {}

    Movement {
        lines = List.copyOf(lines);
        uses = List.copyOf(uses);
        if (lines.stream().mapToLong(Line::micros).sum() != 0) {
            throw new IllegalArgumentException("the entries of a movement sum to zero: " + lines);
        }
    }
}
