package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads the ledger from its first line, in the order of organizations and lines, and writes nothing. */
@Repository
@AllOrgs(because = "the whole ledger is verified")
class ReplayStore {

    /** Lines that travel at a time. */
    private static final int FETCH = 500;

    private final JdbcClient jdbc;

    ReplayStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A range of organizations: {@code after} excluded, {@code upTo} included. */
    record Range(UUID after, UUID upTo) {
        static final UUID FIRST = new UUID(0, 0);
        static final UUID LAST = new UUID(-1, -1);

        /** Only this one. */
        static Range of(OrgId org) {
            long low = org.value().getLeastSignificantBits();
            long high = org.value().getMostSignificantBits();
            return new Range(new UUID(low == 0 ? high - 1 : high, low - 1), org.value());
        }
    }

    /** False in a database that no version with a chain has started over yet. */
    boolean migrated() {
        return jdbc.sql("select to_regclass('wallet_seal') is not null and to_regclass('transfer') is not null")
                .query(Boolean.class)
                .single();
    }

    /** For this transaction: reads may take their time, and follow the keys whatever the statistics say. */
    void unhurried() {
        jdbc.sql("""
                        select set_config(name, value, true)
                        from (values ('statement_timeout', '0'), ('idle_in_transaction_session_timeout', '0'),
                                     ('enable_seqscan', 'off'), ('enable_bitmapscan', 'off'), ('enable_sort', 'off'))
                             as setting (name, value)
                        """).query((row, number) -> row.getString(1)).list();
    }

    List<Replay.Stored> wallets(Range range, int atMost) {
        return ranged("""
                        select org_id, id, posted_micros, held_micros, open_holds, last_seq
                        from wallet where org_id > :after and org_id <= :up_to
                        order by org_id
                        limit :at_most
                        """, range)
                .param("at_most", atMost)
                .query((row, number) -> new Replay.Stored(
                        org(row),
                        row.getObject("id", UUID.class),
                        row.getLong("posted_micros"),
                        row.getLong("held_micros"),
                        row.getLong("open_holds"),
                        row.getLong("last_seq")))
                .list();
    }

    List<Replay.StoredGrant> grants(Range range) {
        return ranged("""
                        select org_id, id, movement_id, capability is not null as limited, amount_micros,
                               remaining_micros, held_micros
                        from credit_grant where org_id > :after and org_id <= :up_to
                        order by org_id, id
                        """, range)
                .query((row, number) -> new Replay.StoredGrant(
                        org(row),
                        row.getObject("id", UUID.class),
                        row.getObject("movement_id", UUID.class),
                        row.getBoolean("limited"),
                        row.getLong("amount_micros"),
                        row.getLong("remaining_micros"),
                        row.getLong("held_micros")))
                .list();
    }

    List<Replay.StoredHold> holds(Range range) {
        return ranged("""
                        select org_id, id, amount_micros, grants, grant_micros
                        from hold where org_id > :after and org_id <= :up_to
                        order by org_id, id
                        """, range)
                .query((row, number) -> new Replay.StoredHold(
                        org(row),
                        row.getObject("id", UUID.class),
                        row.getLong("amount_micros"),
                        SealStore.uses(row.getArray("grants"), row.getArray("grant_micros"))))
                .list();
    }

    /** The first block of each wallet's chain. */
    List<Seal> firstSeals(Range range) {
        return ranged("""
                        select distinct on (org_id) org_id, from_seq, to_seq, version, digests
                        from wallet_seal where org_id > :after and org_id <= :up_to
                        order by org_id, from_seq
                        """, range).query((row, number) -> SealStore.seal(row)).list();
    }

    /** Every line of the range in order, one after the other; the memory does not grow with their number. */
    void lines(Range range, Consumer<ChainRow> each) {
        ranged("select " + SealStore.COLUMNS + """
                        from transfer t
                        left join wallet w on w.org_id = t.org_id
                        where t.org_id > :after and t.org_id <= :up_to
                        order by t.org_id, t.seq, t.created_at
                        """, range).withFetchSize(FETCH).query((RowCallbackHandler)
                row -> each.accept(SealStore.line(row)));
    }

    private JdbcClient.StatementSpec ranged(String sql, Range range) {
        return jdbc.sql(sql).param("after", range.after()).param("up_to", range.upTo());
    }

    private static OrgId org(ResultSet row) throws SQLException {
        return new OrgId(row.getObject("org_id", UUID.class));
    }
}
