package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Rows;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** The table {@code transfer}: rows are added, never changed. */
@Repository
class TransferStore {

    private final JdbcClient jdbc;
    private final JsonMapper mapper;

    TransferStore(JdbcClient jdbc, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    @AllOrgs(because = "each row names its organization; the callers were let into all of them")
    void insert(Pipeline pipeline, Collection<Transfer> transfers) {
        if (transfers.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        insert into transfer (org_id, seq, created_at, id, movement_id, source, target, amount_micros,
                                              balance_micros, type, reference, instance_id, run_id, reason, metadata,
                                              grants, grant_micros)
                        select org_id, seq, created_at, id, movement_id, source, target, amount, balance, type, reference,
                               instance_id, run_id, reason, metadata, grants::uuid[], micros::bigint[]
                        from unnest(:orgs::uuid[], :seqs::bigint[], :times::timestamptz[], :ids::uuid[],
                                    :movements::uuid[], :sources::text[], :targets::text[], :amounts::bigint[],
                                    :balances::bigint[], :types::text[], :references::text[], :instances::uuid[],
                                    :runs::uuid[], :reasons::text[], :metadata::jsonb[], :grants::text[],
                                    :micros::text[])
                             as n (org_id, seq, created_at, id, movement_id, source, target, amount, balance, type,
                                   reference, instance_id, run_id, reason, metadata, grants, micros)
                        """,
                Rows.of(transfers)
                        .id("orgs", row -> row.org().value())
                        .number("seqs", Transfer::seq)
                        .time("times", Transfer::at)
                        .id("ids", Transfer::id)
                        .id("movements", Transfer::movement)
                        .text("sources", transfer -> transfer.source().text())
                        .text("targets", transfer -> transfer.target().text())
                        .number("amounts", Transfer::micros)
                        .number("balances", Transfer::balance)
                        .text("types", transfer -> transfer.type().text())
                        .text("references", transfer -> transfer.cause().reference())
                        .id("instances", transfer -> transfer.cause().instance())
                        .id("runs", transfer -> transfer.cause().run())
                        .text("reasons", Transfer::reason)
                        .text("metadata", transfer -> metadata(transfer.cause().metadata()))
                        .text("grants", row -> Part.grants(row.uses()))
                        .text("micros", row -> Part.amounts(row.uses()))
                        .columns());
    }

    private @Nullable String metadata(Map<String, String> metadata) {
        return metadata.isEmpty() ? null : mapper.writeValueAsString(metadata);
    }

    /** The wallet's lines, newest first. */
    List<Entry> ledger(OrgId org, int limit, int offset) {
        return jdbc.sql("""
                        select t.id, w.id as wallet_id,
                               case t.target when 'wallet' then t.amount_micros else -t.amount_micros end as amount_micros,
                               t.balance_micros, t.created_at, t.type, t.reference, t.instance_id, t.run_id,
                               coalesce(t.metadata, '{}') as metadata
                        from transfer t
                        join wallet w on w.org_id = t.org_id
                        where t.org_id = :org and 'wallet' in (t.source, t.target)
                        order by t.seq desc
                        limit :limit offset :offset
                        """)
                .param("org", org.value())
                .param("limit", limit)
                .param("offset", offset)
                .query(this::entry)
                .list();
    }

    /** Makes the partitions of the months to come, as far as they are missing. Returns how many. */
    @AllOrgs(because = "room for everybody's rows")
    int makePartitions(int monthsAhead) {
        return jdbc.sql("select billing_make_partitions(:ahead)")
                .param("ahead", monthsAhead)
                .query(Integer.class)
                .single();
    }

    private Entry entry(ResultSet row, int number) throws SQLException {
        return new Entry(
                row.getObject("id", UUID.class),
                row.getObject("wallet_id", UUID.class),
                new Credits(row.getLong("amount_micros")),
                row.getString("type"),
                row.getString("reference"),
                row.getObject("instance_id", UUID.class),
                row.getObject("run_id", UUID.class),
                new Credits(row.getLong("balance_micros")),
                mapper.readTree(row.getString("metadata")),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
