package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What is reported from {@code transfer} and {@code hold}: nothing here changes a row. */
@Repository
class StatementStore {

    /** Where a wallet stood: its balance after its last line up to some time. */
    record Stand(long seq, long balance) {
        static final Stand BEGINNING = new Stand(0, 0);
    }

    private final JdbcClient jdbc;

    StatementStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Where the wallet stood before a time, or at it when that is included. */
    Stand stand(OrgId org, Instant at, boolean included) {
        return jdbc.sql("""
                        select seq, balance_micros from transfer
                        where org_id = :org and created_at <= :at::timestamptz
                          and (created_at < :at::timestamptz or :included)
                        order by seq desc limit 1
                        """)
                .param("org", org.value())
                .param("at", at.toString())
                .param("included", included)
                .query((row, number) -> new Stand(row.getLong("seq"), row.getLong("balance_micros")))
                .optional()
                .orElse(Stand.BEGINNING);
    }

    /** The wallet's lines after one position up to another, in order. The times only name the partitions. */
    List<Statement.Line> lines(OrgId org, Statement.Span span, long after, long upTo, int atMost) {
        return jdbc.sql("""
                        select seq, id, created_at, type, reference, instance_id, run_id, balance_micros,
                               case t.target when 'wallet' then t.amount_micros else -t.amount_micros end as amount_micros
                        from transfer t
                        where org_id = :org and seq > :after and seq <= :up_to and 'wallet' in (source, target)
                          and created_at >= :from::timestamptz and created_at < :to::timestamptz
                        order by seq limit :at_most
                        """)
                .param("org", org.value())
                .param("after", after)
                .param("up_to", upTo)
                .param("from", span.from().toString())
                .param("to", span.to().toString())
                .param("at_most", atMost)
                .query(StatementStore::line)
                .list();
    }

    private static Statement.Line line(ResultSet row, int number) throws SQLException {
        return new Statement.Line(
                row.getLong("seq"),
                row.getObject("id", UUID.class),
                GrantStore.time(row, "created_at"),
                row.getString("type"),
                row.getString("reference"),
                row.getObject("instance_id", UUID.class),
                row.getObject("run_id", UUID.class),
                new Credits(row.getLong("amount_micros")),
                new Credits(row.getLong("balance_micros")));
    }

    @AllOrgs(because = "the clock of the database decides what is over")
    Instant now() {
        return jdbc.sql("select clock_timestamp() as now")
                .query((row, number) -> GrantStore.time(row, "now"))
                .single();
    }

    /** Holds that count, the oldest first. */
    List<OpenHold> openHolds(OrgId org, int limit, int offset) {
        return jdbc.sql("""
                        select id, instance_id, run_id, amount_micros, created_at, expires_at,
                               extract(epoch from clock_timestamp() - created_at)::bigint as age
                        from hold where org_id = :org and expires_at > clock_timestamp()
                        order by created_at, id limit :limit offset :offset
                        """)
                .param("org", org.value())
                .param("limit", limit)
                .param("offset", offset)
                .query((row, number) -> new OpenHold(
                        row.getObject("id", UUID.class),
                        row.getObject("instance_id", UUID.class),
                        row.getObject("run_id", UUID.class),
                        new Credits(row.getLong("amount_micros")),
                        GrantStore.time(row, "created_at"),
                        row.getLong("age"),
                        GrantStore.time(row, "expires_at")))
                .list();
    }

    long countOpenHolds(OrgId org) {
        return jdbc.sql("select count(*) from hold where org_id = :org and expires_at > clock_timestamp()")
                .param("org", org.value())
                .query(Long.class)
                .single();
    }

    /** How many times the platform paid in a span, and how much. */
    record Sum(long count, long micros) {}

    @AllOrgs(because = "what the platform paid, for its operator")
    Sum absorbed(Statement.Span span, Optional<OrgId> of) {
        return jdbc.sql("""
                        select count(*) as count, coalesce(sum(amount_micros), 0) as micros from transfer
                        where source = 'absorbed' and created_at >= :from::timestamptz and created_at < :to::timestamptz
                          and (org_id = :org::uuid) is not false
                        """)
                .param("from", span.from().toString())
                .param("to", span.to().toString())
                .param("org", of.map(OrgId::toString).orElse(null), Types.VARCHAR)
                .query((row, number) -> new Sum(row.getLong("count"), row.getLong("micros")))
                .single();
    }

    @AllOrgs(because = "what the platform paid, for its operator")
    List<AbsorbedCost> absorbed(Statement.Span span, Optional<OrgId> of, int limit, int offset) {
        return jdbc.sql("""
                        select t.id, t.org_id, t.created_at, t.amount_micros, t.reason, t.reference, t.instance_id, t.run_id
                        from transfer t
                        where t.source = 'absorbed' and t.created_at >= :from::timestamptz
                          and t.created_at < :to::timestamptz and (t.org_id = :org::uuid) is not false
                        order by t.created_at desc, t.id desc limit :limit offset :offset
                        """)
                .param("from", span.from().toString())
                .param("to", span.to().toString())
                .param("org", of.map(OrgId::toString).orElse(null), Types.VARCHAR)
                .param("limit", limit)
                .param("offset", offset)
                .query((row, number) -> new AbsorbedCost(
                        row.getObject("id", UUID.class),
                        row.getObject("org_id", UUID.class),
                        new Credits(row.getLong("amount_micros")),
                        row.getString("reason"),
                        row.getString("reference"),
                        row.getObject("instance_id", UUID.class),
                        row.getObject("run_id", UUID.class),
                        GrantStore.time(row, "created_at")))
                .list();
    }
}
