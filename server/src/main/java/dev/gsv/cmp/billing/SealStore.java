package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Rows;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code wallet_seal}, and lines as they are stored. Only reads what the hot path wrote. */
@Repository
class SealStore {

    private static final String SEALER = "seals whatever was written, whoever it belongs to";

    /** In the place of an id that is missing. */
    private static final UUID NOBODY = new UUID(0, 0);

    /** The columns of {@link ChainRow}, of {@code transfer t} and {@code wallet w}. */
    static final String COLUMNS = """
            t.org_id, w.id as wallet_id, t.seq,
            case when isfinite(t.created_at) then (extract(epoch from t.created_at) * 1000000)::bigint else -1 end as at_micros,
            t.id, t.movement_id, t.source, t.target, t.amount_micros, t.balance_micros, t.type, t.reference, t.instance_id,
            t.run_id, t.reason, t.metadata::text as metadata, t.grants, t.grant_micros
            """;

    private final JdbcClient jdbc;

    SealStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Lines that become visible after this call carry this time or a later one: a line is dated after its transaction
     * began, and what is not committed yet is listed among the running ones.
     */
    @AllOrgs(because = SEALER)
    Instant watermark() {
        return jdbc.sql("""
                        select least(clock_timestamp(), billing_oldest_writer(),
                                     (select min(xact_start) from pg_stat_activity
                                      where datname = current_database() and backend_xid is not null
                                        and pid <> pg_backend_pid()))
                        """).query(OffsetDateTime.class).single().toInstant();
    }

    /** Organizations with lines since then that are not sealed. The index by time leads to them, however many rest. */
    @AllOrgs(because = SEALER)
    List<OrgId> unsealedSince(Instant since, Collection<OrgId> except, int atMost) {
        return jdbc.sql("""
                        select n.org_id
                        from (select org_id, max(seq) as seq from transfer
                              where created_at >= :since::timestamptz and org_id <> all(:except::uuid[])
                              group by org_id) as n
                        where n.seq > coalesce((select s.to_seq from wallet_seal s where s.org_id = n.org_id
                                                order by s.from_seq desc limit 1), 0)
                        limit :at_most
                        """)
                .param("since", since.toString())
                .param("except", OrgId.texts(except))
                .param("at_most", atMost)
                .query((row, number) -> new OrgId(row.getObject("org_id", UUID.class)))
                .list();
    }

    /** One wallet of a look at all of them. */
    record Looked(OrgId org, boolean unsealed) {}

    /** The next wallets in the order of their organizations. */
    @AllOrgs(because = SEALER)
    List<Looked> look(@Nullable OrgId after, int atMost) {
        return jdbc.sql("""
                        select w.org_id,
                               w.last_seq > coalesce((select s.to_seq from wallet_seal s where s.org_id = w.org_id
                                                      order by s.from_seq desc limit 1), 0) as unsealed
                        from wallet w
                        where w.org_id > :after::uuid
                        order by w.org_id
                        limit :at_most
                        """)
                .param("after", (after == null ? NOBODY : after.value()).toString())
                .param("at_most", atMost)
                .query((row, number) ->
                        new Looked(new OrgId(row.getObject("org_id", UUID.class)), row.getBoolean("unsealed")))
                .list();
    }

    @AllOrgs(because = SEALER)
    List<Seal.Head> heads(Collection<OrgId> orgs) {
        return jdbc.sql("""
                        select w.org_id, w.last_seq, coalesce(s.to_seq, 0) as seq, s.last_hash
                        from wallet w
                        left join lateral (select to_seq, last_hash from wallet_seal
                                           where org_id = w.org_id order by from_seq desc limit 1) as s on true
                        where w.org_id = any(:orgs::uuid[])
                        """)
                .param("orgs", OrgId.texts(orgs))
                .query((row, number) -> {
                    byte[] hash = row.getBytes("last_hash");
                    return new Seal.Head(
                            new OrgId(row.getObject("org_id", UUID.class)),
                            row.getLong("seq"),
                            hash == null ? Chain.genesis() : hash,
                            row.getLong("last_seq"));
                })
                .list();
    }

    /** The lines that follow each head, in order, so many of each wallet at most. */
    @AllOrgs(because = SEALER)
    List<ChainRow> next(Collection<Seal.Head> heads, int each) {
        return jdbc.sql("select " + COLUMNS + """
                        from unnest(:orgs::uuid[], :seqs::bigint[]) as n (org_id, seq)
                        join wallet w on w.org_id = n.org_id
                        cross join lateral (select * from transfer where org_id = n.org_id and seq > n.seq
                                            order by seq limit :each) as t
                        order by t.org_id, t.seq
                        """)
                .params(Rows.of(heads)
                        .text("orgs", Seal.Head::org)
                        .number("seqs", Seal.Head::seq)
                        .columns())
                .param("each", each)
                .query((row, number) -> line(row))
                .list();
    }

    /**
     * Adds blocks, at most one of each wallet. A block that another sealer began at the same line stands instead.
     *
     * @return how many were added
     */
    @AllOrgs(because = SEALER)
    int insert(Collection<Seal> seals) {
        return jdbc.sql("""
                        insert into wallet_seal (org_id, from_seq, to_seq, version, digests, last_hash)
                        select n.org_id, n.from_seq, n.to_seq, n.version, d.bytes,
                               substring(d.bytes from octet_length(d.bytes) - 31)
                        from unnest(:orgs::uuid[], :froms::bigint[], :tos::bigint[], :versions::bigint[],
                                    :digests::text[]) as n (org_id, from_seq, to_seq, version, digests)
                        cross join lateral (select decode(n.digests, 'hex') as bytes) as d
                        on conflict (org_id, from_seq) do nothing
                        """)
                .params(Rows.of(seals)
                        .text("orgs", Seal::org)
                        .number("froms", Seal::from)
                        .number("tos", Seal::to)
                        .number("versions", Seal::version)
                        .text("digests", seal -> Chain.hex(seal.digests()))
                        .columns())
                .update();
    }

    /** Blocks of one wallet that begin after a line, in order. */
    List<Seal> after(OrgId org, long seq, int atMost) {
        return jdbc.sql("""
                        select org_id, from_seq, to_seq, version, digests from wallet_seal
                        where org_id = :org and from_seq > :seq
                        order by from_seq
                        limit :at_most
                        """)
                .param("org", org.value())
                .param("seq", seq)
                .param("at_most", atMost)
                .query((row, number) -> seal(row))
                .list();
    }

    static Seal seal(ResultSet row) throws SQLException {
        return new Seal(
                new OrgId(row.getObject("org_id", UUID.class)),
                row.getLong("from_seq"),
                row.getLong("to_seq"),
                row.getInt("version"),
                row.getBytes("digests"));
    }

    static ChainRow line(ResultSet row) throws SQLException {
        UUID wallet = row.getObject("wallet_id", UUID.class);
        return new ChainRow(
                new OrgId(row.getObject("org_id", UUID.class)),
                wallet == null ? NOBODY : wallet,
                row.getLong("seq"),
                row.getLong("at_micros"),
                row.getObject("id", UUID.class),
                row.getObject("movement_id", UUID.class),
                row.getString("source"),
                row.getString("target"),
                row.getLong("amount_micros"),
                row.getLong("balance_micros"),
                row.getString("type"),
                row.getString("reference"),
                row.getObject("instance_id", UUID.class),
                row.getObject("run_id", UUID.class),
                row.getString("reason"),
                row.getString("metadata"),
                uses(row.getArray("grants"), row.getArray("grant_micros")));
    }

    static List<ChainRow.Use> uses(Array grants, Array micros) throws SQLException {
        UUID[] ids = (UUID[]) grants.getArray();
        Long[] amounts = (Long[]) micros.getArray();
        List<ChainRow.Use> uses = new ArrayList<>(ids.length);
        for (int i = 0; i < Math.max(ids.length, amounts.length); i++) {
            UUID grant = i < ids.length ? ids[i] : null;
            Long amount = i < amounts.length ? amounts[i] : null;
            uses.add(new ChainRow.Use(grant == null ? NOBODY : grant, amount == null ? 0 : amount));
        }
        return uses;
    }
}
