package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.orgs.OrgId;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The laws of the sheet's section 17 that one look at the tables can judge, for many wallets at once. */
final class Laws {
    private Laws() {}

    static void hold(Scene scene) {
        hold(JdbcClient.create(scene.stage.database().dataSource()), List.of(scene.org));
    }

    static void hold(JdbcClient jdbc, Collection<OrgId> orgs) {
        assertThat(broken(jdbc, orgs)).as("broken laws").isEmpty();
    }

    /** Each broken law with the wallet that breaks it. */
    static List<String> broken(JdbcClient jdbc, Collection<OrgId> orgs) {
        return jdbc.sql(SQL)
                .param("orgs", orgs.stream().map(OrgId::value).toArray(UUID[]::new))
                .query(String.class)
                .list();
    }

    /** What breaks a law: a row each. */
    private static final String SQL = """
            with w as (select * from wallet where org_id = any(:orgs)),
            open as (select * from hold where org_id = any(:orgs)),
            t as (select * from transfer where org_id = any(:orgs)),
            g as (select * from credit_grant where org_id = any(:orgs)),
            part as (select h.org_id, p.grant_id, p.micros from open h
                     cross join unnest(h.grants, h.grant_micros) as p (grant_id, micros)),
            line as (select org_id, seq, created_at, balance_micros,
                            lag(seq, 1, 0::bigint) over chain as before,
                            lag(created_at) over chain as earlier,
                            sum(case 'wallet' when target then amount_micros when source then -amount_micros else 0 end)
                                over chain as sum
                     from t window chain as (partition by org_id order by seq))
            select 'L-01 a movement does not sum to zero: ' || movement_id from entry where org_id = any(:orgs)
                group by movement_id having sum(amount_micros) <> 0
            union all select 'the chain has a gap or a double: ' || org_id || ' ' || seq from line where seq <> before + 1
            union all select 'TZ-14 time steps back: ' || org_id || ' ' || seq from line where created_at < earlier
            union all select 'L-12 a line does not show the balance after it: ' || org_id || ' ' || seq from line
                where balance_micros <> sum
            union all select 'the last line is another: ' || org_id from w
                where last_seq <> coalesce((select max(seq) from t where t.org_id = w.org_id), 0)
            union all select 'L-02 available is below the floor: ' || org_id from w
                where posted_micros - held_micros < floor_micros
            union all select 'L-03 held is not the sum of pending holds: ' || org_id from w
                where held_micros <> coalesce((select sum(amount_micros) from open where open.org_id = w.org_id), 0)
            union all select 'open holds are counted wrong: ' || org_id from w
                where open_holds <> (select count(*) from open where open.org_id = w.org_id)
            union all select 'held of a grant is not the sum of its parts: ' || g.id from g
                where held_micros <> coalesce((select sum(micros) from part
                                               where part.org_id = g.org_id and part.grant_id = g.id), 0)
            union all select 'a hold stands on more than it is: ' || id from open
                where amount_micros < (select coalesce(sum(micros), 0) from unnest(grant_micros) as micros)
            union all select 'something is due before the wallet says so: ' || org_id from w
                where coalesce(due_at, 'infinity') > least(
                    (select min(expires_at) from open where open.org_id = w.org_id),
                    (select min(g.expires_at) from g where g.org_id = w.org_id and g.open
                                                       and g.remaining_micros > g.held_micros),
                    (select min(next_at) from allowance a where a.org_id = w.org_id))
            union all select 'what is left of a grant is not what came less its uses: ' || g.id from g
                join w on w.org_id = g.org_id and w.floor_micros = 0
                where g.remaining_micros <> g.amount_micros - coalesce((
                    select sum(u.micros) from grant_use u where u.org_id = g.org_id and u.grant_id = g.id), 0)
            union all select 'L-04 posted is not the sum of entries: ' || org_id from w
                where posted_micros <> coalesce((select sum(amount_micros) from entry e
                                                 where e.org_id = w.org_id and e.account = 'wallet'), 0)
            union all select 'L-04 posted is not the sum of remaining grants less the debt: ' || org_id from w
                where posted_micros > coalesce((select sum(remaining_micros) from g where g.org_id = w.org_id), 0)
                   or posted_micros - floor_micros < coalesce((select sum(remaining_micros) from g
                                                               where g.org_id = w.org_id), 0) and floor_micros = 0
            union all select 'L-05 a hold is open and ended: ' || open.id from open
                join reservation r on r.org_id = open.org_id and r.id = open.id
            union all select 'L-06 debit and absorbed are not what was booked: ' || r.id from reservation r
                cross join lateral (
                    select coalesce(sum(amount_micros) filter (where source = 'wallet'), 0) as debited,
                           coalesce(sum(amount_micros) filter (where source = 'absorbed'), 0) as absorbed
                    from t where t.org_id = r.org_id and t.reference = r.id::text
                             and t.type in ('usage', 'absorption')) as booked
                where r.org_id = any(:orgs) and r.closed_at is not null
                  and (r.debited_micros <> booked.debited or r.absorbed_micros <> booked.absorbed)
            """;
}
