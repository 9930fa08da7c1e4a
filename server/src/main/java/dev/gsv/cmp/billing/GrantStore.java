package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Rows;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What is asked of {@code credit_grant} off the path of runs; {@link WalletStore} writes its balances. */
@Repository
class GrantStore {

    private final JdbcClient jdbc;

    GrantStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    static @Nullable Instant at(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static Purse.Portion portion(ResultSet row) throws SQLException {
        UUID allowance = row.getObject("allowance_id", UUID.class);
        return new Purse.Portion(
                row.getObject("id", UUID.class),
                new Grant.Terms(
                        GrantKind.of(row.getString("kind")),
                        row.getInt("priority"),
                        time(row, "effective_at"),
                        at(row, "expires_at"),
                        time(row, "created_at"),
                        row.getString("capability"),
                        allowance == null
                                ? null
                                : new Grant.Period(allowance, row.getInt("period"), row.getBoolean("carried"))),
                row.getLong("remaining_micros"),
                row.getLong("held_micros"),
                row.getBoolean("voided"));
    }

    /** Grants by id, also those of which nothing is left. */
    List<Purse.Portion> portions(OrgId org, Collection<UUID> grants) {
        return jdbc.sql("""
                        select g.*, g.voided_at is not null as voided from credit_grant g
                        where g.org_id = :org and g.id = any(:grants::uuid[])
                        """)
                .param("org", org.value())
                .param("grants", grants.stream().map(UUID::toString).toArray(String[]::new))
                .query((row, number) -> portion(row))
                .list();
    }

    /** Open grants of this kind with this reference. */
    List<UUID> open(OrgId org, GrantKind kind, String reference) {
        return jdbc.sql("""
                        select id from credit_grant
                        where org_id = :org and open and kind = :kind and reference = :reference
                        """)
                .param("org", org.value())
                .param("kind", kind.text())
                .param("reference", reference)
                .query((row, number) -> row.getObject("id", UUID.class))
                .list();
    }

    /** Writes ends that have moved. */
    @AllOrgs(because = "each row names its organization; the callers were let into all of them")
    void end(Pipeline pipeline, Collection<Purse> purses) {
        record Ended(OrgId org, Purse.Portion portion) {}
        List<Ended> ended = purses.stream()
                .flatMap(purse -> purse.portions().stream()
                        .filter(portion -> portion.ending)
                        .map(portion -> new Ended(purse.org, portion)))
                .toList();
        if (ended.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        update credit_grant g
                        set expires_at = n.expires_at, updated_at = clock_timestamp(),
                            voided_at = case when n.voided then coalesce(g.voided_at, n.expires_at) end
                        from unnest(:orgs::uuid[], :ids::uuid[], :expires::timestamptz[], :voided::text[]::boolean[])
                             as n (org_id, id, expires_at, voided)
                        where g.org_id = n.org_id and g.id = n.id
                        """,
                Rows.of(ended)
                        .id("orgs", row -> row.org().value())
                        .id("ids", row -> row.portion().id)
                        .time("expires", row -> row.portion().expiresAt())
                        .text("voided", row -> row.portion().voided())
                        .columns());
    }

    private static final String SHOWN = """
            select g.id, g.kind, g.priority, g.amount_micros, g.remaining_micros, g.held_micros, g.effective_at,
                   g.expires_at, g.capability, g.allowance_id, g.reference, g.created_at, null::text as recurs,
                   null::timestamptz as ends_at,
                   case when g.voided_at is not null then 'voided'
                        when g.expires_at <= clock_timestamp() then 'expired'
                        when g.open then 'open' else 'used' end as status
            from credit_grant g where g.org_id = :org
            union all
            select a.id, a.kind, a.priority, a.amount_micros, a.amount_micros, 0, a.next_at, a.expires_at, a.capability,
                   a.id, a.reference, a.created_at, nullif(a.recurs, 'once'), a.ends_at, 'scheduled'
            from allowance a where a.org_id = :org and a.next_at is not null
            """;

    private static final String LIVING = "status in ('open', 'scheduled') or held_micros > 0";

    /** The wallet's grants: what counts now in burn order, then what will come. All of them on request. */
    List<GrantView> list(OrgId org, boolean all, int limit, int offset) {
        return jdbc.sql("select * from (" + SHOWN + ") as shown where " + (all ? "true" : LIVING) + """
                         order by status = 'scheduled', status <> 'open', priority, expires_at nulls last, created_at, id
                        limit :limit offset :offset
                        """)
                .param("org", org.value())
                .param("limit", limit)
                .param("offset", offset)
                .query((row, number) -> view(row))
                .list();
    }

    long count(OrgId org, boolean all) {
        return jdbc.sql("select count(*) from (" + SHOWN + ") as shown where " + (all ? "true" : LIVING))
                .param("org", org.value())
                .query(Long.class)
                .single();
    }

    Optional<GrantView> find(OrgId org, UUID grant) {
        return jdbc.sql("select * from (" + SHOWN + ") as shown where id = :grant")
                .param("org", org.value())
                .param("grant", grant)
                .query((row, number) -> view(row))
                .optional();
    }

    private static GrantView view(ResultSet row) throws SQLException {
        return new GrantView(
                row.getObject("id", UUID.class),
                row.getString("kind"),
                row.getString("status"),
                new Credits(row.getLong("amount_micros")),
                new Credits(row.getLong("remaining_micros")),
                new Credits(row.getLong("held_micros")),
                row.getInt("priority"),
                time(row, "effective_at"),
                at(row, "expires_at"),
                row.getString("capability"),
                row.getString("recurs"),
                at(row, "ends_at"),
                row.getObject("allowance_id", UUID.class),
                row.getString("reference"),
                time(row, "created_at"));
    }
}
