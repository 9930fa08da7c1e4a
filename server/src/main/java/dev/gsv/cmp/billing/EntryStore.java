package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** The tables {@code movement}, {@code entry} and {@code grant_use}: rows are added, never changed. */
@Repository
class EntryStore {

    private static final String MANY = "each row names its organization; the callers were let into all of them";

    private final JdbcClient jdbc;
    private final JsonMapper mapper;

    EntryStore(JdbcClient jdbc, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    @AllOrgs(because = MANY)
    void insert(Collection<Movement> movements) {
        if (movements.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        insert into movement (org_id, id, type, reference, instance_id, run_id, reason, metadata, created_at)
                        select * from unnest(:orgs::uuid[], :ids::uuid[], :types::text[], :references::text[],
                                             :instances::uuid[], :runs::uuid[], :reasons::text[], :metadata::jsonb[],
                                             :times::timestamptz[])
                        """)
                .params(Rows.of(movements)
                        .text("orgs", Movement::org)
                        .text("ids", Movement::id)
                        .text("types", movement -> movement.type().text())
                        .text("references", movement -> movement.cause().reference())
                        .text("instances", movement -> movement.cause().instance())
                        .text("runs", movement -> movement.cause().run())
                        .text("reasons", Movement::reason)
                        .text(
                                "metadata",
                                movement -> mapper.writeValueAsString(
                                        movement.cause().metadata()))
                        .text("times", Movement::at)
                        .columns())
                .update();
        record Row(Movement movement, Movement.Line line) {}
        List<Row> rows = movements.stream()
                .flatMap(movement -> movement.lines().stream().map(line -> new Row(movement, line)))
                .toList();
        jdbc.sql("""
                        insert into entry (org_id, id, movement_id, account, amount_micros, seq, balance_micros, created_at)
                        select * from unnest(:orgs::uuid[], :ids::uuid[], :movements::uuid[], :accounts::text[],
                                             :amounts::bigint[], :seqs::bigint[], :balances::bigint[],
                                             :times::timestamptz[])
                        """)
                .params(Rows.of(rows)
                        .text("orgs", row -> row.movement().org())
                        .text("ids", row -> row.line().id())
                        .text("movements", row -> row.movement().id())
                        .text("accounts", row -> row.line().account().text())
                        .whole("amounts", row -> row.line().micros())
                        .whole("seqs", row -> row.line().seq())
                        .whole("balances", row -> row.line().balance())
                        .text("times", row -> row.movement().at())
                        .columns())
                .update();
    }

    @AllOrgs(because = MANY)
    void insertUses(Collection<Movement> movements) {
        List<Rows.Placed<Movement>> uses = Rows.parts(movements, Movement::uses);
        if (uses.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        insert into grant_use (org_id, movement_id, position, grant_id, micros)
                        select * from unnest(:orgs::uuid[], :movements::uuid[], :positions::bigint[], :grants::uuid[],
                                             :micros::bigint[])
                        """)
                .params(Rows.of(uses)
                        .text("orgs", use -> use.row().org())
                        .text("movements", use -> use.row().id())
                        .whole("positions", use -> (long) use.position())
                        .text("grants", use -> use.part().grant())
                        .whole("micros", use -> use.part().micros())
                        .columns())
                .update();
    }

    /** The wallet's lines, newest first. */
    List<Entry> ledger(OrgId org, int limit, int offset) {
        return jdbc.sql("""
                        select e.id, w.id as wallet_id, e.amount_micros, e.balance_micros, e.created_at, m.type,
                               m.reference, m.instance_id, m.run_id, m.metadata
                        from entry e
                        join movement m on m.org_id = e.org_id and m.id = e.movement_id
                        join wallet w on w.org_id = e.org_id
                        where e.org_id = :org and e.account = 'wallet'
                        order by e.seq desc
                        limit :limit offset :offset
                        """)
                .param("org", org.value())
                .param("limit", limit)
                .param("offset", offset)
                .query(this::entry)
                .list();
    }

    Optional<Entry> find(OrgId org, UUID entry) {
        return jdbc.sql("""
                        select e.id, w.id as wallet_id, e.amount_micros, e.balance_micros, e.created_at, m.type,
                               m.reference, m.instance_id, m.run_id, m.metadata
                        from entry e
                        join movement m on m.org_id = e.org_id and m.id = e.movement_id
                        join wallet w on w.org_id = e.org_id
                        where e.org_id = :org and e.id = :id and e.account = 'wallet'
                        """)
                .param("org", org.value())
                .param("id", entry)
                .query(this::entry)
                .optional();
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
