package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables {@code instance_quota} and {@code quota_slot}; every statement is for a list. */
@Repository
@AllOrgs(because = "a batch serves instances of many organizations; each row is named by its organization")
class InstanceQuotaStore {

    /** What an instance has used. */
    record Counted(Instant now, Instant minute, int inMinute, Instant month, int inMonth) {
        Counted withOneMore() {
            return new Counted(now, minute, inMinute + 1, month, inMonth + 1);
        }
    }

    private final JdbcClient jdbc;

    InstanceQuotaStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private static <T> String[] texts(Collection<T> rows, Function<T, Object> text) {
        return rows.stream().map(row -> text.apply(row).toString()).toArray(String[]::new);
    }

    private static <T> Integer[] numbers(Collection<T> rows, Function<T, Integer> number) {
        return rows.stream().map(number).toArray(Integer[]::new);
    }

    /**
     * Locks the counters of instances until the transaction ends. The time is taken after the lock was had, so a run
     * that waited is counted in the minute in which it is admitted.
     */
    Map<InstanceQuotas.Counter, Counted> lock(Collection<InstanceQuotas.Counter> counters) {
        Map<InstanceQuotas.Counter, Counted> found = new HashMap<>();
        jdbc.sql("""
                        insert into instance_quota as q (org_id, instance_id)
                        select * from unnest(:orgs::uuid[], :instances::uuid[]) as n (org, instance)
                        order by n.org, n.instance
                        on conflict (org_id, instance_id) do update set in_minute = q.in_minute
                        returning org_id, instance_id, clock_timestamp() as now, minute, in_minute, month, in_month
                        """)
                .param("orgs", texts(counters, InstanceQuotas.Counter::org))
                .param("instances", texts(counters, InstanceQuotas.Counter::instance))
                .query(row -> {
                    found.put(
                            new InstanceQuotas.Counter(
                                    new dev.gsv.cmp.orgs.OrgId(row.getObject("org_id", UUID.class)),
                                    row.getObject("instance_id", UUID.class)),
                            counted(row));
                });
        return found;
    }

    private static Counted counted(ResultSet row) throws SQLException {
        return new Counted(
                row.getObject("now", OffsetDateTime.class).toInstant(),
                row.getObject("minute", OffsetDateTime.class).toInstant(),
                row.getInt("in_minute"),
                row.getObject("month", OffsetDateTime.class).toInstant(),
                row.getInt("in_month"));
    }

    void count(Map<InstanceQuotas.Counter, Counted> counts) {
        List<Map.Entry<InstanceQuotas.Counter, Counted>> rows = List.copyOf(counts.entrySet());
        jdbc.sql("""
                        update instance_quota q
                        set minute = n.minute, in_minute = n.in_minute, month = n.month, in_month = n.in_month
                        from unnest(:orgs::uuid[], :instances::uuid[], :minutes::timestamptz[], :in_minute::integer[],
                                    :months::timestamptz[], :in_month::integer[])
                             as n (org, instance, minute, in_minute, month, in_month)
                        where q.org_id = n.org and q.instance_id = n.instance
                        """)
                .param("orgs", texts(rows, row -> row.getKey().org()))
                .param("instances", texts(rows, row -> row.getKey().instance()))
                .param("minutes", texts(rows, row -> row.getValue().minute()))
                .param("in_minute", numbers(rows, row -> row.getValue().inMinute()))
                .param("months", texts(rows, row -> row.getValue().month()))
                .param("in_month", numbers(rows, row -> row.getValue().inMonth()))
                .update();
    }

    /** How many runs of each instance are open. */
    Map<InstanceQuotas.Counter, Integer> open(Collection<InstanceQuotas.Counter> counters) {
        Map<InstanceQuotas.Counter, Integer> found = new HashMap<>();
        jdbc.sql("""
                        select s.org_id, s.instance_id, count(*) as runs
                        from unnest(:orgs::uuid[], :instances::uuid[]) as n (org, instance)
                        join quota_slot s on s.org_id = n.org and s.instance_id = n.instance
                        where s.expires_at > clock_timestamp()
                        group by s.org_id, s.instance_id
                        """)
                .param("orgs", texts(counters, InstanceQuotas.Counter::org))
                .param("instances", texts(counters, InstanceQuotas.Counter::instance))
                .query(row -> {
                    found.put(
                            new InstanceQuotas.Counter(
                                    new dev.gsv.cmp.orgs.OrgId(row.getObject("org_id", UUID.class)),
                                    row.getObject("instance_id", UUID.class)),
                            row.getInt("runs"));
                });
        return found;
    }

    void take(Collection<InstanceQuotas.Run> runs, Duration time) {
        jdbc.sql("""
                        insert into quota_slot (org_id, instance_id, run_id, expires_at)
                        select n.org, n.instance, n.run, clock_timestamp() + make_interval(secs => :seconds)
                        from unnest(:orgs::uuid[], :instances::uuid[], :runs::uuid[]) as n (org, instance, run)
                        """)
                .param("orgs", texts(runs, run -> run.counter().org()))
                .param("instances", texts(runs, run -> run.counter().instance()))
                .param("runs", texts(runs, InstanceQuotas.Run::run))
                .param("seconds", time.toSeconds())
                .update();
    }

    void free(Collection<InstanceQuotas.Run> runs) {
        jdbc.sql("""
                        delete from quota_slot s
                        using unnest(:orgs::uuid[], :instances::uuid[], :runs::uuid[]) as n (org, instance, run)
                        where s.org_id = n.org and s.instance_id = n.instance and s.run_id = n.run
                        """)
                .param("orgs", texts(runs, run -> run.counter().org()))
                .param("instances", texts(runs, run -> run.counter().instance()))
                .param("runs", texts(runs, InstanceQuotas.Run::run))
                .update();
    }

    /** Takes back what this transaction counted. */
    void uncount(Map<InstanceQuotas.Counter, Integer> runs) {
        List<Map.Entry<InstanceQuotas.Counter, Integer>> rows = List.copyOf(runs.entrySet());
        jdbc.sql("""
                        update instance_quota q
                        set in_minute = q.in_minute - n.runs, in_month = q.in_month - n.runs
                        from unnest(:orgs::uuid[], :instances::uuid[], :runs::integer[]) as n (org, instance, runs)
                        where q.org_id = n.org and q.instance_id = n.instance
                        """)
                .param("orgs", texts(rows, row -> row.getKey().org()))
                .param("instances", texts(rows, row -> row.getKey().instance()))
                .param("runs", numbers(rows, Map.Entry::getValue))
                .update();
    }

    /** Extends the slots of runs that go on. */
    void renew(Collection<UUID> runs, Duration time) {
        jdbc.sql("""
                        update quota_slot
                        set expires_at = greatest(expires_at, clock_timestamp() + make_interval(secs => :seconds))
                        where run_id = any(:runs::uuid[])
                        """)
                .param("runs", texts(runs, run -> run))
                .param("seconds", time.toSeconds())
                .update();
    }

    int sweep(int atMost) {
        return jdbc.sql("""
                        delete from quota_slot
                        where ctid in (
                            select ctid from quota_slot where expires_at <= clock_timestamp() limit :at_most)
                        """).param("at_most", atMost).update();
    }
}
