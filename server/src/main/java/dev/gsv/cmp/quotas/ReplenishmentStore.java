package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code quota_grant}. */
@Repository
@AllOrgs(because = "grants are made by the operator for users, who belong to several organizations")
class ReplenishmentStore {

    /** Grants of one user that are looked at; nobody buys so many. */
    private static final int MOST_OF_ONE = 1000;

    /** What a user was given together. */
    record Total(
            String userId,
            long count,
            long requestsPerDay,
            long tokensPerDay,
            @Nullable Instant earliestExpiry,
            Instant latest) {}

    /** What was paid. */
    record Revenue(
            long purchases,
            @Nullable Long sumMicros,
            @Nullable Long averageMicros) {}

    private final JdbcClient jdbc;

    ReplenishmentStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    static String owner(Place place, String user) {
        return Key.of(place.tenant(), place.project(), user);
    }

    private static String purchase(Place place, String purchase) {
        return Key.of(place.tenant(), purchase);
    }

    void hold(String owner) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:key, 1))")
                .param("key", owner)
                .query((row, number) -> number)
                .list();
    }

    /** False when there is a grant for this purchase already. */
    boolean insert(Place place, UUID id, NewGrant grant, String by) {
        Allowance more = grant.additions();
        Instant end = grant.expiresAt();
        return jdbc.sql("""
                        insert into quota_grant (
                            id, owner_key, tenant, project, user_id, bundle_id, additional_max_concurrent,
                            additional_requests_per_day, additional_requests_per_month, additional_total_requests,
                            additional_tokens_per_hour, additional_tokens_per_day, additional_tokens_per_month,
                            expires_at, purchase_id, purchase_key, purchase_micro_usd, purchase_notes, source,
                            created_by)
                        values (:id, :owner, :tenant, :project, :user, :bundle, :concurrent, :day, :month, :total,
                                :tokens_hour, :tokens_day, :tokens_month, :expires, :purchase, :purchase_key, :paid,
                                :notes, :source, :by)
                        on conflict (purchase_key) do nothing
                        """)
                        .param("id", id)
                        .param("owner", owner(place, grant.userId()))
                        .param("tenant", place.tenant())
                        .param("project", place.project())
                        .param("user", grant.userId())
                        .param("bundle", grant.bundleId())
                        .param("concurrent", more.maxConcurrent(), Types.BIGINT)
                        .param("day", more.requestsPerDay(), Types.BIGINT)
                        .param("month", more.requestsPerMonth(), Types.BIGINT)
                        .param("total", more.totalRequests(), Types.BIGINT)
                        .param("tokens_hour", more.tokensPerHour(), Types.BIGINT)
                        .param("tokens_day", more.tokensPerDay(), Types.BIGINT)
                        .param("tokens_month", more.tokensPerMonth(), Types.BIGINT)
                        .param("expires", time(end), Types.TIMESTAMP_WITH_TIMEZONE)
                        .param("purchase", grant.purchaseId(), Types.VARCHAR)
                        .param(
                                "purchase_key",
                                grant.purchaseId() == null ? null : purchase(place, grant.purchaseId()),
                                Types.VARCHAR)
                        .param("paid", Usd.micros(grant.purchaseAmountUsd()), Types.BIGINT)
                        .param("notes", grant.notes())
                        .param("source", grant.source())
                        .param("by", by)
                        .update()
                == 1;
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    Optional<Grant> ofPurchase(Place place, String purchase) {
        return jdbc.sql("select * from quota_grant where purchase_key = :key")
                .param("key", purchase(place, purchase))
                .query(ReplenishmentStore::grant)
                .optional();
    }

    boolean hasTrial(Place place, String user, String bundle) {
        return jdbc.sql("""
                        select exists (
                            select 1 from quota_grant
                            where owner_key = :owner and bundle_id = :bundle and source = 'trial' and active
                              and (expires_at is null or expires_at > clock_timestamp()))
                        """)
                .param("owner", owner(place, user))
                .param("bundle", bundle)
                .query(Boolean.class)
                .single();
    }

    /** Who has an active grant that has not expired yet; at most so many. */
    Set<String> owners(int most) {
        return Set.copyOf(jdbc.sql("""
                        select distinct owner_key from quota_grant
                        where active and (expires_at is null or expires_at > clock_timestamp())
                        limit :most
                        """).param("most", most).query(String.class).list());
    }

    /** All active grants of these owners that have not expired yet. */
    List<Grant> valid(List<String> owners) {
        return jdbc.sql("""
                        select g.* from unnest(:owners::text[]) as o (owner)
                        cross join lateral (
                            select * from quota_grant
                            where owner_key = o.owner and active
                              and (expires_at is null or expires_at > clock_timestamp())
                            order by id
                            limit :most) as g
                        """)
                .param("owners", owners.toArray(String[]::new))
                .param("most", MOST_OF_ONE)
                .query(ReplenishmentStore::grant)
                .list();
    }

    /** Newest first. A null user or bundle is any. */
    List<Grant> list(Place place, @Nullable String user, @Nullable String bundle, boolean everything, Listing listing) {
        return jdbc.sql("""
                        select * from quota_grant
                        where tenant = :tenant and project = :project
                          and (:user::text is null or owner_key = :owner)
                          and (:bundle::text is null or bundle_id = :bundle)
                          and (:everything or (active and (expires_at is null or expires_at > clock_timestamp())))
                        order by id desc
                        limit :limit offset :offset
                        """)
                .param("tenant", place.tenant())
                .param("project", place.project())
                .param("user", user, Types.VARCHAR)
                .param("owner", user == null ? "" : owner(place, user))
                .param("bundle", bundle, Types.VARCHAR)
                .param("everything", everything)
                .param("limit", listing.limit())
                .param("offset", listing.offset())
                .query(ReplenishmentStore::grant)
                .list();
    }

    List<Total> totals(Place place, Listing listing) {
        return jdbc.sql("""
                        select tenant, project, user_id, count(*) as grants,
                               coalesce(sum(additional_requests_per_day), 0)::bigint as requests_per_day,
                               coalesce(sum(additional_tokens_per_day), 0)::bigint as tokens_per_day,
                               min(expires_at) as earliest, max(created_at) as latest
                        from quota_grant
                        where tenant = :tenant and project = :project and active
                          and (expires_at is null or expires_at > clock_timestamp())
                        group by tenant, project, user_id
                        order by user_id
                        limit :limit offset :offset
                        """)
                .param("tenant", place.tenant())
                .param("project", place.project())
                .param("limit", listing.limit())
                .param("offset", listing.offset())
                .query((row, number) -> new Total(
                        row.getString("user_id"),
                        row.getLong("grants"),
                        row.getLong("requests_per_day"),
                        row.getLong("tokens_per_day"),
                        instant(row, "earliest"),
                        row.getObject("latest", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** Valid grants, soonest end first, endless ones last; with a limit of time, only those that end before it. */
    List<Grant> ending(Place place, @Nullable Instant before, Listing listing) {
        return jdbc.sql("""
                        select * from quota_grant
                        where tenant = :tenant and project = :project and active
                          and (expires_at is null or expires_at > clock_timestamp())
                          and (:before::timestamptz is null or expires_at <= :before)
                        order by expires_at nulls last, id
                        limit :limit offset :offset
                        """)
                .param("tenant", place.tenant())
                .param("project", place.project())
                .param("before", time(before), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("limit", listing.limit())
                .param("offset", listing.offset())
                .query(ReplenishmentStore::grant)
                .list();
    }

    Revenue revenue(Place place, Instant from, Instant to) {
        return jdbc.sql("""
                        select count(*) as purchases, sum(purchase_micro_usd)::bigint as total,
                               round(avg(purchase_micro_usd))::bigint as average
                        from quota_grant
                        where tenant = :tenant and project = :project and purchase_micro_usd is not null
                          and created_at >= :from and created_at < :to
                        """)
                .param("tenant", place.tenant())
                .param("project", place.project())
                .param("from", time(from))
                .param("to", time(to))
                .query((row, number) -> new Revenue(
                        row.getLong("purchases"), PolicyStore.whole(row, "total"), PolicyStore.whole(row, "average")))
                .single();
    }

    Optional<Grant> find(Place place, UUID id, boolean lock) {
        return jdbc.sql("select * from quota_grant where id = :id and tenant = :tenant and project = :project"
                        + (lock ? " for update" : ""))
                .param("id", id)
                .param("tenant", place.tenant())
                .param("project", place.project())
                .query(ReplenishmentStore::grant)
                .optional();
    }

    Grant change(Place place, UUID id, Allowance more, @Nullable Instant expires, String notes, boolean active) {
        return jdbc.sql("""
                        update quota_grant
                        set additional_max_concurrent = :concurrent, additional_requests_per_day = :day,
                            additional_requests_per_month = :month, additional_total_requests = :total,
                            additional_tokens_per_hour = :tokens_hour, additional_tokens_per_day = :tokens_day,
                            additional_tokens_per_month = :tokens_month, expires_at = :expires,
                            purchase_notes = :notes, active = :active, updated_at = now(), version = version + 1
                        where id = :id and tenant = :tenant and project = :project
                        returning *
                        """)
                .param("id", id)
                .param("tenant", place.tenant())
                .param("project", place.project())
                .param("concurrent", more.maxConcurrent(), Types.BIGINT)
                .param("day", more.requestsPerDay(), Types.BIGINT)
                .param("month", more.requestsPerMonth(), Types.BIGINT)
                .param("total", more.totalRequests(), Types.BIGINT)
                .param("tokens_hour", more.tokensPerHour(), Types.BIGINT)
                .param("tokens_day", more.tokensPerDay(), Types.BIGINT)
                .param("tokens_month", more.tokensPerMonth(), Types.BIGINT)
                .param("expires", time(expires), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("notes", notes)
                .param("active", active)
                .query(ReplenishmentStore::grant)
                .single();
    }

    int withdraw(Place place, String user, String bundle) {
        return jdbc.sql("""
                        update quota_grant set active = false, updated_at = now(), version = version + 1
                        where owner_key = :owner and bundle_id = :bundle and active
                        """)
                .param("owner", owner(place, user))
                .param("bundle", bundle)
                .update();
    }

    /** For a purchase that was paid back. */
    List<Grant> withdrawPurchase(Place place, String purchase) {
        return jdbc.sql("""
                        update quota_grant set active = false, updated_at = now(), version = version + 1
                        where purchase_key = :key and active
                        returning *
                        """)
                .param("key", purchase(place, purchase))
                .query(ReplenishmentStore::grant)
                .list();
    }

    int expire(int atMost) {
        return jdbc.sql("""
                        update quota_grant set active = false, updated_at = now()
                        where id in (
                            select id from quota_grant
                            where active and expires_at <= (select clock_timestamp())
                            limit :at_most for update skip locked)
                        """).param("at_most", atMost).update();
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static Grant grant(ResultSet row, int number) throws SQLException {
        return new Grant(
                row.getObject("id", UUID.class),
                new Place(row.getString("tenant"), row.getString("project")),
                row.getString("user_id"),
                row.getString("bundle_id"),
                PolicyStore.allowance(row, "additional_"),
                instant(row, "expires_at"),
                row.getString("purchase_id"),
                Usd.of(PolicyStore.whole(row, "purchase_micro_usd")),
                row.getString("purchase_notes"),
                row.getString("source"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getBoolean("active"),
                row.getLong("version"));
    }
}
