package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables {@code quota_policy} and {@code quota_user_type}. */
@Repository
@AllOrgs(because = "limits are the operator's, and named by tenant and project; no customer's data is in them")
class PolicyStore {

    private final JdbcClient jdbc;

    PolicyStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    static String key(Place place, String userType, String bundle) {
        return Key.of(place.tenant(), place.project(), userType, bundle);
    }

    /** One writer of a key at a time, also of one that is not there yet. */
    void hold(String key) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
                .param("key", key)
                .query((row, number) -> number)
                .list();
    }

    Optional<QuotaPolicy> find(Place place, String userType, String bundle) {
        return jdbc.sql("select * from quota_policy where key = :key")
                .param("key", key(place, userType, bundle))
                .query(PolicyStore::policy)
                .optional();
    }

    /** The active ones of these keys, by key. */
    Map<String, QuotaPolicy> active(Collection<String> keys) {
        Map<String, QuotaPolicy> found = new HashMap<>();
        jdbc.sql("select * from quota_policy where key = any(:keys::text[]) and active")
                .param("keys", keys.toArray(String[]::new))
                .query((RowCallbackHandler) row -> found.put(row.getString("key"), policy(row, 0)));
        return found;
    }

    QuotaPolicy save(Place place, PolicyInput input, String by) {
        Allowance limits = input.limits();
        return jdbc.sql("""
                        insert into quota_policy as p (
                            key, tenant, project, user_type, bundle_id, max_concurrent, requests_per_day,
                            requests_per_month, total_requests, tokens_per_hour, tokens_per_day, tokens_per_month,
                            strict_tokens, scope, notes, created_by)
                        values (:key, :tenant, :project, :type, :bundle, :concurrent, :day, :month, :total,
                                :tokens_hour, :tokens_day, :tokens_month, :strict, :scope, :notes, :by)
                        on conflict (key) do update
                        set max_concurrent = excluded.max_concurrent, requests_per_day = excluded.requests_per_day,
                            requests_per_month = excluded.requests_per_month,
                            total_requests = excluded.total_requests, tokens_per_hour = excluded.tokens_per_hour,
                            tokens_per_day = excluded.tokens_per_day, tokens_per_month = excluded.tokens_per_month,
                            strict_tokens = excluded.strict_tokens, scope = excluded.scope, notes = excluded.notes,
                            created_by = excluded.created_by, updated_at = now(), active = true,
                            version = p.version + 1
                        returning *
                        """)
                .param("key", key(place, input.userType(), input.bundleId()))
                .param("tenant", place.tenant())
                .param("project", place.project())
                .param("type", input.userType())
                .param("bundle", input.bundleId())
                .param("concurrent", limits.maxConcurrent(), Types.BIGINT)
                .param("day", limits.requestsPerDay(), Types.BIGINT)
                .param("month", limits.requestsPerMonth(), Types.BIGINT)
                .param("total", limits.totalRequests(), Types.BIGINT)
                .param("tokens_hour", limits.tokensPerHour(), Types.BIGINT)
                .param("tokens_day", limits.tokensPerDay(), Types.BIGINT)
                .param("tokens_month", limits.tokensPerMonth(), Types.BIGINT)
                .param("strict", Boolean.TRUE.equals(input.strictTokens()))
                .param("scope", input.projectWide() ? "project" : "bundle")
                .param("notes", input.notes())
                .param("by", by)
                .query(PolicyStore::policy)
                .single();
    }

    /** What a fresh installation has; what an operator changed or took away since stays as it is. */
    boolean seed(Place place, PolicyInput input) {
        Allowance limits = input.limits();
        return jdbc.sql("""
                        insert into quota_policy (key, tenant, project, user_type, bundle_id, max_concurrent,
                                                  requests_per_day, tokens_per_day, notes, created_by)
                        values (:key, :tenant, :project, :type, :bundle, :concurrent, :day, :tokens, :notes, 'cmp')
                        on conflict (key) do nothing
                        """)
                        .param("key", key(place, input.userType(), input.bundleId()))
                        .param("tenant", place.tenant())
                        .param("project", place.project())
                        .param("type", input.userType())
                        .param("bundle", input.bundleId())
                        .param("concurrent", limits.maxConcurrent(), Types.BIGINT)
                        .param("day", limits.requestsPerDay(), Types.BIGINT)
                        .param("tokens", limits.tokensPerDay(), Types.BIGINT)
                        .param("notes", input.notes())
                        .update()
                == 1;
    }

    boolean deactivate(Place place, String userType, String bundle, String by) {
        return jdbc.sql("""
                        update quota_policy
                        set active = false, updated_at = now(), created_by = :by, version = version + 1
                        where key = :key and active
                        """)
                        .param("key", key(place, userType, bundle))
                        .param("by", by)
                        .update()
                == 1;
    }

    List<QuotaPolicy> list(Place place, Listing listing) {
        return jdbc.sql("""
                        select * from quota_policy
                        where tenant = :tenant and project = :project and active
                        order by user_type, bundle_id
                        limit :limit offset :offset
                        """)
                .param("tenant", place.tenant())
                .param("project", place.project())
                .param("limit", listing.limit())
                .param("offset", listing.offset())
                .query(PolicyStore::policy)
                .list();
    }

    Optional<String> type(String user) {
        return jdbc.sql("select user_type from quota_user_type where user_id = :user")
                .param("user", user)
                .query(String.class)
                .optional();
    }

    void assign(String user, String type, String by) {
        jdbc.sql("""
                        insert into quota_user_type (user_id, user_type, created_by)
                        values (:user, :type, :by)
                        on conflict (user_id) do update
                        set user_type = excluded.user_type, created_by = excluded.created_by, updated_at = now()
                        """).param("user", user).param("type", type).param("by", by).update();
    }

    boolean unassign(String user) {
        return jdbc.sql("delete from quota_user_type where user_id = :user")
                        .param("user", user)
                        .update()
                == 1;
    }

    private static QuotaPolicy policy(ResultSet row, int number) throws SQLException {
        return new QuotaPolicy(
                new Place(row.getString("tenant"), row.getString("project")),
                row.getString("user_type"),
                row.getString("bundle_id"),
                allowance(row, ""),
                row.getBoolean("strict_tokens"),
                QuotaPolicy.Scope.valueOf(row.getString("scope").toUpperCase(Locale.ROOT)),
                row.getString("notes"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getBoolean("active"),
                row.getLong("version"));
    }

    /** A whole number of any width that may be null. */
    static @Nullable Long whole(ResultSet row, String column) throws SQLException {
        long number = row.getLong(column);
        return row.wasNull() ? null : Long.valueOf(number);
    }

    static Allowance allowance(ResultSet row, String prefix) throws SQLException {
        return new Allowance(
                whole(row, prefix + "max_concurrent"),
                whole(row, prefix + "requests_per_day"),
                whole(row, prefix + "requests_per_month"),
                whole(row, prefix + "total_requests"),
                whole(row, prefix + "tokens_per_hour"),
                whole(row, prefix + "tokens_per_day"),
                whole(row, prefix + "tokens_per_month"));
    }
}
