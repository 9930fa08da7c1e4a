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
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables {@code top_up_rule} and {@code top_up_charge}: written under the lock of the wallet. */
@Repository
class TopUpStore {

    private static final int SHOWN_CHARGES = 10;

    private final JdbcClient jdbc;

    TopUpStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<TopUpRule> rule(OrgId org) {
        return jdbc.sql("select * from top_up_rule where org_id = :org")
                .param("org", org.value())
                .query((row, number) -> new TopUpRule(
                        new Credits(row.getLong("threshold_micros")),
                        credits(row, "amount_micros"),
                        credits(row, "target_micros"),
                        row.getInt("max_per_day"),
                        row.getBoolean("paused"),
                        row.getInt("declines"),
                        GrantStore.at(row, "wait_until"),
                        row.getLong("version"),
                        charges(org)))
                .optional();
    }

    private List<TopUpRule.Charge> charges(OrgId org) {
        return jdbc.sql("select * from top_up_charge where org_id = :org order by id desc limit :shown")
                .param("org", org.value())
                .param("shown", SHOWN_CHARGES)
                .query((row, number) -> charge(row))
                .list();
    }

    private static TopUpRule.Charge charge(ResultSet row) throws SQLException {
        return new TopUpRule.Charge(
                row.getObject("id", UUID.class),
                new Credits(row.getLong("amount_micros")),
                row.getString("state"),
                row.getString("reason"),
                row.getObject("entry_id", UUID.class),
                GrantStore.time(row, "requested_at"),
                GrantStore.at(row, "ended_at"));
    }

    private static @Nullable Credits credits(ResultSet row, String column) throws SQLException {
        Long micros = row.getObject(column, Long.class);
        return micros == null ? null : new Credits(micros);
    }

    /** Writes a rule; a new one starts without a past. */
    void put(OrgId org, TopUps.Wish wish) {
        jdbc.sql("""
                        insert into top_up_rule (org_id, threshold_micros, amount_micros, target_micros, max_per_day, paused,
                                                 updated_at)
                        values (:org, :threshold, :amount, :target, :max, :paused, clock_timestamp())
                        on conflict (org_id) do update
                        set threshold_micros = excluded.threshold_micros, amount_micros = excluded.amount_micros,
                            target_micros = excluded.target_micros, max_per_day = excluded.max_per_day,
                            declines = case when excluded.paused then top_up_rule.declines else 0 end,
                            paused = excluded.paused, version = top_up_rule.version + 1,
                            updated_at = excluded.updated_at
                        """)
                .param("org", org.value())
                .param("threshold", wish.threshold().micros())
                .param("amount", wish.amount() == null ? null : wish.amount().micros(), Types.BIGINT)
                .param("target", wish.target() == null ? null : wish.target().micros(), Types.BIGINT)
                .param("max", wish.maxPerDay())
                .param("paused", wish.paused())
                .update();
        watch(org);
    }

    boolean delete(OrgId org) {
        boolean gone = jdbc.sql("delete from top_up_rule where org_id = :org")
                        .param("org", org.value())
                        .update()
                == 1;
        watch(org);
        return gone;
    }

    /** Copies the threshold of an active rule to the wallet's row. */
    private void watch(OrgId org) {
        jdbc.sql("""
                        update wallet w
                        set top_up_threshold_micros = (select r.threshold_micros from top_up_rule r
                                                       where r.org_id = w.org_id and not r.paused)
                        where w.org_id = :org
                        """).param("org", org.value()).update();
    }

    /** After a charge has ended: when the next may start, and whether there will be one by itself. */
    void ended(OrgId org, int declines, Instant waitUntil, boolean paused) {
        jdbc.sql("""
                        update top_up_rule
                        set declines = :declines, wait_until = :wait::timestamptz, paused = paused or :paused,
                            updated_at = clock_timestamp()
                        where org_id = :org
                        """)
                .param("org", org.value())
                .param("declines", declines)
                .param("wait", waitUntil.toString())
                .param("paused", paused)
                .update();
        watch(org);
    }

    void lookAt(OrgId org, @Nullable Instant at) {
        jdbc.sql("update top_up_rule set look_at = :at::timestamptz where org_id = :org")
                .param("org", org.value())
                .param("at", at == null ? null : at.toString(), Types.VARCHAR)
                .update();
    }

    @AllOrgs(because = "looks after every rule whose time has come")
    List<OrgId> due(int atMost) {
        return jdbc.sql("""
                        select org_id from top_up_rule where look_at <= (select clock_timestamp())
                        order by look_at limit :at_most
                        """)
                .param("at_most", atMost)
                .query((row, number) -> new OrgId(row.getObject("org_id", UUID.class)))
                .list();
    }

    boolean inFlight(OrgId org) {
        return jdbc.sql("select exists (select from top_up_charge where org_id = :org and state = 'requested')")
                .param("org", org.value())
                .query(Boolean.class)
                .single();
    }

    int attemptsSince(OrgId org, Instant since) {
        return jdbc.sql("""
                        select count(*) from top_up_charge
                        where org_id = :org and requested_at >= :since::timestamptz
                        """)
                .param("org", org.value())
                .param("since", since.toString())
                .query(Integer.class)
                .single();
    }

    void request(OrgId org, UUID charge, Credits amount, Instant now) {
        jdbc.sql("""
                        insert into top_up_charge (org_id, id, amount_micros, state, requested_at)
                        values (:org, :id, :amount, 'requested', :now::timestamptz)
                        """)
                .param("org", org.value())
                .param("id", charge)
                .param("amount", amount.micros())
                .param("now", now.toString())
                .update();
    }

    @AllOrgs(because = "a charge's id is looked up to learn whose it is")
    Optional<OrgId> owner(UUID charge) {
        return jdbc.sql("select org_id from top_up_charge where id = :id")
                .param("id", charge)
                .query(UUID.class)
                .optional()
                .map(OrgId::new);
    }

    TopUpRule.Charge charge(OrgId org, UUID charge) {
        return jdbc.sql("select * from top_up_charge where org_id = :org and id = :id")
                .param("org", org.value())
                .param("id", charge)
                .query((row, number) -> charge(row))
                .single();
    }

    void end(OrgId org, UUID charge, String state, @Nullable UUID entry, @Nullable String reason, Instant now) {
        jdbc.sql("""
                        update top_up_charge
                        set state = :state, entry_id = :entry, reason = :reason, ended_at = :now::timestamptz
                        where org_id = :org and id = :id
                        """)
                .param("org", org.value())
                .param("id", charge)
                .param("state", state)
                .param("entry", entry, Types.OTHER)
                .param("reason", reason, Types.VARCHAR)
                .param("now", now.toString())
                .update();
    }

    /** Takes note that the balance is low. False when somebody was told within the period. */
    boolean alert(OrgId org, Instant now, Instant notSince) {
        return jdbc.sql("""
                        update wallet set alerted_at = :now::timestamptz
                        where org_id = :org and (alerted_at > :not_since::timestamptz) is not true
                        """)
                        .param("org", org.value())
                        .param("now", now.toString())
                        .param("not_since", notSince.toString())
                        .update()
                == 1;
    }
}
