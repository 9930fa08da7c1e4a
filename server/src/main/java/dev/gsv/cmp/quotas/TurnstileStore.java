package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Rows;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.stereotype.Repository;

/**
 * What a {@link Turnstile} asks of the database: a fixed number of statements, however many runs pass; they travel with
 * those of other rooms. Rows are locked in the order of the methods here, and of their keys; what is in flight is read
 * by a statement that begins after the last lock.
 */
@Repository
@AllOrgs(because = "a batch serves instances and users of many organizations; each row is named by its own key")
class TurnstileStore {

    /** A run that ends. */
    record Ending(InstanceQuotas.Counter counter, UUID run, String key, boolean counted, long tokens, boolean lost) {}

    /** The name of a user's counter. */
    record Named(String key, Place place, String user, String bundle) {}

    /** What a counter gets. */
    record Booking(Named counter, long requests, long tokens) {
        Booking and(Booking more) {
            return new Booking(counter, requests + more.requests, tokens + more.tokens);
        }
    }

    /** What is in flight at a moment after all locks were had; known when the pipeline has run. */
    static final class Flight {
        private final Map<InstanceQuotas.Counter, Integer> slots = new HashMap<>();
        private final Map<String, Used> users = new HashMap<>();
        private Instant now;

        /** @param now the moment when nobody asks */
        Flight(Instant now) {
            this.now = now;
        }

        Instant now() {
            return now;
        }

        Map<InstanceQuotas.Counter, Integer> slots() {
            return slots;
        }

        Map<String, Used> users() {
            return users;
        }
    }

    /** All that a batch changed. */
    record Changes(
            Map<InstanceQuotas.Counter, InstanceCount> counts,
            Collection<InstanceQuotas.Run> slots,
            Duration slotTime,
            Collection<Ticket> admissions,
            Collection<Booking> bookings) {
        boolean none() {
            return counts.isEmpty() && admissions.isEmpty() && bookings.isEmpty();
        }
    }

    /**
     * Frees the slots of runs and ends their admissions; tells what is to be counted for them. The admission of one
     * that was lost is as if its time were over.
     */
    void end(Pipeline pipeline, Collection<Ending> ends, Consumer<Booking> booked) {
        pipeline.add(
                """
                        with freed as (
                            delete from quota_slot s
                            using unnest(:orgs::uuid[], :instances::uuid[], :runs::uuid[]) as n (org, instance, run)
                            where s.org_id = n.org and s.instance_id = n.instance and s.run_id = n.run
                        ), wanted as (
                            select a.lock_key, n.counted = 1 as counted, n.tokens, n.lost = 1 as lost
                            from unnest(:keys::text[], :counted::bigint[], :tokens::bigint[], :lost::bigint[])
                                 as n (key, counted, tokens, lost)
                            join quota_admission a on a.lock_key = n.key
                            where a.state = 'open' or (a.state = 'expired' and n.counted = 1)
                            order by a.lock_key
                            for update of a
                        )
                        update quota_admission a
                        set state = case when w.counted then 'committed' when w.lost then 'expired'
                                         else 'released' end,
                            tokens = case when w.counted then w.tokens end,
                            finished_at = clock_timestamp()
                        from wanted w
                        where a.lock_key = w.lock_key
                        returning a.counter_key, a.tenant, a.project, a.user_id, a.bundle_id, w.counted, a.tokens
                        """,
                Rows.of(ends)
                        .id("orgs", end -> end.counter().org().value())
                        .id("instances", end -> end.counter().instance())
                        .id("runs", Ending::run)
                        .text("keys", Ending::key)
                        .number("counted", end -> end.counted() ? 1 : 0)
                        .number("tokens", Ending::tokens)
                        .number("lost", end -> end.lost() ? 1 : 0)
                        .columns(),
                row -> booked.accept(
                        new Booking(named(row), row.getBoolean("counted") ? 1 : 0, row.getLong("tokens"))));
    }

    private static Named named(ResultSet row) throws SQLException {
        return new Named(
                row.getString("counter_key"),
                new Place(row.getString("tenant"), row.getString("project")),
                row.getString("user_id"),
                row.getString("bundle_id"));
    }

    /** Locks the counters of instances until the transaction ends; makes those that are missing. */
    void lockInstances(
            Pipeline pipeline,
            Collection<InstanceQuotas.Counter> counters,
            Map<InstanceQuotas.Counter, InstanceCount> found) {
        pipeline.add("""
                        insert into instance_quota (org_id, instance_id)
                        select * from unnest(:orgs::uuid[], :instances::uuid[]) as n (org, instance)
                        order by n.org, n.instance
                        on conflict (org_id, instance_id) do nothing
                        """, ids(counters));
        pipeline.add(
                """
                        select q.* from instance_quota q
                        join unnest(:orgs::uuid[], :instances::uuid[]) as n (org, instance)
                          on q.org_id = n.org and q.instance_id = n.instance
                        order by q.org_id, q.instance_id
                        for update of q
                        """,
                ids(counters),
                row -> found.put(
                        counter(row),
                        new InstanceCount(
                                time(row, "minute"),
                                row.getInt("in_minute"),
                                time(row, "month"),
                                row.getInt("in_month"))));
    }

    private static Map<String, Object> ids(Collection<InstanceQuotas.Counter> counters) {
        return Rows.of(counters)
                .id("orgs", counter -> counter.org().value())
                .id("instances", InstanceQuotas.Counter::instance)
                .columns();
    }

    private static InstanceQuotas.Counter counter(ResultSet row) throws SQLException {
        return new InstanceQuotas.Counter(
                new OrgId(row.getObject("org_id", UUID.class)), row.getObject("instance_id", UUID.class));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** Locks the counters of users until the transaction ends; makes those that are missing. */
    void lockCounters(Pipeline pipeline, Map<String, Named> counters, Map<String, UserCount> found) {
        pipeline.add("""
                        insert into quota_counter (counter_key, tenant, project, user_id, bundle_id)
                        select * from unnest(:keys::text[], :tenants::text[], :projects::text[], :users::text[],
                                             :bundles::text[]) as n (key, t, p, u, b)
                        order by key
                        on conflict (counter_key) do nothing
                        """, names(Rows.of(counters.values())).columns());
        pipeline.add(
                """
                        select * from quota_counter
                        where counter_key = any(:keys::text[])
                        order by counter_key
                        for update
                        """,
                Map.of("keys", counters.keySet().toArray(String[]::new)),
                row -> found.put(row.getString("counter_key"), count(row)));
    }

    private static Rows<Named> names(Rows<Named> rows) {
        return rows.text("keys", Named::key)
                .text("tenants", name -> name.place().tenant())
                .text("projects", name -> name.place().project())
                .text("users", Named::user)
                .text("bundles", Named::bundle);
    }

    /** A row of {@code quota_counter}. */
    static UserCount count(ResultSet row) throws SQLException {
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

    /** What is open under these counters. */
    void flight(
            Pipeline pipeline, Collection<InstanceQuotas.Counter> slotted, Collection<String> counters, Flight flight) {
        Map<String, Object> params = new HashMap<>(ids(slotted));
        params.put("counters", counters.toArray(String[]::new));
        pipeline.add("""
                        with moment as materialized (select clock_timestamp() as now)
                        select m.now, c.key, null::uuid as org_id, null::uuid as instance_id, f.runs, f.tokens
                        from moment m
                        cross join unnest(:counters::text[]) as c (key)
                        cross join lateral (
                            select count(*) as runs, coalesce(sum(a.held_tokens), 0)::bigint as tokens
                            from quota_admission a
                            where a.counter_key = c.key and a.state = 'open' and a.expires_at > m.now) as f
                        union all
                        select m.now, null, n.org, n.instance, f.runs, 0
                        from moment m
                        cross join unnest(:orgs::uuid[], :instances::uuid[]) as n (org, instance)
                        cross join lateral (
                            select count(*) as runs from quota_slot s
                            where s.org_id = n.org and s.instance_id = n.instance and s.expires_at > m.now) as f
                        union all
                        select m.now, null, null, null, 0, 0 from moment m
                        """, params, row -> {
            flight.now = time(row, "now");
            String key = row.getString("key");
            if (key != null) {
                flight.users.put(key, Used.NOTHING.flying(row.getLong("runs"), row.getLong("tokens")));
            } else if (row.getObject("org_id") != null) {
                flight.slots.put(counter(row), row.getInt("runs"));
            }
        });
    }

    private static final String WRITE_PLANS = """
            with counted as (
                update instance_quota q
                set minute = n.minute, in_minute = n.in_minute, month = n.month, in_month = n.in_month
                from unnest(:count_orgs::uuid[], :count_instances::uuid[], :minutes::timestamptz[],
                            :in_minute::bigint[], :months::timestamptz[], :in_month::bigint[])
                     as n (org, instance, minute, in_minute, month, in_month)
                where q.org_id = n.org and q.instance_id = n.instance
            ), slotted as (
                insert into quota_slot (org_id, instance_id, run_id, expires_at)
                select n.org, n.instance, n.run, clock_timestamp() + make_interval(secs => :slot_seconds)
                from unnest(:slot_orgs::uuid[], :slot_instances::uuid[], :slot_runs::uuid[])
                     as n (org, instance, run)
            ), booked as (
            """;

    /** Books what was used into the windows of now; a window that is over begins anew. */
    static final String BOOK = """
            insert into quota_counter as c (counter_key, tenant, project, user_id, bundle_id, hour,
                                            hour_tokens, day, day_requests, day_tokens, month,
                                            month_requests, month_tokens, total_requests, total_tokens)
            select n.key, n.tenant, n.project, n.user_id, n.bundle, m.hour, n.tokens, m.day, n.requests,
                   n.tokens, m.month, n.requests, n.tokens, n.requests, n.tokens
            from unnest(:keys::text[], :tenants::text[], :projects::text[], :users::text[],
                        :bundles::text[], :requests::bigint[], :tokens::bigint[])
                 as n (key, tenant, project, user_id, bundle, requests, tokens)
            cross join (
                select date_trunc('hour', clock_timestamp(), 'UTC') as hour,
                       date_trunc('day', clock_timestamp(), 'UTC') as day,
                       date_trunc('month', clock_timestamp(), 'UTC') as month) as m
            order by n.key
            on conflict (counter_key) do update
            set hour = greatest(c.hour, excluded.hour), day = greatest(c.day, excluded.day),
                month = greatest(c.month, excluded.month),
                hour_tokens = case when c.hour >= excluded.hour then c.hour_tokens else 0 end
                              + excluded.hour_tokens,
                day_requests = case when c.day >= excluded.day then c.day_requests else 0 end
                               + excluded.day_requests,
                day_tokens = case when c.day >= excluded.day then c.day_tokens else 0 end
                             + excluded.day_tokens,
                month_requests = case when c.month >= excluded.month then c.month_requests else 0 end
                                 + excluded.month_requests,
                month_tokens = case when c.month >= excluded.month then c.month_tokens else 0 end
                               + excluded.month_tokens,
                total_requests = c.total_requests + excluded.total_requests,
                total_tokens = c.total_tokens + excluded.total_tokens
            """;

    private static final String ADMIT = """
            )
            insert into quota_admission as a (lock_key, counter_key, tenant, project, user_id, bundle_id, lock_id,
                                              held_tokens, expires_at)
            select lock_key, counter_key, tenant, project, user_id, bundle_id, lock_id, tokens,
                   clock_timestamp() + make_interval(secs => seconds)
            from unnest(:lock_keys::text[], :counters::text[], :admit_tenants::text[], :admit_projects::text[],
                        :admit_users::text[], :admit_bundles::text[], :locks::text[], :held::bigint[],
                        :seconds::bigint[])
                 as n (lock_key, counter_key, tenant, project, user_id, bundle_id, lock_id, tokens, seconds)
            order by lock_key
            on conflict (lock_key) do update
            set counter_key = excluded.counter_key, user_id = excluded.user_id, bundle_id = excluded.bundle_id,
                held_tokens = excluded.held_tokens, expires_at = excluded.expires_at, state = 'open',
                tokens = null, finished_at = null
            where a.state = 'expired' or (a.state = 'open' and a.expires_at <= clock_timestamp())
            returning lock_key
            """;

    private static final String WRITE = WRITE_PLANS + BOOK + ADMIT;

    /** Writes all of it; tells the keys of admissions that are written, which are all but those of somebody else. */
    void write(Pipeline pipeline, Changes changes, Consumer<String> written) {
        Map<String, Object> params = new HashMap<>(Rows.of(changes.counts().entrySet())
                .id("count_orgs", count -> count.getKey().org().value())
                .id("count_instances", count -> count.getKey().instance())
                .time("minutes", count -> count.getValue().minute())
                .number("in_minute", count -> count.getValue().inMinute())
                .time("months", count -> count.getValue().month())
                .number("in_month", count -> count.getValue().inMonth())
                .columns());
        params.putAll(Rows.of(changes.slots())
                .id("slot_orgs", run -> run.counter().org().value())
                .id("slot_instances", run -> run.counter().instance())
                .id("slot_runs", InstanceQuotas.Run::run)
                .columns());
        params.put("slot_seconds", changes.slotTime().toSeconds());
        params.putAll(booked(changes.bookings()));
        params.putAll(Rows.of(changes.admissions())
                .text("lock_keys", Ticket::key)
                .text("counters", Ticket::counter)
                .text("admit_tenants", ticket -> ticket.place().tenant())
                .text("admit_projects", ticket -> ticket.place().project())
                .text("admit_users", Ticket::userId)
                .text("admit_bundles", Ticket::bundle)
                .text("locks", Ticket::lockId)
                .number("held", Ticket::tokens)
                .number("seconds", Ticket::seconds)
                .columns());
        pipeline.add(WRITE, params, row -> written.accept(row.getString("lock_key")));
    }

    static Map<String, Object> booked(Collection<Booking> bookings) {
        return Rows.of(bookings)
                .text("keys", booking -> booking.counter().key())
                .text("tenants", booking -> booking.counter().place().tenant())
                .text("projects", booking -> booking.counter().place().project())
                .text("users", booking -> booking.counter().user())
                .text("bundles", booking -> booking.counter().bundle())
                .number("requests", Booking::requests)
                .number("tokens", Booking::tokens)
                .columns();
    }
}
