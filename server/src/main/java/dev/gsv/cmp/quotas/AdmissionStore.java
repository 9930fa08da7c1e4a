package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The tables {@code quota_admission} and {@code quota_counter} beside what {@link TurnstileStore} does with them. Every
 * statement is for a list; rows are locked in the order of their keys.
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
            boolean alive) {
        TurnstileStore.Named named() {
            return new TurnstileStore.Named(counter, place, user, bundle);
        }
    }

    private final JdbcClient jdbc;

    AdmissionStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
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

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
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
    void count(Collection<TurnstileStore.Booking> bookings) {
        jdbc.sql(TurnstileStore.BOOK).params(TurnstileStore.booked(bookings)).update();
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
                            where state = 'open' and expires_at <= (select clock_timestamp())
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
        Used sum = named(counters, place, user, bundle)
                .query((row, number) -> TurnstileStore.count(row).at(time(row, "now")))
                .list()
                .stream()
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
