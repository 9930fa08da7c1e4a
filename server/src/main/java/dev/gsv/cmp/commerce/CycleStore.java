package dev.gsv.cmp.commerce;

import dev.gsv.cmp.billing.Renewing;
import dev.gsv.cmp.billing.Wallet;
import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables {@code billing_cycle} and {@code free_allowance}; reads {@code instance} and {@code plan}. */
@Repository
class CycleStore {

    /** An instance whose period is over. */
    record Due(OrgId org, UUID instance, Instant endedAt) {}

    /** Where a cycle begins. */
    record Beginning(UUID instance, UUID plan, int stepMonths, Credits price, Credits included, boolean renews) {}

    private static final String COLUMNS =
            "c.org_id, c.instance_id, c.plan_id, c.number, c.starts_at, c.ends_at, c.price_micros, c.included_micros";

    private final JdbcClient jdbc;

    CycleStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The database's clock: every node counts the same periods. */
    @AllOrgs(because = "time belongs to nobody")
    Instant clock() {
        return jdbc.sql("select clock_timestamp()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    /** Begins the first period; another cycle of the instance, of a plan that it had before, ends with it. */
    Cycle begin(OrgId org, Beginning first, Instant now) {
        return jdbc.sql("""
                        insert into billing_cycle as c (org_id, instance_id, plan_id, anchor_at, step_months, number,
                            starts_at, ends_at, price_micros, included_micros, state)
                        values (:org, :instance, :plan, :now, :step, 1, :now,
                            (:now at time zone 'UTC' + make_interval(months => :step)) at time zone 'UTC',
                            :price, :included, :state)
                        on conflict (org_id, instance_id) do update
                        set plan_id = excluded.plan_id, anchor_at = excluded.anchor_at,
                            step_months = excluded.step_months, number = 1, starts_at = excluded.starts_at,
                            ends_at = excluded.ends_at, price_micros = excluded.price_micros,
                            included_micros = excluded.included_micros, state = excluded.state, updated_at = now()
                        returning\s""" + COLUMNS)
                .param("org", org.value())
                .param("instance", first.instance())
                .param("plan", first.plan())
                .param("step", first.stepMonths())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("price", first.price().micros())
                .param("included", first.included().micros())
                .param("state", first.renews() ? "renewing" : "once")
                .query(CycleStore::cycle)
                .single();
    }

    /** The instance has a plan without periods now. */
    void remove(OrgId org, UUID instance) {
        jdbc.sql("delete from billing_cycle where org_id = :org and instance_id = :instance")
                .param("org", org.value())
                .param("instance", instance)
                .update();
    }

    /**
     * Goes on to the period that holds this moment, if the present one is over: the decision about a renewal. Of many
     * that ask at once one gets it. Whole periods in which nobody could renew are passed over; ends are counted from
     * the first beginning, so that a 31st comes back after February.
     */
    Optional<Cycle> advance(OrgId org, UUID instance, Instant now) {
        return jdbc.sql("""
                        update billing_cycle c
                        set number = n.number,
                            starts_at = (c.anchor_at at time zone 'UTC'
                                         + make_interval(months => c.step_months * (n.number - 1))) at time zone 'UTC',
                            ends_at = (c.anchor_at at time zone 'UTC'
                                       + make_interval(months => c.step_months * n.number)) at time zone 'UTC',
                            updated_at = now()
                        from billing_cycle before
                        cross join lateral (
                            select g.number from generate_series(before.number + 1, before.number + 2400) as g (number)
                            where (before.anchor_at at time zone 'UTC'
                                   + make_interval(months => before.step_months * g.number)) at time zone 'UTC' > :now
                            order by g.number limit 1) n
                        where before.org_id = :org and before.instance_id = :instance
                          and c.org_id = before.org_id and c.instance_id = before.instance_id
                          and c.number = before.number and c.anchor_at = before.anchor_at
                          and c.state = 'renewing' and c.ends_at <= :now
                        returning\s""" + COLUMNS)
                .param("org", org.value())
                .param("instance", instance)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query(CycleStore::cycle)
                .optional();
    }

    /** Notes that a period ended and no other began. False when it is not over, or that is noted already. */
    boolean end(OrgId org, UUID instance, Instant now) {
        return jdbc.sql("""
                        update billing_cycle set state = 'ended', updated_at = now()
                        where org_id = :org and instance_id = :instance and state = 'renewing' and ends_at <= :now
                        """)
                        .param("org", org.value())
                        .param("instance", instance)
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** Begins anew where the last period is over: a period that nobody used is not paid. */
    Optional<Cycle> restart(OrgId org, UUID instance, Instant now) {
        return jdbc.sql("""
                        update billing_cycle c
                        set anchor_at = :now, number = 1, starts_at = :now, state = 'renewing', updated_at = now(),
                            ends_at = (:now at time zone 'UTC' + make_interval(months => step_months))
                                      at time zone 'UTC'
                        where org_id = :org and instance_id = :instance and state in ('renewing', 'ended')
                          and ends_at <= :now
                        returning\s""" + COLUMNS)
                .param("org", org.value())
                .param("instance", instance)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query(CycleStore::cycle)
                .optional();
    }

    /** True when the included credits of a plan without a price are due: once until then. */
    boolean allow(OrgId org, UUID plan, Instant now, Instant until) {
        return jdbc.sql("""
                        insert into free_allowance as a (org_id, plan_id, until) values (:org, :plan, :until)
                        on conflict (org_id, plan_id) do update set until = excluded.until where a.until <= :now
                        """)
                        .param("org", org.value())
                        .param("plan", plan)
                        .param("until", until.atOffset(ZoneOffset.UTC))
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** What is over, the longest first, beginning after the last one of the portion before. */
    @AllOrgs(because = "renews what is due, whoever it belongs to")
    List<Due> due(Instant now, Instant after, UUID last, int atMost) {
        return jdbc.sql("""
                        select org_id, instance_id, ends_at from billing_cycle
                        where state = 'renewing' and ends_at <= :now and (ends_at, instance_id) > (:after, :last)
                        order by ends_at, instance_id limit :at_most
                        """)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("after", after.atOffset(ZoneOffset.UTC))
                .param("last", last)
                .param("at_most", atMost)
                .query((row, number) ->
                        new Due(new OrgId(id(row, "org_id")), id(row, "instance_id"), time(row, "ends_at")))
                .list();
    }

    /** The next renewal of the organization; one that adds credit before one that only costs. */
    Optional<Renewing.Renewal> next(OrgId org) {
        return jdbc.sql("""
                        select c.ends_at, c.plan_id, p.name, c.included_micros / c.step_months as monthly_micros
                        from billing_cycle c
                        join instance i on i.org_id = c.org_id and i.id = c.instance_id and i.state = 'active'
                        join plan p on p.id = c.plan_id
                        where c.org_id = :org and c.state = 'renewing'
                        order by c.included_micros = 0, c.ends_at, c.instance_id limit 1
                        """)
                .param("org", org.value())
                .query((row, number) -> new Renewing.Renewal(
                        time(row, "ends_at"),
                        new Wallet.MonthlyPlan(
                                id(row, "plan_id"), row.getString("name"), new Credits(row.getLong("monthly_micros")))))
                .optional();
    }

    private static Cycle cycle(ResultSet row, int number) throws SQLException {
        return new Cycle(
                new OrgId(id(row, "org_id")),
                id(row, "instance_id"),
                id(row, "plan_id"),
                row.getInt("number"),
                time(row, "starts_at"),
                time(row, "ends_at"),
                new Credits(row.getLong("price_micros")),
                new Credits(row.getLong("included_micros")));
    }

    private static UUID id(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
