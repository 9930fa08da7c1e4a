package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * When a wallet fills itself, and what came of it lately.
 *
 * @param threshold a charge starts when the balance falls below it
 * @param amount what is charged; null when there is a target
 * @param target up to which balance is charged; null when there is an amount
 * @param maxPerDay attempts in one UTC day
 * @param declines refusals since the last success
 * @param waitUntil nothing is charged before: after a success, or a refusal; null when nothing is in the way
 * @param charges the last ones, the newest first
 */
public record TopUpRule(
        Credits threshold,
        @Nullable Credits amount,
        @Nullable Credits target,
        int maxPerDay,
        boolean paused,
        int declines,
        @Nullable Instant waitUntil,
        long version,
        List<Charge> charges) {

    /** One attempt to charge: {@code requested}, then {@code succeeded} or {@code declined}. */
    public record Charge(
            UUID chargeId,
            Credits amount,
            String state,
            @Nullable String reason,
            @Nullable UUID ledgerEntryId,
            Instant requestedAt,
            @Nullable Instant endedAt) {}

    /**
     * What to charge now: the agreed amount, but never less than brings the balance back to the threshold, so that one
     * charge closes a debt. Whole credits, rounded up.
     */
    Credits due(long posted) {
        long gap = threshold.micros() - posted;
        long wanted = target != null ? target.micros() - posted : amount == null ? gap : amount.micros();
        long micros = Math.max(gap, wanted);
        return Credits.of(Math.ceilDiv(micros, Credits.MICROS_PER_CREDIT));
    }
}
