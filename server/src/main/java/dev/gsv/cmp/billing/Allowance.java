package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Credit that will come: once at a later time, or every month or year (UTC). A period begins so many months after the
 * anchor, never after its predecessor: from 31 January over 28 February to 31 March.
 *
 * @param nextAt when the next period begins; null when none will
 * @param endsAt no period begins then or later; null for an allowance without an end
 * @param expiresAt of what comes once; null for never. A period ends where the next one begins
 * @param rolloverMin what the next period gets at least of the one before, in micro-credits
 */
record Allowance(
        OrgId org,
        UUID id,
        GrantKind kind,
        int priority,
        long amount,
        @Nullable String capability,
        Recurs recurs,
        Instant startsAt,
        int nextPeriod,
        @Nullable Instant nextAt,
        @Nullable Instant endsAt,
        @Nullable Instant expiresAt,
        long rolloverMin,
        long rolloverMax,
        String reference) {

    enum Recurs {
        ONCE,
        MONTH,
        YEAR;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    boolean due(Instant now) {
        return nextAt != null && !nextAt.isAfter(now);
    }

    /** When a period begins, counted from the anchor. */
    Instant begins(int period) {
        OffsetDateTime anchor = startsAt.atOffset(ZoneOffset.UTC);
        return switch (recurs) {
            case ONCE -> startsAt;
            case MONTH -> anchor.plusMonths(period).toInstant();
            case YEAR -> anchor.plusYears(period).toInstant();
        };
    }

    /** When what this period brings lapses. */
    @Nullable
    Instant lapses(int period) {
        return recurs == Recurs.ONCE ? expiresAt : begins(period + 1);
    }

    /** After its next period has begun. */
    Allowance begun() {
        int period = nextPeriod + 1;
        Instant next = recurs == Recurs.ONCE ? null : begins(period);
        boolean over = next == null || endsAt != null && !next.isBefore(endsAt);
        return with(period, over ? null : next, endsAt);
    }

    /** No period begins at that time or later; what has begun goes on to its end. */
    Allowance ended(Instant at) {
        return with(nextPeriod, nextAt == null || !nextAt.isBefore(at) ? null : nextAt, endsAt);
    }

    private Allowance with(int period, @Nullable Instant next, @Nullable Instant end) {
        return new Allowance(
                org,
                id,
                kind,
                priority,
                amount,
                capability,
                recurs,
                startsAt,
                period,
                next,
                end,
                expiresAt,
                rolloverMin,
                rolloverMax,
                reference);
    }

    /** What of this rest the next period gets. */
    long carried(long rest) {
        return Math.max(rolloverMin, Math.min(rest, rolloverMax));
    }
}
