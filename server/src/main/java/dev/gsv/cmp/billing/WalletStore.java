package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Rows;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables {@code wallet}, {@code credit_grant} and {@code trial}. */
@Repository
class WalletStore {

    private static final String MANY = "each row names its organization; the callers were let into all of them";

    private final JdbcClient jdbc;

    WalletStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when there is one already. */
    boolean insert(OrgId org, UUID id) {
        return jdbc.sql("""
                        insert into wallet (org_id, id) values (:org, :id) on conflict (org_id) do nothing
                        """).param("org", org.value()).param("id", id).update() == 1;
    }

    @AllOrgs(because = "a person's trial is theirs, whatever organization they are in")
    boolean insertTrial(OrgId org, String owner) {
        return jdbc.sql("""
                        insert into trial (owner, org_id) values (:owner, :org) on conflict (owner) do nothing
                        """).param("owner", owner).param("org", org.value()).update() == 1;
    }

    @AllOrgs(because = "a wallet's id is looked up to learn which organization's door to knock at")
    Optional<OrgId> owner(UUID wallet) {
        return jdbc.sql("select org_id from wallet where id = :wallet")
                .param("wallet", wallet)
                .query(UUID.class)
                .optional()
                .map(OrgId::new);
    }

    /**
     * A wallet as a reader sees it.
     *
     * @param begins true when a period of an allowance has begun that is not yet written down
     */
    record Seen(Wallet wallet, boolean begins) {}

    /** What readers see: holds past their limit and credit that lapsed do not count, swept or not. */
    Optional<Seen> find(OrgId org) {
        return jdbc.sql("""
                        select w.id, w.org_id, w.posted_micros, w.floor_micros, w.low_balance_threshold_micros,
                               w.held_micros - due.held_micros as reserved_micros,
                               due.free_micros + due.standing_micros as lapsed_micros, due.begins,
                               (select string_agg(g.capability || '=' || g.micros, ',' order by g.capability) from (
                                    select capability, sum(remaining_micros - held_micros) as micros from credit_grant
                                    where org_id = w.org_id and open and capability is not null
                                      and (expires_at > clock_timestamp()) is not false
                                    group by capability) as g) as limited
                        from wallet w
                        cross join lateral (
                            select
                                coalesce((select sum(h.amount_micros) from hold h
                                          where h.org_id = w.org_id and h.expires_at <= clock_timestamp()), 0)
                                    as held_micros,
                                coalesce((select sum(g.remaining_micros - g.held_micros) from credit_grant g
                                          where g.org_id = w.org_id and g.open and g.expires_at <= clock_timestamp()), 0)
                                    as free_micros,
                                coalesce((select sum(part.micros) from hold h
                                          cross join unnest(h.grants, h.grant_micros) as part (grant_id, micros)
                                          join credit_grant g on g.org_id = h.org_id and g.id = part.grant_id
                                          where h.org_id = w.org_id and h.expires_at <= clock_timestamp()
                                            and g.expires_at <= clock_timestamp()), 0) as standing_micros,
                                exists (select from allowance a
                                        where a.org_id = w.org_id and a.next_at <= clock_timestamp()) as begins
                            where w.due_at <= clock_timestamp()
                            union all
                            select 0, 0, 0, false where (w.due_at <= clock_timestamp()) is not true) as due
                        where w.org_id = :org
                        """)
                .param("org", org.value())
                .query(WalletStore::wallet)
                .optional();
    }

    private static Seen wallet(ResultSet row, int number) throws SQLException {
        long reserved = row.getLong("reserved_micros");
        String limited = row.getString("limited");
        return new Seen(
                Wallet.of(
                        row.getObject("id", UUID.class),
                        new OrgId(row.getObject("org_id", UUID.class)),
                        row.getLong("posted_micros"),
                        reserved,
                        row.getLong("posted_micros") - reserved - row.getLong("lapsed_micros"),
                        row.getLong("floor_micros"),
                        row.getObject("low_balance_threshold_micros", Long.class),
                        limited == null ? List.of() : limited(limited)),
                row.getBoolean("begins"));
    }

    private static List<Wallet.Limited> limited(String text) {
        return Stream.of(text.split(",", -1))
                .map(one -> one.split("=", -1))
                .map(one -> new Wallet.Limited(one[0], new Credits(Long.parseLong(one[1]))))
                .toList();
    }

    private static final String PURSES = """
            select org_id, id, posted_micros, held_micros, open_holds, floor_micros, last_seq, last_entry_at, due_at,
                   low_balance_threshold_micros, top_up_threshold_micros
            from wallet
            where org_id = any(:orgs::uuid[])
            order by org_id""";

    private static final String LOCKED = PURSES + " for update";

    /**
     * Reads wallets and locks them, always in the same order, so that two transactions never wait for each other in a
     * circle.
     *
     * @param look true for whoever only looks: without a lock
     */
    @AllOrgs(because = MANY)
    void read(Pipeline pipeline, Collection<OrgId> orgs, boolean look, Consumer<Purse> found) {
        pipeline.add(
                look ? PURSES : LOCKED,
                Map.of("orgs", OrgId.texts(orgs)),
                row -> found.accept(new Purse(
                        new OrgId(row.getObject("org_id", UUID.class)),
                        row.getObject("id", UUID.class),
                        row.getLong("posted_micros"),
                        row.getLong("held_micros"),
                        row.getInt("open_holds"),
                        row.getLong("floor_micros"),
                        row.getLong("last_seq"),
                        GrantStore.at(row, "last_entry_at"),
                        GrantStore.at(row, "due_at"),
                        row.getObject("low_balance_threshold_micros", Long.class),
                        row.getObject("top_up_threshold_micros", Long.class))));
    }

    /**
     * Reads the grants that have something left into their wallets, which were read before.
     *
     * @param now learns the database's clock, not the start of the transaction: time that was spent waiting for a lock
     *     has passed
     */
    @AllOrgs(because = MANY)
    void readGrants(Pipeline pipeline, Collection<OrgId> orgs, Map<OrgId, Purse> purses, Consumer<Instant> now) {
        pipeline.add("""
                        select clock_timestamp() as now, g.org_id, g.id, g.kind, g.priority, g.effective_at, g.expires_at,
                               g.created_at, g.remaining_micros, g.held_micros, g.capability, g.allowance_id, g.period,
                               g.carried, g.voided_at is not null as voided
                        from (values (1)) as once (row)
                        left join credit_grant g on g.org_id = any(:orgs::uuid[]) and g.open
                        """, Map.of("orgs", OrgId.texts(orgs)), row -> {
            now.accept(row.getObject("now", OffsetDateTime.class).toInstant());
            UUID org = row.getObject("org_id", UUID.class);
            Purse purse = org == null ? null : purses.get(new OrgId(org));
            if (purse != null) {
                purse.add(GrantStore.portion(row));
            }
        });
    }

    @AllOrgs(because = "time belongs to nobody")
    Instant clock() {
        return jdbc.sql("select clock_timestamp()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    @AllOrgs(because = MANY)
    void update(Pipeline pipeline, Collection<Purse> purses) {
        if (purses.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        update wallet w
                        set posted_micros = n.posted, held_micros = n.held, open_holds = n.holds, last_seq = n.seq,
                            last_entry_at = n.last_at, due_at = n.due_at, updated_at = clock_timestamp()
                        from unnest(:orgs::uuid[], :posted::bigint[], :held::bigint[], :holds::bigint[], :seq::bigint[],
                                    :last_at::timestamptz[], :due_at::timestamptz[])
                             as n (org_id, posted, held, holds, seq, last_at, due_at)
                        where w.org_id = n.org_id
                        """,
                Rows.of(purses)
                        .id("orgs", purse -> purse.org.value())
                        .number("posted", Purse::posted)
                        .number("held", Purse::held)
                        .number("holds", Purse::openHolds)
                        .number("seq", Purse::seq)
                        .time("last_at", Purse::lastEntryAt)
                        .time("due_at", Purse::dueAt)
                        .columns());
    }

    @AllOrgs(because = MANY)
    void updateGrants(Pipeline pipeline, Collection<Purse> purses) {
        record Changed(OrgId org, Purse.Portion portion) {}
        List<Changed> changed = purses.stream()
                .flatMap(purse -> purse.portions().stream()
                        .filter(portion -> portion.changed)
                        .map(portion -> new Changed(purse.org, portion)))
                .toList();
        if (changed.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        update credit_grant g
                        set remaining_micros = n.remaining, held_micros = n.held, open = n.remaining > 0,
                            updated_at = clock_timestamp()
                        from unnest(:orgs::uuid[], :ids::uuid[], :remaining::bigint[], :held::bigint[])
                             as n (org_id, id, remaining, held)
                        where g.org_id = n.org_id and g.id = n.id
                        """,
                Rows.of(changed)
                        .id("orgs", row -> row.org().value())
                        .id("ids", row -> row.portion().id)
                        .number("remaining", row -> row.portion().remaining)
                        .number("held", row -> row.portion().held)
                        .columns());
    }

    @AllOrgs(because = MANY)
    void insertGrants(Pipeline pipeline, Collection<Grant> grants) {
        if (grants.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        insert into credit_grant (org_id, id, kind, priority, amount_micros, remaining_micros,
                                                  open, effective_at, expires_at, reference, movement_id, created_at, updated_at,
                                                  capability, allowance_id, period, carried)
                        select org_id, id, kind, priority, amount, remaining, remaining > 0, effective_at, expires_at,
                               reference, movement, created_at, created_at, capability, allowance, period, carried
                        from unnest(:orgs::uuid[], :ids::uuid[], :kinds::text[], :priorities::bigint[],
                                    :amounts::bigint[], :remaining::bigint[], :effective::timestamptz[],
                                    :expires::timestamptz[], :references::text[], :movements::uuid[],
                                    :created::timestamptz[], :capabilities::text[], :allowances::uuid[],
                                    :periods::text[]::integer[], :carried::text[]::boolean[])
                             as n (org_id, id, kind, priority, amount, remaining, effective_at, expires_at, reference,
                                   movement, created_at, capability, allowance, period, carried)
                        """,
                Rows.of(grants)
                        .id("orgs", row -> row.org().value())
                        .id("ids", Grant::id)
                        .text("kinds", grant -> grant.terms().kind().text())
                        .number("priorities", grant -> grant.terms().priority())
                        .number("amounts", Grant::amount)
                        .number("remaining", Grant::remaining)
                        .time("effective", grant -> grant.terms().effectiveAt())
                        .time("expires", grant -> grant.terms().expiresAt())
                        .text("references", Grant::reference)
                        .id("movements", Grant::movement)
                        .time("created", grant -> grant.terms().createdAt())
                        .text("capabilities", grant -> grant.terms().capability())
                        .id("allowances", grant -> period(grant, Grant.Period::allowance))
                        .text("periods", grant -> period(grant, Grant.Period::number))
                        .text(
                                "carried",
                                grant -> grant.terms().period() != null
                                        && grant.terms().period().carried())
                        .columns());
    }

    private static <V> @Nullable V period(Grant grant, Function<Grant.Period, V> value) {
        Grant.Period period = grant.terms().period();
        return period == null ? null : value.apply(period);
    }

    /** False when less is agreed than what is in use. */
    boolean floor(OrgId org, long micros) {
        return jdbc.sql("""
                        update wallet set floor_micros = :floor, updated_at = clock_timestamp()
                        where org_id = :org and posted_micros - held_micros >= :floor
                        """).param("org", org.value()).param("floor", micros).update() == 1;
    }

    void alertBelow(OrgId org, @Nullable Long threshold) {
        jdbc.sql("""
                        update wallet set low_balance_threshold_micros = :threshold, updated_at = clock_timestamp()
                        where org_id = :org
                        """)
                .param("org", org.value())
                .param("threshold", threshold, Types.BIGINT)
                .update();
    }

    /** What is due next in wallets: limits of open holds, and periods of allowances. */
    record Next(@Nullable Instant hold, @Nullable Instant allowance, boolean begins) {
        static final Next NOTHING = new Next(null, null, false);
    }

    /**
     * What is due next in each wallet; nothing for one without.
     *
     * @param seen holds up to then are known to have expired, though they are still there; null for none
     */
    @AllOrgs(because = MANY)
    Map<OrgId, Next> next(Collection<OrgId> orgs, Instant now, @Nullable Instant seen) {
        Map<OrgId, Next> next = new HashMap<>();
        jdbc.sql("""
                        select org_id, min(hold) as hold, min(period) filter (where period > :now::timestamptz) as period,
                               coalesce(bool_or(period <= :now::timestamptz), false) as begins
                        from (
                            select org_id, expires_at as hold, null::timestamptz as period from hold
                            where org_id = any(:orgs::uuid[]) and expires_at > coalesce(:seen::timestamptz, '-infinity')
                            union all
                            select org_id, null, next_at from allowance
                            where org_id = any(:orgs::uuid[]) and next_at is not null) as due
                        group by org_id
                        """)
                .param("orgs", OrgId.texts(orgs))
                .param("now", now.toString())
                .param("seen", seen == null ? null : seen.toString(), Types.VARCHAR)
                .query(row -> {
                    next.put(
                            new OrgId(row.getObject("org_id", UUID.class)),
                            new Next(
                                    GrantStore.at(row, "hold"),
                                    GrantStore.at(row, "period"),
                                    row.getBoolean("begins")));
                });
        return next;
    }

    /**
     * Organizations with holds past their limit or grants past their end, the longest overdue first. The clock is asked
     * once, in a query of its own: compared with a function that may change, the index would be read from end to end.
     */
    @AllOrgs(because = "sweeps what is due, whoever it belongs to")
    List<OrgId> due(int atMost) {
        return jdbc.sql("""
                        select org_id from wallet
                        where due_at <= (select clock_timestamp())
                        order by due_at
                        limit :at_most
                        """)
                .param("at_most", atMost)
                .query((row, number) -> new OrgId(row.getObject("org_id", UUID.class)))
                .list();
    }
}
