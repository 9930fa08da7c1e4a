package dev.gsv.cmp.quotas;

import java.time.Instant;

/** What a user has committed, with the windows for which it was counted. */
record UserCount(
        Instant hour,
        long hourTokens,
        Instant day,
        long dayRequests,
        long dayTokens,
        Instant month,
        long monthRequests,
        long monthTokens,
        long totalRequests) {

    /** What counts now: a window that is over counts as empty. */
    Used at(Instant now) {
        boolean thisHour = !hour.isBefore(Windows.HOUR.start(now));
        boolean thisDay = !day.isBefore(Windows.DAY.start(now));
        boolean thisMonth = !month.isBefore(Windows.MONTH.start(now));
        return new Used(
                thisDay ? dayRequests : 0,
                thisMonth ? monthRequests : 0,
                totalRequests,
                thisHour ? hourTokens : 0,
                thisDay ? dayTokens : 0,
                thisMonth ? monthTokens : 0,
                0,
                0);
    }
}
