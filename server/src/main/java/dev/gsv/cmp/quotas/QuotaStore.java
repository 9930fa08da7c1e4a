package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables {@code instance_quota} and {@code quota_slot}. */
@Repository
class QuotaStore {

    record Counted(Instant now, Instant minute, int inMinute, Instant month, int inMonth) {}

    private final JdbcClient jdbc;

    QuotaStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Locks the counters of an instance until the transaction ends. The time is taken after the lock was had, so a run
     * that waited is counted in the minute in which it is admitted.
     */
    Counted lock(OrgId org, UUID instance) {
        return jdbc.sql("""
                        insert into instance_quota as q (org_id, instance_id)
                        values (:org, :instance)
                        on conflict (org_id, instance_id) do update set in_minute = q.in_minute
                        returning clock_timestamp() as now, minute, in_minute, month, in_month
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .query(QuotaStore::counted)
                .single();
    }

    private static Counted counted(ResultSet row, int number) throws SQLException {
        return new Counted(
                row.getObject("now", OffsetDateTime.class).toInstant(),
                row.getObject("minute", OffsetDateTime.class).toInstant(),
                row.getInt("in_minute"),
                row.getObject("month", OffsetDateTime.class).toInstant(),
                row.getInt("in_month"));
    }

    void count(OrgId org, UUID instance, Instant minute, int inMinute, Instant month, int inMonth) {
        jdbc.sql("""
                        update instance_quota
                        set minute = :minute, in_minute = :in_minute, month = :month, in_month = :in_month
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

    void uncount(OrgId org, UUID instance) {
        jdbc.sql("""
                        update instance_quota
                        set in_minute = greatest(in_minute - 1, 0), in_month = greatest(in_month - 1, 0)
                        where org_id = :org and instance_id = :instance
                        """).param("org", org.value()).param("instance", instance).update();
    }

    /** How many runs of the instance are open. */
    int open(OrgId org, UUID instance) {
        return jdbc.sql("""
                        select count(*) from quota_slot
                        where org_id = :org and instance_id = :instance and expires_at > clock_timestamp()
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .query(Integer.class)
                .single();
    }

    void take(OrgId org, UUID instance, UUID run, Duration time) {
        jdbc.sql("""
                        insert into quota_slot (org_id, instance_id, run_id, expires_at)
                        values (:org, :instance, :run, clock_timestamp() + make_interval(secs => :seconds))
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("run", run)
                .param("seconds", time.toSeconds())
                .update();
    }

    void free(OrgId org, UUID instance, UUID run) {
        jdbc.sql("""
                        delete from quota_slot
                        where org_id = :org and instance_id = :instance and run_id = :run
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("run", run)
                .update();
    }

    @AllOrgs(because = "dead slots are removed whoever they belong to; nothing is read")
    int sweep(int atMost) {
        return jdbc.sql("""
                        delete from quota_slot
                        where ctid in (
                            select ctid from quota_slot where expires_at <= clock_timestamp() limit :at_most)
                        """).param("at_most", atMost).update();
    }
}
