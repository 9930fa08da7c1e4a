package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code provider_budget}. */
@Repository
@AllOrgs(because = "budgets are the operator's, and named by tenant and project; no customer's data is in them")
class BudgetStore {

    private final JdbcClient jdbc;

    BudgetStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    static String key(Place place, String bundle, String provider) {
        return Key.of(place.tenant(), place.project(), bundle, provider);
    }

    /** One writer of a key at a time, also of one that is not there yet. */
    void hold(String key) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:key, 2))")
                .param("key", key)
                .query((row, number) -> number)
                .list();
    }

    Optional<ProviderBudget> find(String key) {
        return jdbc.sql("select * from provider_budget where key = :key")
                .param("key", key)
                .query(BudgetStore::budget)
                .optional();
    }

    ProviderBudget save(Place place, BudgetInput input, String by) {
        return jdbc.sql("""
                        insert into provider_budget as b (key, tenant, project, bundle_id, provider, micro_per_hour,
                                                          micro_per_day, micro_per_month, notes, created_by)
                        values (:key, :tenant, :project, :bundle, :provider, :hour, :day, :month, :notes, :by)
                        on conflict (key) do update
                        set micro_per_hour = excluded.micro_per_hour, micro_per_day = excluded.micro_per_day,
                            micro_per_month = excluded.micro_per_month, notes = excluded.notes,
                            created_by = excluded.created_by, updated_at = now(), active = true,
                            version = b.version + 1
                        returning *
                        """)
                .param("key", key(place, input.bundleId(), input.provider()))
                .param("tenant", place.tenant())
                .param("project", place.project())
                .param("bundle", input.bundleId())
                .param("provider", input.provider())
                .param("hour", Usd.micros(input.usdPerHour()), Types.BIGINT)
                .param("day", Usd.micros(input.usdPerDay()), Types.BIGINT)
                .param("month", Usd.micros(input.usdPerMonth()), Types.BIGINT)
                .param("notes", input.notes())
                .param("by", by)
                .query(BudgetStore::budget)
                .single();
    }

    boolean deactivate(String key, String by) {
        return jdbc.sql("""
                        update provider_budget
                        set active = false, updated_at = now(), created_by = :by, version = version + 1
                        where key = :key and active
                        """).param("key", key).param("by", by).update() == 1;
    }

    List<ProviderBudget> list(Place place, Listing listing) {
        return jdbc.sql("""
                        select * from provider_budget
                        where tenant = :tenant and project = :project and active
                        order by bundle_id, provider
                        limit :limit offset :offset
                        """)
                .param("tenant", place.tenant())
                .param("project", place.project())
                .param("limit", listing.limit())
                .param("offset", listing.offset())
                .query(BudgetStore::budget)
                .list();
    }

    /** The active budgets of these bundles in these places. */
    List<ProviderBudget> active(List<Place> places, List<String> bundles) {
        return jdbc.sql("""
                        select b.* from unnest(:tenants::text[], :projects::text[]) as p (tenant, project)
                        join provider_budget b on b.tenant = p.tenant and b.project = p.project
                        where b.active and b.bundle_id = any(:bundles::text[])
                        order by b.provider, b.key
                        """)
                .param("tenants", places.stream().map(Place::tenant).toArray(String[]::new))
                .param("projects", places.stream().map(Place::project).toArray(String[]::new))
                .param("bundles", bundles.toArray(String[]::new))
                .query(BudgetStore::budget)
                .list();
    }

    boolean budgeted(String provider) {
        return jdbc.sql("select exists (select 1 from provider_budget where provider = :provider and active)")
                .param("provider", provider)
                .query(Boolean.class)
                .single();
    }

    private static ProviderBudget budget(ResultSet row, int number) throws SQLException {
        return new ProviderBudget(
                row.getString("key"),
                new Place(row.getString("tenant"), row.getString("project")),
                row.getString("bundle_id"),
                row.getString("provider"),
                PolicyStore.whole(row, "micro_per_hour"),
                PolicyStore.whole(row, "micro_per_day"),
                PolicyStore.whole(row, "micro_per_month"),
                row.getString("notes"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getBoolean("active"),
                row.getLong("version"));
    }
}
