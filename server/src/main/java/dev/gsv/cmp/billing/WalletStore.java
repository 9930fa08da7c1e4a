package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Rows;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
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

    /** What readers see: holds past their limit and credit that lapsed do not count, swept or not. */
    Optional<Wallet> find(OrgId org) {
        return jdbc.sql("""
                        select w.id, w.org_id, w.posted_micros, w.floor_micros, w.low_balance_threshold_micros,
                               w.held_micros - due.held_micros as reserved_micros,
                               due.free_micros + due.standing_micros as lapsed_micros
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
                                            and g.expires_at <= clock_timestamp()), 0) as standing_micros
                            where w.due_at <= clock_timestamp()
                            union all
                            select 0, 0, 0 where (w.due_at <= clock_timestamp()) is not true) as due
                        where w.org_id = :org
                        """)
                .param("org", org.value())
                .query(WalletStore::wallet)
                .optional();
    }

    private static Wallet wallet(ResultSet row, int number) throws SQLException {
        long reserved = row.getLong("reserved_micros");
        Long threshold = row.getObject("low_balance_threshold_micros", Long.class);
        return Wallet.of(
                row.getObject("id", UUID.class),
                new OrgId(row.getObject("org_id", UUID.class)),
                row.getLong("posted_micros"),
                reserved,
                row.getLong("posted_micros") - reserved - row.getLong("lapsed_micros"),
                threshold);
    }

    /** Locks wallets, always in the same order, so that two transactions never wait for each other in a circle. */
    @AllOrgs(because = MANY)
    List<Purse> lock(Collection<OrgId> orgs) {
        return jdbc.sql("""
                        select org_id, id, posted_micros, held_micros, open_holds, floor_micros, last_seq, last_entry_at,
                               due_at
                        from wallet
                        where org_id = any(:orgs::uuid[])
                        order by org_id
                        for update
                        """)
                .param("orgs", OrgId.texts(orgs))
                .query((row, number) -> new Purse(
                        new OrgId(row.getObject("org_id", UUID.class)),
                        row.getObject("id", UUID.class),
                        row.getLong("posted_micros"),
                        row.getLong("held_micros"),
                        row.getInt("open_holds"),
                        row.getLong("floor_micros"),
                        row.getLong("last_seq"),
                        instant(row, "last_entry_at"),
                        instant(row, "due_at")))
                .list();
    }

    /**
     * Reads the grants that have something left into their wallets.
     *
     * @return the database's clock, not the start of the transaction: time that was spent waiting for a lock has passed
     */
    @AllOrgs(because = MANY)
    Instant readGrants(Map<OrgId, Purse> purses) {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        jdbc.sql("""
                        select clock_timestamp() as now, g.org_id, g.id, g.priority, g.expires_at, g.created_at,
                               g.remaining_micros, g.held_micros
                        from (values (1)) as once (row)
                        left join credit_grant g on g.org_id = any(:orgs::uuid[]) and g.open
                        """).param("orgs", OrgId.texts(purses.keySet())).query(row -> {
            now.set(row.getObject("now", OffsetDateTime.class).toInstant());
            UUID org = row.getObject("org_id", UUID.class);
            Purse purse = org == null ? null : purses.get(new OrgId(org));
            if (purse != null) {
                purse.add(new Purse.Portion(
                        row.getObject("id", UUID.class),
                        row.getInt("priority"),
                        instant(row, "expires_at"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant(),
                        row.getLong("remaining_micros"),
                        row.getLong("held_micros")));
            }
        });
        return now.get();
    }

    @AllOrgs(because = "time belongs to nobody")
    Instant clock() {
        return jdbc.sql("select clock_timestamp()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    @AllOrgs(because = MANY)
    void update(Collection<Purse> purses) {
        if (purses.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        update wallet w
                        set posted_micros = n.posted, held_micros = n.held, open_holds = n.holds, last_seq = n.seq,
                            last_entry_at = n.last_at, due_at = n.due_at, updated_at = clock_timestamp()
                        from unnest(:orgs::uuid[], :posted::bigint[], :held::bigint[], :holds::bigint[], :seq::bigint[],
                                    :last_at::timestamptz[], :due_at::timestamptz[])
                             as n (org_id, posted, held, holds, seq, last_at, due_at)
                        where w.org_id = n.org_id
                        """)
                .params(Rows.of(purses)
                        .text("orgs", purse -> purse.org)
                        .number("posted", Purse::posted)
                        .number("held", Purse::held)
                        .number("holds", Purse::openHolds)
                        .number("seq", Purse::seq)
                        .text("last_at", Purse::lastEntryAt)
                        .text("due_at", Purse::dueAt)
                        .columns())
                .update();
    }

    @AllOrgs(because = MANY)
    void updateGrants(Collection<Purse> purses) {
        record Changed(OrgId org, Purse.Portion portion) {}
        List<Changed> changed = purses.stream()
                .flatMap(purse -> purse.portions().stream()
                        .filter(portion -> portion.changed)
                        .map(portion -> new Changed(purse.org, portion)))
                .toList();
        if (changed.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        update credit_grant g
                        set remaining_micros = n.remaining, held_micros = n.held, open = n.remaining > 0,
                            updated_at = clock_timestamp()
                        from unnest(:orgs::uuid[], :ids::uuid[], :remaining::bigint[], :held::bigint[])
                             as n (org_id, id, remaining, held)
                        where g.org_id = n.org_id and g.id = n.id
                        """)
                .params(Rows.of(changed)
                        .text("orgs", Changed::org)
                        .text("ids", row -> row.portion().id)
                        .number("remaining", row -> row.portion().remaining)
                        .number("held", row -> row.portion().held)
                        .columns())
                .update();
    }

    @AllOrgs(because = MANY)
    void insertGrants(Collection<Grant> grants) {
        if (grants.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        insert into credit_grant (org_id, id, kind, priority, amount_micros, remaining_micros,
                                                  open, effective_at, expires_at, reference, movement_id, created_at, updated_at)
                        select org_id, id, kind, priority, amount, remaining, remaining > 0, effective_at, expires_at,
                               reference, movement, effective_at, effective_at
                        from unnest(:orgs::uuid[], :ids::uuid[], :kinds::text[], :priorities::bigint[],
                                    :amounts::bigint[], :remaining::bigint[], :effective::timestamptz[],
                                    :expires::timestamptz[], :references::text[], :movements::uuid[])
                             as n (org_id, id, kind, priority, amount, remaining, effective_at, expires_at, reference,
                                   movement)
                        """)
                .params(Rows.of(grants)
                        .text("orgs", Grant::org)
                        .text("ids", Grant::id)
                        .text("kinds", grant -> grant.kind().text())
                        .number("priorities", grant -> grant.kind().priority())
                        .number("amounts", Grant::amount)
                        .number("remaining", Grant::remaining)
                        .text("effective", Grant::effectiveAt)
                        .text("expires", Grant::expiresAt)
                        .text("references", Grant::reference)
                        .text("movements", Grant::movement)
                        .columns())
                .update();
    }

    void floor(OrgId org, long micros, @Nullable Long threshold) {
        jdbc.sql("""
                        update wallet set floor_micros = :floor, low_balance_threshold_micros = :threshold,
                                          updated_at = clock_timestamp()
                        where org_id = :org
                        """)
                .param("org", org.value())
                .param("floor", micros)
                .param("threshold", threshold, Types.BIGINT)
                .update();
    }

    /** Organizations with holds past their limit or grants past their end, the longest overdue first. */
    @AllOrgs(because = "sweeps what is due, whoever it belongs to")
    List<OrgId> due(int atMost) {
        return jdbc.sql("""
                        select org_id from wallet
                        where due_at <= clock_timestamp()
                        order by due_at
                        limit :at_most
                        """)
                .param("at_most", atMost)
                .query((row, number) -> new OrgId(row.getObject("org_id", UUID.class)))
                .list();
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
