package dev.gsv.cmp.quotas;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** The calendar windows, UTC (section 4 of the quotas contract). */
enum Windows {
    HOUR,
    DAY,
    MONTH;

    Instant start(Instant now) {
        return switch (this) {
            case HOUR -> now.truncatedTo(ChronoUnit.HOURS);
            case DAY -> now.truncatedTo(ChronoUnit.DAYS);
            case MONTH ->
                now.atOffset(ZoneOffset.UTC)
                        .truncatedTo(ChronoUnit.DAYS)
                        .withDayOfMonth(1)
                        .toInstant();
        };
    }

    /** Whole seconds until the window is over, rounded up: waiting so long is enough. */
    long secondsLeft(Instant now) {
        OffsetDateTime start = start(now).atOffset(ZoneOffset.UTC);
        OffsetDateTime end = switch (this) {
            case HOUR -> start.plusHours(1);
            case DAY -> start.plusDays(1);
            case MONTH -> start.plusMonths(1);
        };
        Duration left = Duration.between(now, end.toInstant());
        return left.toSeconds() + (left.toNanosPart() > 0 ? 1 : 0);
    }

    String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
