package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Pipeline;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** The table {@code hold}: open holds only. A row is added and removed under the lock of its wallet. */
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
        return jdbc.sql("select org_id from hold where id = :id")
                .param("id", reservation)
                .query(UUID.class)
                .optional()
                .map(OrgId::new);
    }

    @AllOrgs(because = MANY)
    void insert(Pipeline pipeline, Collection<Hold> holds) {
        if (holds.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        insert into hold (org_id, id, instance_id, run_id, amount_micros, rate_card, expires_at, created_at,
                                          grants, grant_micros, capabilities)
                        select org_id, id, instance_id, run_id, amount, card, expires_at, created_at, grants::uuid[],
                               micros::bigint[], string_to_array(capabilities, ',')
                        from unnest(:orgs::uuid[], :ids::uuid[], :instances::uuid[], :runs::uuid[], :amounts::bigint[],
                                    :cards::jsonb[], :expires::timestamptz[], :created::timestamptz[], :grants::text[],
                                    :micros::text[], :capabilities::text[])
                             as n (org_id, id, instance_id, run_id, amount, card, expires_at, created_at, grants, micros,
                                   capabilities)
                        """,
                Rows.of(holds)
                        .id("orgs", row -> row.org().value())
                        .id("ids", Hold::id)
                        .id("instances", Hold::instance)
                        .id("runs", Hold::run)
                        .number("amounts", Hold::amount)
                        .text("cards", hold -> card(hold.card()))
                        .time("expires", Hold::expiresAt)
                        .time("created", Hold::createdAt)
                        .text("grants", row -> Part.grants(row.parts()))
                        .text("micros", row -> Part.amounts(row.parts()))
                        .text("capabilities", row -> capabilities(row.capabilities()))
                        .columns());
    }

    /** The standard card is not written down: it is nearly always that one. */
    static @Nullable String card(RateCard card) {
        return card == RateCard.STANDARD ? null : card.json().toString();
    }

    /** Reads open holds by id, each within its organization. */
    @AllOrgs(because = MANY)
    void read(Pipeline pipeline, Map<UUID, OrgId> wanted, Consumer<Hold> found) {
        pipeline.add(
                """
                        select h.*
                        from unnest(:orgs::uuid[], :ids::uuid[]) as n (org_id, id)
                        join hold h on h.org_id = n.org_id and h.id = n.id
                        """,
                Rows.of(wanted.entrySet())
                        .id("orgs", row -> row.getValue().value())
                        .id("ids", Map.Entry::getKey)
                        .columns(),
                row -> found.accept(hold(row, 0)));
    }

    /** Removes holds, which have ended. */
    @AllOrgs(because = MANY)
    void delete(Pipeline pipeline, Collection<Hold> holds) {
        if (holds.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        delete from hold h
                        using unnest(:orgs::uuid[], :ids::uuid[]) as n (org_id, id)
                        where h.org_id = n.org_id and h.id = n.id
                        """,
                Rows.of(holds)
                        .id("orgs", row -> row.org().value())
                        .id("ids", Hold::id)
                        .columns());
    }

    /** Takes out holds past their limit, the oldest first, and returns them as they were. */
    @AllOrgs(because = MANY)
    List<Hold> takeDue(Collection<OrgId> orgs, Instant now, int atMost) {
        return jdbc.sql("""
                        delete from hold
                        where (org_id, id) in (
                            select org_id, id from hold
                            where org_id = any(:orgs::uuid[]) and expires_at <= :now::timestamptz
                            order by expires_at
                            limit :at_most)
                        returning *
                        """)
                .param("orgs", OrgId.texts(orgs))
                .param("now", now.toString())
                .param("at_most", atMost)
                .query(this::hold)
                .list();
    }

    /** What {@link #takeDue} would take, without taking it. */
    @AllOrgs(because = MANY)
    List<Hold> due(Collection<OrgId> orgs, Instant now) {
        return jdbc.sql("""
                        select * from hold
                        where org_id = any(:orgs::uuid[]) and expires_at <= :now::timestamptz
                        """)
                .param("orgs", OrgId.texts(orgs))
                .param("now", now.toString())
                .query(this::hold)
                .list();
    }

    /** Raises holds to new amounts that stand on more parts. */
    @AllOrgs(because = MANY)
    void raise(Pipeline pipeline, Collection<Hold> holds) {
        if (holds.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        update hold h
                        set amount_micros = n.amount, grants = n.grants::uuid[], grant_micros = n.micros::bigint[]
                        from unnest(:orgs::uuid[], :ids::uuid[], :amounts::bigint[], :grants::text[], :micros::text[])
                             as n (org_id, id, amount, grants, micros)
                        where h.org_id = n.org_id and h.id = n.id
                        """,
                Rows.of(holds)
                        .id("orgs", row -> row.org().value())
                        .id("ids", Hold::id)
                        .number("amounts", Hold::amount)
                        .text("grants", row -> Part.grants(row.parts()))
                        .text("micros", row -> Part.amounts(row.parts()))
                        .columns());
    }

    /**
     * Moves the limit of living holds; those past it are lost. Returns the ones that live. When the wallet looks at its
     * holds may only be too early by this, which costs a look.
     */
    @AllOrgs(because = MANY)
    Set<UUID> renew(Map<UUID, OrgId> holds, long ttlSeconds) {
        return Set.copyOf(jdbc.sql("""
                        update hold h
                        set expires_at = greatest(h.expires_at, clock_timestamp() + make_interval(secs => :ttl))
                        from unnest(:orgs::uuid[], :ids::uuid[]) as n (org_id, id)
                        where h.org_id = n.org_id and h.id = n.id and h.expires_at > clock_timestamp()
                        returning h.id
                        """)
                .params(Rows.of(holds.entrySet())
                        .id("orgs", row -> row.getValue().value())
                        .id("ids", Map.Entry::getKey)
                        .columns())
                .param("ttl", ttlSeconds)
                .query(UUID.class)
                .list());
    }

    /** Open holds of an instance that no run of ours stands behind. */
    List<UUID> openWithoutRun(OrgId org, UUID instance, int atMost) {
        return jdbc.sql("""
                        select id from hold
                        where org_id = :org and instance_id = :instance and run_id is null
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
        return jdbc.sql("select count(*) from hold where expires_at > clock_timestamp()")
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
                Hold.Status.PENDING,
                card(mapper, row.getString("rate_card")),
                row.getObject("expires_at", OffsetDateTime.class).toInstant(),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                null,
                null,
                parts(row),
                capabilities(row));
    }

    /** In one text; null for none. */
    static @Nullable String capabilities(Set<String> capabilities) {
        return capabilities.isEmpty() ? null : String.join(",", capabilities);
    }

    static Set<String> capabilities(ResultSet row) throws SQLException {
        Array ids = row.getArray("capabilities");
        return ids == null ? Set.of() : Set.of((String[]) ids.getArray());
    }

    static RateCard card(JsonMapper mapper, @Nullable String json) {
        return json == null ? RateCard.STANDARD : RateCard.of(mapper.readTree(json));
    }

    private static List<Part> parts(ResultSet row) throws SQLException {
        UUID[] grants = (UUID[]) row.getArray("grants").getArray();
        Long[] micros = (Long[]) row.getArray("grant_micros").getArray();
        List<Part> parts = new ArrayList<>(grants.length);
        for (int i = 0; i < grants.length; i++) {
            parts.add(new Part(grants[i], micros[i]));
        }
        return parts;
    }
}
