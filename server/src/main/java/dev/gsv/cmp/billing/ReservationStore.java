package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Rows;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** The table {@code reservation}: how holds ended. A row is added when a hold ends; an expired one is closed later. */
@Repository
class ReservationStore {

    private static final String MANY = "each row names its organization; the callers were let into all of them";

    private final JdbcClient jdbc;
    private final JsonMapper mapper;

    ReservationStore(JdbcClient jdbc, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    @AllOrgs(because = "a reservation's id is looked up to learn which organization's door to knock at")
    Optional<OrgId> owner(UUID reservation) {
        return jdbc.sql("select org_id from reservation where id = :id")
                .param("id", reservation)
                .query(UUID.class)
                .optional()
                .map(OrgId::new);
    }

    /** Reads ended holds by id, each within its organization; they stand on nothing any more. */
    @AllOrgs(because = MANY)
    List<Hold> read(Map<UUID, OrgId> wanted) {
        return jdbc.sql("""
                        select r.*
                        from unnest(:orgs::uuid[], :ids::uuid[]) as n (org_id, id)
                        join reservation r on r.org_id = n.org_id and r.id = n.id
                        """)
                .params(Rows.of(wanted.entrySet())
                        .id("orgs", row -> row.getValue().value())
                        .id("ids", Map.Entry::getKey)
                        .columns())
                .query(this::hold)
                .list();
    }

    @AllOrgs(because = MANY)
    void insert(Pipeline pipeline, Collection<Hold> holds) {
        if (holds.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        insert into reservation (org_id, id, instance_id, run_id, amount_micros, status, rate_card,
                                                 expires_at, created_at, ended_at, capabilities, closed_at, usage,
                                                 debited_micros, absorbed_micros, balance_micros, entry_id, reason)
                        select n.org_id, n.id, n.instance_id, n.run_id, n.amount, n.status, n.card, n.expires_at,
                               n.created_at, n.ended_at, string_to_array(n.capabilities, ','), n.closed_at, n.usage,
                               n.debited, n.absorbed, n.balance, n.entry, n.reason
                        from unnest(:orgs::uuid[], :ids::uuid[], :instances::uuid[], :runs::uuid[], :amounts::bigint[],
                                    :states::text[], :cards::jsonb[], :expires::timestamptz[], :created::timestamptz[],
                                    :ended::timestamptz[], :capabilities::text[], :closed::timestamptz[],
                                    :usages::jsonb[], :debited::bigint[], :absorbed::bigint[], :balances::bigint[],
                                    :entries::uuid[], :reasons::text[])
                             as n (org_id, id, instance_id, run_id, amount, status, card, expires_at, created_at, ended_at,
                                   capabilities, closed_at, usage, debited, absorbed, balance, entry, reason)
                        """,
                closings(Rows.of(holds)
                                .id("orgs", row -> row.org().value())
                                .id("ids", Hold::id)
                                .id("instances", Hold::instance)
                                .id("runs", Hold::run)
                                .number("amounts", Hold::amount)
                                .text("states", hold -> hold.status().text())
                                .text("cards", hold -> HoldStore.card(hold.card()))
                                .time("expires", Hold::expiresAt)
                                .time("created", Hold::createdAt)
                                .time("ended", Hold::endedAt)
                                .text("capabilities", ReservationStore::capabilities))
                        .columns());
    }

    /** What a hold was for matters until it is closed. */
    private static @Nullable String capabilities(Hold hold) {
        return hold.closing() == null ? HoldStore.capabilities(hold.capabilities()) : null;
    }

    /** Writes how expired holds were closed after all. */
    @AllOrgs(because = MANY)
    void close(Pipeline pipeline, Collection<Hold> holds) {
        if (holds.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        update reservation r
                        set closed_at = n.closed_at, usage = n.usage, debited_micros = n.debited,
                            absorbed_micros = n.absorbed, balance_micros = n.balance, entry_id = n.entry, reason = n.reason
                        from unnest(:orgs::uuid[], :ids::uuid[], :closed::timestamptz[], :usages::jsonb[],
                                    :debited::bigint[], :absorbed::bigint[], :balances::bigint[], :entries::uuid[],
                                    :reasons::text[])
                             as n (org_id, id, closed_at, usage, debited, absorbed, balance, entry, reason)
                        where r.org_id = n.org_id and r.id = n.id and r.closed_at is null
                        """,
                closings(Rows.of(holds).id("orgs", row -> row.org().value()).id("ids", Hold::id))
                        .columns());
    }

    private Rows<Hold> closings(Rows<Hold> rows) {
        return rows.time("closed", of(Hold.Closing::at))
                .text(
                        "usages",
                        of(closing -> closing.usage() == null
                                ? null
                                : mapper.writeValueAsString(closing.usage().measured())))
                .whole("debited", of(Hold.Closing::debited))
                .whole("absorbed", of(Hold.Closing::absorbed))
                .whole("balances", of(Hold.Closing::balance))
                .id("entries", of(Hold.Closing::entry))
                .text("reasons", of(Hold.Closing::reason));
    }

    private static <V> Function<Hold, @Nullable V> of(Function<Hold.Closing, @Nullable V> value) {
        return hold -> {
            Hold.Closing closing = hold.closing();
            return closing == null ? null : value.apply(closing);
        };
    }

    private Hold hold(ResultSet row, int number) throws SQLException {
        return new Hold(
                new OrgId(row.getObject("org_id", UUID.class)),
                row.getObject("id", UUID.class),
                row.getObject("instance_id", UUID.class),
                row.getObject("run_id", UUID.class),
                row.getLong("amount_micros"),
                Hold.Status.of(row.getString("status")),
                HoldStore.card(mapper, row.getString("rate_card")),
                row.getObject("expires_at", OffsetDateTime.class).toInstant(),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "ended_at"),
                closing(row),
                List.of(),
                HoldStore.capabilities(row));
    }

    private Hold.@Nullable Closing closing(ResultSet row) throws SQLException {
        Instant at = instant(row, "closed_at");
        String usage = row.getString("usage");
        return at == null
                ? null
                : new Hold.Closing(
                        at,
                        usage == null ? null : Meters.of(mapper.readTree(usage)),
                        row.getLong("debited_micros"),
                        row.getLong("absorbed_micros"),
                        row.getLong("balance_micros"),
                        row.getObject("entry_id", UUID.class),
                        row.getString("reason"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
