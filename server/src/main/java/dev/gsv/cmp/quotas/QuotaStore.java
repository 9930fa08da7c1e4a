package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables {@code quota_window} and {@code quota_slot}. */
@Repository
class QuotaStore {

    /** What was counted, and the database's time after the row was locked. */
    record Window(Instant minuteStart, long minuteUsed, Instant monthStart, long monthUsed, Instant now) {}

    private final JdbcClient jdbc;

    QuotaStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Locks the instance's row, making it first if need be. Admissions of one instance wait for each other here. */
    Window lock(OrgId org, UUID instance) {
        return jdbc.sql("""
                        insert into quota_window as w (org_id, instance_id, minute_start, month_start)
                        values (:org, :instance, 'epoch', 'epoch')
                        on conflict (org_id, instance_id) do update set minute_used = w.minute_used
                        returning minute_start, minute_used, month_start, month_used, clock_timestamp() as at
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .query((row, number) -> new Window(
                        row.getObject("minute_start", OffsetDateTime.class).toInstant(),
                        row.getLong("minute_used"),
                        row.getObject("month_start", OffsetDateTime.class).toInstant(),
                        row.getLong("month_used"),
                        row.getObject("at", OffsetDateTime.class).toInstant()))
                .single();
    }

    void count(OrgId org, UUID instance, Instant minute, long inMinute, Instant month, long inMonth) {
        jdbc.sql("""
                        update quota_window
                        set minute_start = :minute, minute_used = :in_minute, month_start = :month, month_used = :in_month
                        where org_id = :org and instance_id = :instance
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("minute", minute.atOffset(ZoneOffset.UTC))
                .param("in_minute", inMinute)
                .param("month", month.atOffset(ZoneOffset.UTC))
                .param("in_month", inMonth)
                .update();
    }

    long busy(OrgId org, UUID instance, Instant now) {
        return jdbc.sql("""
                        select count(*) from quota_slot
                        where org_id = :org and instance_id = :instance and expires_at > :now
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query((row, number) -> row.getLong(1))
                .single();
    }

    void take(OrgId org, UUID instance, UUID run, Instant until) {
        jdbc.sql("""
                        insert into quota_slot (org_id, instance_id, run_id, expires_at)
                        values (:org, :instance, :run, :until)
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("run", run)
                .param("until", until.atOffset(ZoneOffset.UTC))
                .update();
    }

    void free(OrgId org, UUID instance, UUID run) {
        jdbc.sql("delete from quota_slot where org_id = :org and instance_id = :instance and run_id = :run")
                .param("org", org.value())
                .param("instance", instance)
                .param("run", run)
                .update();
    }

    @AllOrgs(because = "removes what is over, whoever it belongs to")
    int sweep(int atMost) {
        return jdbc.sql("""
                        delete from quota_slot
                        where ctid in (
                            select ctid from quota_slot where expires_at <= clock_timestamp() limit :at_most
                            for update skip locked)
                        """).param("at_most", atMost).update();
    }
}
