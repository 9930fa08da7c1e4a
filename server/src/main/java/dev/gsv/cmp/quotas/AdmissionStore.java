package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The tables {@code quota_admission} and {@code quota_counter}. Every statement is for a list; rows are locked in the
 * order of their keys.
 */
@Repository
@AllOrgs(because = "a batch serves the users of many organizations; each row is named by its own key")
class AdmissionStore {

    /** An admission as it is stored. */
    record Row(
            String key,
            String counter,
            Place place,
            String user,
            String bundle,
            String state,
            @Nullable Long tokens,
            boolean alive) {}

    /** What one counter gets. */
    record Booking(Row of, long requests, long tokens) {}

    /** What is in flight at a moment. */
    record Flight(Instant now, Map<String, Used> open) {}

    private final JdbcClient jdbc;

    AdmissionStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private static <T> String[] texts(Collection<T> rows, Function<T, String> text) {
        return rows.stream().map(text).toArray(String[]::new);
    }

    private static <T> Long[] wholes(Collection<T> rows, Function<T, Long> number) {
        return rows.stream().map(number).toArray(Long[]::new);
    }

    /** Opens admissions; answers the keys that were not there yet. */
    List<String> open(Collection<Ticket> tickets) {
        return jdbc.sql("""
                        insert into quota_admission (lock_key, counter_key, tenant, project, user_id, bundle_id,
                                                     lock_id, held_tokens, expires_at)
                        select lock_key, counter_key, tenant, project, user_id, bundle_id, lock_id, tokens,
                               clock_timestamp() + make_interval(secs => seconds)
                        from unnest(:keys::text[], :counters::text[], :tenants::text[], :projects::text[], :users::text[],
                                    :bundles::text[], :locks::text[], :tokens::bigint[], :seconds::bigint[])
                             as n (lock_key, counter_key, tenant, project, user_id, bundle_id, lock_id, tokens, seconds)
                        order by lock_key
                        on conflict (lock_key) do nothing
                        returning lock_key
                        """)
                .param("keys", texts(tickets, Ticket::key))
                .param("counters", texts(tickets, Ticket::counter))
                .param("tenants", texts(tickets, ticket -> ticket.place().tenant()))
                .param("projects", texts(tickets, ticket -> ticket.place().project()))
                .param("users", texts(tickets, Ticket::userId))
                .param("bundles", texts(tickets, Ticket::bundle))
                .param("locks", texts(tickets, Ticket::lockId))
                .param("tokens", wholes(tickets, Ticket::tokens))
                .param("seconds", wholes(tickets, Ticket::seconds))
                .query((row, number) -> row.getString("lock_key"))
                .list();
    }

    /** Locks admissions that are there. */
    Map<String, Row> lock(Collection<String> keys) {
        Map<String, Row> rows = new HashMap<>();
        jdbc.sql("""
                        select *, expires_at > clock_timestamp() as alive
                        from quota_admission
                        where lock_key = any(:keys::text[])
                        order by lock_key
                        for update
                        """).param("keys", keys.toArray(String[]::new)).query(row -> {
            rows.put(row.getString("lock_key"), row(row));
        });
        return rows;
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString("lock_key"),
                row.getString("counter_key"),
                new Place(row.getString("tenant"), row.getString("project")),
                row.getString("user_id"),
                row.getString("bundle_id"),
                row.getString("state"),
                PolicyStore.whole(row, "tokens"),
                row.getBoolean("alive"));
    }

    /** Takes back what this transaction opened. */
    void remove(Collection<String> keys) {
        jdbc.sql("delete from quota_admission where lock_key = any(:keys::text[])")
                .param("keys", keys.toArray(String[]::new))
                .update();
    }

    /** Locks the counters of these tickets until the transaction ends; makes those that are missing. */
    Map<String, Used> lockCounters(Map<String, Ticket> byCounter) {
        Map<String, Used> found = lockedCounters(byCounter.keySet());
        if (found.size() < byCounter.size()) {
            Map<String, Ticket> missing = new HashMap<>(byCounter);
            missing.keySet().removeAll(found.keySet());
            jdbc.sql("""
                            insert into quota_counter (counter_key, tenant, project, user_id, bundle_id)
                            select * from unnest(:keys::text[], :tenants::text[], :projects::text[], :users::text[],
                                                 :bundles::text[]) as n (key, t, p, u, b)
                            order by key
                            on conflict (counter_key) do nothing
                            """)
                    .param("keys", texts(missing.keySet(), key -> key))
                    .param(
                            "tenants",
                            texts(missing.values(), ticket -> ticket.place().tenant()))
                    .param(
                            "projects",
                            texts(missing.values(), ticket -> ticket.place().project()))
                    .param("users", texts(missing.values(), Ticket::userId))
                    .param("bundles", texts(missing.values(), Ticket::countedBundle))
                    .update();
            found = lockedCounters(byCounter.keySet());
        }
        return found;
    }

    private Map<String, Used> lockedCounters(Collection<String> keys) {
        Map<String, Used> found = new HashMap<>();
        jdbc.sql("""
                        select *, clock_timestamp() as now from quota_counter
                        where counter_key = any(:keys::text[])
                        order by counter_key
                        for update
                        """).param("keys", keys.toArray(String[]::new)).query(row -> {
            found.put(row.getString("counter_key"), used(row));
        });
        return found;
    }

    /** A window that is over counts as empty. Rows carry the moment in {@code now}. */
    private static Used used(ResultSet row) throws SQLException {
        Instant now = time(row, "now");
        boolean hour = !time(row, "hour").isBefore(Windows.HOUR.start(now));
        boolean day = !time(row, "day").isBefore(Windows.DAY.start(now));
        boolean month = !time(row, "month").isBefore(Windows.MONTH.start(now));
        return new Used(
                day ? row.getLong("day_requests") : 0,
                month ? row.getLong("month_requests") : 0,
                row.getLong("total_requests"),
                hour ? row.getLong("hour_tokens") : 0,
                day ? row.getLong("day_tokens") : 0,
                month ? row.getLong("month_tokens") : 0,
                0,
                0);
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** What is open beside these admissions, at a moment after all locks were had. */
    Flight flying(Collection<String> counters, Collection<String> besides) {
        Map<String, Used> open = new HashMap<>();
        Instant[] now = {Instant.EPOCH};
        jdbc.sql("""
                        select moment.now, c.key, f.runs, f.tokens
                        from (select clock_timestamp() as now) as moment
                        cross join unnest(:counters::text[]) as c (key)
                        cross join lateral (
                            select count(*) as runs, coalesce(sum(a.held_tokens), 0)::bigint as tokens
                            from quota_admission a
                            where a.counter_key = c.key and a.state = 'open' and a.expires_at > moment.now
                              and a.lock_key <> all(:besides::text[])) as f
                        """)
                .param("counters", counters.toArray(String[]::new))
                .param("besides", besides.toArray(String[]::new))
                .query(row -> {
                    now[0] = time(row, "now");
                    open.put(row.getString("key"), Used.NOTHING.flying(row.getLong("runs"), row.getLong("tokens")));
                });
        return new Flight(now[0], open);
    }

    /** Ends open admissions, also those past their time; answers what was ended. */
    Map<String, Row> commit(Map<String, Long> tokens) {
        Map<String, Row> rows = new HashMap<>();
        jdbc.sql("""
                        with wanted as (
                            select a.lock_key, n.tokens
                            from unnest(:keys::text[], :tokens::bigint[]) as n (key, tokens)
                            join quota_admission a on a.lock_key = n.key
                            where a.state in ('open', 'expired')
                            order by a.lock_key
                            for update of a
                        )
                        update quota_admission a
                        set state = 'committed', tokens = w.tokens, finished_at = clock_timestamp()
                        from wanted w
                        where a.lock_key = w.lock_key
                        returning a.*, true as alive
                        """)
                .param("keys", tokens.keySet().toArray(String[]::new))
                .param("tokens", tokens.values().toArray(Long[]::new))
                .query(row -> {
                    rows.put(row.getString("lock_key"), row(row));
                });
        return rows;
    }

    /** Books what was used into the windows of now. */
    void count(Collection<Booking> bookings) {
        jdbc.sql("""
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
                        """)
                .param("keys", texts(bookings, booking -> booking.of().counter()))
                .param(
                        "tenants",
                        texts(bookings, booking -> booking.of().place().tenant()))
                .param(
                        "projects",
                        texts(bookings, booking -> booking.of().place().project()))
                .param("users", texts(bookings, booking -> booking.of().user()))
                .param("bundles", texts(bookings, booking -> booking.of().bundle()))
                .param("requests", wholes(bookings, Booking::requests))
                .param("tokens", wholes(bookings, Booking::tokens))
                .update();
    }

    /** Ends open admissions without a trace in any window. Returns how many. */
    int release(Collection<String> keys) {
        return jdbc.sql("""
                        with wanted as (
                            select lock_key from quota_admission
                            where lock_key = any(:keys::text[]) and state = 'open'
                            order by lock_key
                            for update
                        )
                        update quota_admission a
                        set state = 'released', finished_at = clock_timestamp()
                        from wanted w
                        where a.lock_key = w.lock_key
                        """).param("keys", keys.toArray(String[]::new)).update();
    }

    /** Extends admissions that are still in flight. Returns how many. */
    int renew(Collection<String> keys, long seconds) {
        return jdbc.sql("""
                        with wanted as (
                            select lock_key from quota_admission
                            where lock_key = any(:keys::text[]) and state = 'open' and expires_at > clock_timestamp()
                            order by lock_key
                            for update
                        )
                        update quota_admission a
                        set expires_at = greatest(expires_at, clock_timestamp() + make_interval(secs => :seconds))
                        from wanted w
                        where a.lock_key = w.lock_key
                        """)
                .param("keys", keys.toArray(String[]::new))
                .param("seconds", seconds)
                .update();
    }

    /** Marks what is past its time, which counts for nobody any more. */
    int expire(int atMost) {
        return jdbc.sql("""
                        update quota_admission set state = 'expired', finished_at = clock_timestamp()
                        where lock_key in (
                            select lock_key from quota_admission
                            where state = 'open' and expires_at <= clock_timestamp()
                            limit :at_most for update skip locked)
                        """).param("at_most", atMost).update();
    }

    /** Forgets what ended longer ago than any repetition comes. */
    int forget(long hours, int atMost) {
        return jdbc.sql("""
                        delete from quota_admission
                        where lock_key in (
                            select lock_key from quota_admission
                            where state <> 'open' and finished_at < clock_timestamp() - make_interval(hours => :hours)
                            limit :at_most for update skip locked)
                        """)
                .param("hours", (int) hours)
                .param("at_most", atMost)
                .update();
    }

    /** What a user has used. A bundle of {@code *} is all of them; a null place is every place. */
    Used used(@Nullable Place place, String user, String bundle) {
        String where = " where user_id = :user and (:bundle = '*' or bundle_id = :bundle)"
                + (place == null ? "" : " and tenant = :tenant and project = :project");
        JdbcClient.StatementSpec counters = jdbc.sql("select *, clock_timestamp() as now from quota_counter" + where);
        Used sum = named(counters, place, user, bundle).query((row, number) -> used(row)).list().stream()
                .reduce(Used.NOTHING, AdmissionStore::sum);
        return named(
                        jdbc.sql("select count(*) as runs, coalesce(sum(held_tokens), 0)::bigint as tokens"
                                + " from quota_admission" + where
                                + " and state = 'open' and expires_at > clock_timestamp()"),
                        place,
                        user,
                        bundle)
                .query((row, number) -> sum.flying(row.getLong("runs"), row.getLong("tokens")))
                .single();
    }

    private static JdbcClient.StatementSpec named(
            JdbcClient.StatementSpec statement, @Nullable Place place, String user, String bundle) {
        JdbcClient.StatementSpec spec = statement.param("user", user).param("bundle", bundle);
        return place == null ? spec : spec.param("tenant", place.tenant()).param("project", place.project());
    }

    private static Used sum(Used one, Used other) {
        return new Used(
                one.requestsDay() + other.requestsDay(),
                one.requestsMonth() + other.requestsMonth(),
                one.requestsTotal() + other.requestsTotal(),
                one.tokensHour() + other.tokensHour(),
                one.tokensDay() + other.tokensDay(),
                one.tokensMonth() + other.tokensMonth(),
                one.inFlight() + other.inFlight(),
                one.heldTokens() + other.heldTokens());
    }
}
