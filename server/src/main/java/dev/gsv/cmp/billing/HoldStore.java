package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** The tables {@code reservation} and {@code grant_hold}. Every change happens under the lock of the wallet. */
@Repository
class HoldStore {

    private static final String MANY = "each row names its organization; the callers were let into all of them";

    private final JdbcClient jdbc;
    private final JsonMapper mapper;

    HoldStore(JdbcClient jdbc, JsonMapper mapper) {
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

    /** Expires holds past their limit, the oldest first, and returns them as they were. */
    @AllOrgs(because = MANY)
    List<Hold> expire(Set<OrgId> orgs, Instant now, int atMost) {
        List<Hold> expired = jdbc.sql("""
                        update reservation
                        set status = 'expired', ended_at = :now::timestamptz
                        where (org_id, id) in (
                            select org_id, id from reservation
                            where org_id = any(:orgs::uuid[]) and status = 'pending' and expires_at <= :now::timestamptz
                            order by expires_at
                            limit :at_most)
                        returning *
                        """)
                .param("orgs", Rows.ids(orgs))
                .param("now", now.toString())
                .param("at_most", atMost)
                .query(this::hold)
                .list();
        return withParts(expired);
    }

    /** Reads holds by id, each within its organization. */
    @AllOrgs(because = MANY)
    List<Hold> read(Map<UUID, OrgId> wanted) {
        List<Hold> found = jdbc.sql("""
                        select r.*
                        from unnest(:orgs::uuid[], :ids::uuid[]) as n (org_id, id)
                        join reservation r on r.org_id = n.org_id and r.id = n.id
                        """)
                .params(Rows.of(wanted.entrySet())
                        .text("orgs", Map.Entry::getValue)
                        .text("ids", Map.Entry::getKey)
                        .columns())
                .query(this::hold)
                .list();
        return withParts(found);
    }

    private List<Hold> withParts(List<Hold> holds) {
        if (holds.isEmpty()) {
            return holds;
        }
        Map<UUID, List<Part>> parts = new HashMap<>();
        jdbc.sql("""
                        select h.reservation_id, h.grant_id, h.micros
                        from unnest(:orgs::uuid[], :ids::uuid[]) as n (org_id, id)
                        join grant_hold h on h.org_id = n.org_id and h.reservation_id = n.id
                        order by h.reservation_id, h.position
                        """)
                .params(Rows.of(holds)
                        .text("orgs", Hold::org)
                        .text("ids", Hold::id)
                        .columns())
                .query(row -> {
                    parts.computeIfAbsent(row.getObject("reservation_id", UUID.class), id -> new ArrayList<>())
                            .add(new Part(row.getObject("grant_id", UUID.class), row.getLong("micros")));
                });
        return holds.stream()
                .map(hold -> hold.standingOn(parts.getOrDefault(hold.id(), List.of())))
                .toList();
    }

    @AllOrgs(because = MANY)
    void insert(Collection<Hold> holds) {
        if (holds.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        insert into reservation (org_id, id, instance_id, run_id, amount_micros, status, rate_card,
                                                 expires_at, created_at, ended_at, closed_at, usage, debited_micros,
                                                 absorbed_micros, balance_micros, entry_id, reason)
                        select * from unnest(:orgs::uuid[], :ids::uuid[], :instances::uuid[], :runs::uuid[],
                                             :amounts::bigint[], :states::text[], :cards::jsonb[],
                                             :expires::timestamptz[], :created::timestamptz[], :ended::timestamptz[],
                                             :closed::timestamptz[], :usages::jsonb[], :debited::bigint[],
                                             :absorbed::bigint[], :balances::bigint[], :entries::uuid[],
                                             :reasons::text[])
                        """)
                .params(closings(Rows.of(holds)
                                .text("orgs", Hold::org)
                                .text("ids", Hold::id)
                                .text("instances", Hold::instance)
                                .text("runs", Hold::run)
                                .whole("amounts", Hold::amount)
                                .text("cards", hold -> hold.card().json())
                                .text("expires", Hold::expiresAt)
                                .text("created", Hold::createdAt))
                        .columns())
                .update();
        List<Rows.Placed<Hold>> parts = Rows.parts(holds, Hold::parts);
        insertParts(parts, 0);
    }

    private void insertParts(List<Rows.Placed<Hold>> parts, int from) {
        if (parts.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        insert into grant_hold (org_id, reservation_id, position, grant_id, micros)
                        select * from unnest(:orgs::uuid[], :holds::uuid[], :positions::bigint[], :grants::uuid[],
                                             :micros::bigint[])
                        """)
                .params(Rows.of(parts)
                        .text("orgs", row -> row.row().org())
                        .text("holds", row -> row.row().id())
                        .whole("positions", row -> (long) from + row.position())
                        .text("grants", row -> row.part().grant())
                        .whole("micros", row -> row.part().micros())
                        .columns())
                .update();
    }

    /** Writes how holds ended. */
    @AllOrgs(because = MANY)
    void update(Collection<Hold> holds) {
        if (holds.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        update reservation r
                        set status = n.status, ended_at = n.ended_at, closed_at = n.closed_at, usage = n.usage,
                            debited_micros = n.debited, absorbed_micros = n.absorbed, balance_micros = n.balance,
                            entry_id = n.entry, reason = n.reason
                        from unnest(:orgs::uuid[], :ids::uuid[], :states::text[], :ended::timestamptz[],
                                    :closed::timestamptz[], :usages::jsonb[], :debited::bigint[], :absorbed::bigint[],
                                    :balances::bigint[], :entries::uuid[], :reasons::text[])
                             as n (org_id, id, status, ended_at, closed_at, usage, debited, absorbed, balance, entry,
                                   reason)
                        where r.org_id = n.org_id and r.id = n.id
                        """)
                .params(closings(Rows.of(holds).text("orgs", Hold::org).text("ids", Hold::id))
                        .columns())
                .update();
    }

    private Rows<Hold> closings(Rows<Hold> rows) {
        return rows.text("states", hold -> hold.status().text())
                .text("ended", Hold::endedAt)
                .text(
                        "closed",
                        hold -> hold.closing() == null ? null : hold.closing().at())
                .text(
                        "usages",
                        hold -> hold.closing() == null || hold.closing().usage() == null
                                ? null
                                : mapper.writeValueAsString(hold.closing().usage()))
                .whole(
                        "debited",
                        hold -> hold.closing() == null
                                ? null
                                : (Long) hold.closing().debited())
                .whole(
                        "absorbed",
                        hold -> hold.closing() == null
                                ? null
                                : (Long) hold.closing().absorbed())
                .whole(
                        "balances",
                        hold -> hold.closing() == null
                                ? null
                                : (Long) hold.closing().balance())
                .text(
                        "entries",
                        hold -> hold.closing() == null ? null : hold.closing().entry())
                .text(
                        "reasons",
                        hold -> hold.closing() == null ? null : hold.closing().reason());
    }

    /** Raises a hold to a new amount that stands on more parts. */
    void extend(OrgId org, Hold hold, List<Part> more) {
        jdbc.sql("update reservation set amount_micros = :amount where org_id = :org and id = :id")
                .param("org", org.value())
                .param("id", hold.id())
                .param("amount", hold.amount())
                .update();
        insertParts(Rows.parts(List.of(hold), unused -> more), hold.parts().size() - more.size());
    }

    /** Moves the limit of living holds; those past it are lost. Returns the ones that live. */
    @AllOrgs(because = MANY)
    Set<UUID> renew(Map<UUID, OrgId> holds, long ttlSeconds) {
        return Set.copyOf(jdbc.sql("""
                        update reservation r
                        set expires_at = greatest(r.expires_at, clock_timestamp() + make_interval(secs => :ttl))
                        from unnest(:orgs::uuid[], :ids::uuid[]) as n (org_id, id)
                        where r.org_id = n.org_id and r.id = n.id
                          and r.status = 'pending' and r.expires_at > clock_timestamp()
                        returning r.id
                        """)
                .params(Rows.of(holds.entrySet())
                        .text("orgs", Map.Entry::getValue)
                        .text("ids", Map.Entry::getKey)
                        .columns())
                .param("ttl", ttlSeconds)
                .query(UUID.class)
                .list());
    }

    /** Open holds of an instance that no run of ours stands behind. */
    List<UUID> openWithoutRun(OrgId org, UUID instance, int atMost) {
        return jdbc.sql("""
                        select id from reservation
                        where org_id = :org and instance_id = :instance and status = 'pending' and run_id is null
                        limit :at_most
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("at_most", atMost)
                .query((row, number) -> row.getObject("id", UUID.class))
                .list();
    }

    @AllOrgs(because = "a figure for the operator's dashboard")
    long countOpen() {
        return jdbc.sql("select count(*) from reservation where status = 'pending' and expires_at > clock_timestamp()")
                .query(Long.class)
                .single();
    }

    private Hold hold(ResultSet row, int number) throws SQLException {
        return new Hold(
                new OrgId(row.getObject("org_id", UUID.class)),
                row.getObject("id", UUID.class),
                row.getObject("instance_id", UUID.class),
                row.getObject("run_id", UUID.class),
                row.getLong("amount_micros"),
                Hold.Status.of(row.getString("status")),
                RateCard.of(mapper.readTree(row.getString("rate_card"))),
                row.getObject("expires_at", OffsetDateTime.class).toInstant(),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "ended_at"),
                closing(row),
                List.of());
    }

    private Hold.@Nullable Closing closing(ResultSet row) throws SQLException {
        Instant at = instant(row, "closed_at");
        String usage = row.getString("usage");
        return at == null
                ? null
                : new Hold.Closing(
                        at,
                        usage == null ? null : mapper.readValue(usage, Meters.class),
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
