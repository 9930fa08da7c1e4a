package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;

/** Section 8 of the conformance sheet: days, months and zones, as statements count them. Days are UTC everywhere. */
class CalendarTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    /** A wallet whose lines lie at these times: the first one of 1 credit each. */
    private static Scene booked(Stage stage, List<Instant> times) {
        Scene w = Scene.scene(stage, 0);
        times.forEach(time -> w.ledger.topUp(w.org, dev.gsv.cmp.kit.Credits.of(1), "order:calendar"));
        w.sql("alter table transfer disable trigger transfer_append_only").update();
        try {
            for (int i = 0; i < times.size(); i++) {
                w.sql("update transfer set created_at = :at::timestamptz where org_id = :org and seq = :seq")
                        .param("at", times.get(i).toString())
                        .param("seq", i + 1)
                        .update();
            }
        } finally {
            w.sql("alter table transfer enable trigger transfer_append_only").update();
        }
        return w;
    }

    private static Statement statement(Scene w, String from, String to) {
        Statements statements = w.stage.bean(Statements.class);
        return statements.statement(w.org, w.wallet().walletId(), statements.frame(w.org, from, to));
    }

    /** A node in Berlin: its JVM and its database sessions have that zone. */
    private static void inBerlin(java.util.function.Consumer<Stage> test) {
        TimeZone usual = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone(BERLIN));
        try (Stage stage = Stage.over(Stage.shared().database())) {
            test.accept(stage);
        } finally {
            TimeZone.setDefault(usual);
        }
    }

    @Test
    void tz_03_a_month_in_which_summer_time_begins_loses_and_doubles_no_hour() {
        List<Instant> hours = new ArrayList<>();
        for (Instant at = Instant.parse("2026-03-28T00:30:00Z");
                at.isBefore(Instant.parse("2026-03-31T00:00:00Z"));
                at = at.plusSeconds(3600)) {
            hours.add(at);
        }
        inBerlin(stage -> {
            Scene w = booked(stage, hours);
            Statement month = statement(w, "2026-03-01", "2026-04-01");
            assertThat(month.from()).isEqualTo(Instant.parse("2026-03-01T00:00:00Z"));
            assertThat(month.to()).isEqualTo(Instant.parse("2026-04-01T00:00:00Z"));
            assertThat(month.lines()).hasSize(72);
            int lines = 0;
            for (LocalDate day = LocalDate.of(2026, 3, 1);
                    day.isBefore(LocalDate.of(2026, 4, 1));
                    day = day.plusDays(1)) {
                int ofDay = statement(w, day.toString(), day.plusDays(1).toString())
                        .lines()
                        .size();
                assertThat(ofDay)
                        .as(day.toString())
                        .isEqualTo(day.getDayOfMonth() >= 28 && day.getDayOfMonth() <= 30 ? 24 : 0);
                lines += ofDay;
            }
            assertThat(lines).isEqualTo(72);
            int local = 0;
            for (LocalDate day = LocalDate.of(2026, 3, 27);
                    day.isBefore(LocalDate.of(2026, 4, 2));
                    day = day.plusDays(1)) {
                local += statement(w, midnight(day), midnight(day.plusDays(1)))
                        .lines()
                        .size();
            }
            assertThat(local)
                    .as("who asks for the days of Berlin, of which one has 23 hours, gets each line once")
                    .isEqualTo(72);
        });
    }

    private static String midnight(LocalDate day) {
        return day.atStartOfDay(BERLIN).toOffsetDateTime().toString();
    }

    @Test
    void tz_06_a_microsecond_decides_between_two_days() {
        List<Instant> times =
                List.of(Instant.parse("2026-10-24T23:59:59.999999Z"), Instant.parse("2026-10-25T00:00:00Z"));
        inBerlin(stage -> {
            Scene w = booked(stage, times);
            assertThat(statement(w, "2026-10-24", "2026-10-25").lines())
                    .extracting(Statement.Line::createdAt)
                    .containsExactly(times.getFirst());
            assertThat(statement(w, "2026-10-25", "2026-10-26").lines())
                    .extracting(Statement.Line::createdAt)
                    .containsExactly(times.getLast());
            assertThat(LocalDate.ofInstant(times.getFirst(), ZoneOffset.UTC)).isEqualTo(LocalDate.of(2026, 10, 24));
        });
    }
}
