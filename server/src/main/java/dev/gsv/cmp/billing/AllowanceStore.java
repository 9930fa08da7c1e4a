package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Rows;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code allowance}: read and written under the lock of the wallet. */
@Repository
class AllowanceStore {

    private final JdbcClient jdbc;

    AllowanceStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void insert(OrgId org, Allowance allowance, Instant now) {
        jdbc.sql("""
                        insert into allowance (org_id, id, kind, priority, amount_micros, capability, recurs, starts_at,
                                               next_period, next_at, ends_at, expires_at, rollover_min_micros,
                                               rollover_max_micros, reference, created_at, updated_at)
                        values (:org, :id, :kind, :priority, :amount, :capability, :recurs, :starts::timestamptz, :period,
                                :next::timestamptz, :ends::timestamptz, :expires::timestamptz, :min, :max, :reference,
                                :now::timestamptz, :now::timestamptz)
                        """)
                .param("org", org.value())
                .param("id", allowance.id())
                .param("kind", allowance.kind().text())
                .param("priority", allowance.priority())
                .param("amount", allowance.amount())
                .param("capability", allowance.capability(), Types.VARCHAR)
                .param("recurs", allowance.recurs().text())
                .param("starts", allowance.startsAt().toString())
                .param("period", allowance.nextPeriod())
                .param("next", text(allowance.nextAt()), Types.VARCHAR)
                .param("ends", text(allowance.endsAt()), Types.VARCHAR)
                .param("expires", text(allowance.expiresAt()), Types.VARCHAR)
                .param("min", allowance.rolloverMin())
                .param("max", allowance.rolloverMax())
                .param("reference", allowance.reference())
                .param("now", now.toString())
                .update();
    }

    @AllOrgs(because = "each row names its organization; the callers were let into all of them")
    void update(Pipeline pipeline, Collection<Allowance> allowances) {
        if (allowances.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        update allowance a
                        set next_period = n.period, next_at = n.next_at, updated_at = clock_timestamp()
                        from unnest(:orgs::uuid[], :ids::uuid[], :periods::bigint[], :times::timestamptz[])
                             as n (org_id, id, period, next_at)
                        where a.org_id = n.org_id and a.id = n.id
                        """,
                Rows.of(allowances)
                        .id("orgs", row -> row.org().value())
                        .id("ids", Allowance::id)
                        .number("periods", Allowance::nextPeriod)
                        .time("times", Allowance::nextAt)
                        .columns());
    }

    /** Those with a period that has begun, the longest waiting first. */
    List<Allowance> due(OrgId org, Instant now) {
        return jdbc.sql("""
                        select * from allowance
                        where org_id = :org and next_at <= :now::timestamptz
                        order by next_at, id
                        """)
                .param("org", org.value())
                .param("now", now.toString())
                .query(AllowanceStore::allowance)
                .list();
    }

    /** Those with this reference that are not over. */
    List<Allowance> of(OrgId org, String reference) {
        return jdbc.sql("""
                        select * from allowance
                        where org_id = :org and reference = :reference and next_at is not null
                        """)
                .param("org", org.value())
                .param("reference", reference)
                .query(AllowanceStore::allowance)
                .list();
    }

    Optional<Allowance> find(OrgId org, UUID id) {
        return jdbc.sql("select * from allowance where org_id = :org and id = :id")
                .param("org", org.value())
                .param("id", id)
                .query(AllowanceStore::allowance)
                .optional();
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    private static Allowance allowance(ResultSet row, int number) throws SQLException {
        return new Allowance(
                new OrgId(row.getObject("org_id", UUID.class)),
                row.getObject("id", UUID.class),
                GrantKind.of(row.getString("kind")),
                row.getInt("priority"),
                row.getLong("amount_micros"),
                row.getString("capability"),
                Allowance.Recurs.valueOf(row.getString("recurs").toUpperCase(Locale.ROOT)),
                GrantStore.time(row, "starts_at"),
                row.getInt("next_period"),
                GrantStore.at(row, "next_at"),
                GrantStore.at(row, "ends_at"),
                GrantStore.at(row, "expires_at"),
                row.getLong("rollover_min_micros"),
                row.getLong("rollover_max_micros"),
                row.getString("reference"));
    }
}
