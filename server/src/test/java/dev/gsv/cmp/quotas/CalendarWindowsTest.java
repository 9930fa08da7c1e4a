package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TimeZone;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Section 8 of the conformance sheet where it speaks of windows: they are UTC, wherever a node stands. */
class CalendarWindowsTest {

    private final TimeZone usual = TimeZone.getDefault();

    @BeforeEach
    void inBerlin() {
        TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
    }

    @AfterEach
    void home() {
        TimeZone.setDefault(usual);
    }

    @Test
    void tz_04_a_utc_day_has_24_hours_also_when_the_clocks_go_back() {
        Instant day = Instant.parse("2026-10-25T00:00:00Z");
        List<Instant> hours = IntStream.range(0, 24 * 60)
                .mapToObj(minute -> Windows.HOUR.start(day.plus(minute, ChronoUnit.MINUTES)))
                .distinct()
                .toList();
        assertThat(hours).hasSize(24).startsWith(day);
        for (int i = 0; i < 24 * 60; i++) {
            Instant now = day.plus(i, ChronoUnit.MINUTES);
            assertThat(Windows.DAY.start(now)).isEqualTo(day);
            assertThat(Windows.DAY.secondsLeft(now)).isEqualTo(86_400 - i * 60L);
            assertThat(Windows.HOUR.secondsLeft(now)).isEqualTo(3600 - i % 60 * 60L);
        }
        // What the database counts in has the same edges, in a session of the same zone.
        JdbcClient jdbc = JdbcClient.create(Database.fresh().dataSource());
        assertThat(jdbc.sql("show timezone").query(String.class).single()).isEqualTo("Europe/Berlin");
        assertThat(jdbc.sql("""
                                select count(distinct date_trunc('hour', at, 'UTC')) * 100 + count(distinct date_trunc('day', at, 'UTC'))
                                from generate_series('2026-10-25T00:00Z'::timestamptz, '2026-10-25T23:59Z', '1 minute') as at
                                """).query(Long.class).single()).isEqualTo(2401);
    }

    @Test
    void tz_07_a_month_of_quota_is_a_calendar_month_whatever_the_day_of_the_bill() {
        Instant anchor = Instant.parse("2026-10-15T12:00:00Z");
        for (Duration around : List.of(Duration.ofSeconds(-1), Duration.ZERO, Duration.ofSeconds(1))) {
            assertThat(Windows.MONTH.start(anchor.plus(around))).isEqualTo(Instant.parse("2026-10-01T00:00:00Z"));
        }
        assertThat(Windows.MONTH.start(Instant.parse("2026-10-31T23:59:59.999999Z")))
                .isEqualTo(Instant.parse("2026-10-01T00:00:00Z"));
        assertThat(Windows.MONTH.start(Instant.parse("2026-11-01T00:00:00Z")))
                .isEqualTo(Instant.parse("2026-11-01T00:00:00Z"));
        assertThat(Windows.MONTH.secondsLeft(anchor)).isEqualTo(16 * 86_400 + 43_200);
    }
}
