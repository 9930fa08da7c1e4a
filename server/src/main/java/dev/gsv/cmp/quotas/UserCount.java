package dev.gsv.cmp.quotas;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;

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

    /** A row of {@code quota_counter}. */
    static UserCount of(ResultSet row) throws SQLException {
        return new UserCount(
                time(row, "hour"),
                row.getLong("hour_tokens"),
                time(row, "day"),
                row.getLong("day_requests"),
                row.getLong("day_tokens"),
                time(row, "month"),
                row.getLong("month_requests"),
                row.getLong("month_tokens"),
                row.getLong("total_requests"));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

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
