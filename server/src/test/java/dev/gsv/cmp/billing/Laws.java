package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

/** The laws of the sheet's section 17 that one look at the tables can judge. */
final class Laws {
    private Laws() {}

    static void hold(Scene scene) {
        conservation(scene);
        heldIsTheSumOfPendingHolds(scene);
        balances(scene);
    }

    /** L-01. */
    static void conservation(Scene scene) {
        assertThat(scene.sql("""
                                select count(*) from (
                                    select movement_id from entry where org_id = :org
                                    group by movement_id having sum(amount_micros) <> 0) as unbalanced
                                """).query(Long.class).single())
                .as("L-01 entries of a movement sum to zero")
                .isZero();
        assertThat(scene.sql("""
                                select count(*) from movement m
                                where m.org_id = :org and not exists (
                                    select from entry e where e.org_id = m.org_id and e.movement_id = m.id)
                                """).query(Long.class).single())
                .as("a movement has entries")
                .isZero();
    }

    /** L-03, and that the grants agree with it. */
    static void heldIsTheSumOfPendingHolds(Scene scene) {
        assertThat(scene.sql("""
                                select w.held_micros - coalesce((select sum(r.amount_micros) from reservation r
                                    where r.org_id = w.org_id and r.status = 'pending'), 0)
                                from wallet w where w.org_id = :org
                                """).query(Long.class).single())
                .as("L-03 held = sum of pending holds")
                .isZero();
        assertThat(scene.sql("""
                                select w.open_holds - (select count(*) from reservation r
                                    where r.org_id = w.org_id and r.status = 'pending')
                                from wallet w where w.org_id = :org
                                """).query(Long.class).single())
                .as("open holds are counted")
                .isZero();
        assertThat(scene.sql("""
                                select count(*) from credit_grant g
                                where g.org_id = :org and g.held_micros <> coalesce((
                                    select sum(h.micros) from grant_hold h
                                    join reservation r on r.org_id = h.org_id and r.id = h.reservation_id
                                    where h.org_id = g.org_id and h.grant_id = g.id and r.status = 'pending'), 0)
                                """).query(Long.class).single())
                .as("what is held of a grant = its parts in pending holds")
                .isZero();
    }

    /** L-02, L-04 and L-06. */
    static void balances(Scene scene) {
        assertThat(scene.sql("""
                                select posted_micros - held_micros - floor_micros from wallet where org_id = :org
                                """).query(Long.class).single())
                .as("L-02 available is never below the floor")
                .isNotNegative();
        assertThat(scene.sql("""
                                select w.posted_micros - coalesce((select sum(e.amount_micros) from entry e
                                    where e.org_id = w.org_id and e.account = 'wallet'), 0)
                                from wallet w where w.org_id = :org
                                """).query(Long.class).single())
                .as("L-04 posted = sum of entries")
                .isZero();
        assertThat(scene.sql("""
                                select coalesce(sum(g.remaining_micros), 0) - greatest(w.posted_micros, 0)
                                from wallet w left join credit_grant g on g.org_id = w.org_id
                                where w.org_id = :org and w.floor_micros = 0
                                group by w.posted_micros
                                """).query(Long.class).optional().orElse(0L))
                .as("L-04 posted = sum of remaining grants, without overdraft")
                .isZero();
        assertThat(scene.sql("""
                                select count(*) from (
                                    select e.seq, e.balance_micros - sum(e.amount_micros) over (order by e.seq) as off,
                                           row_number() over (order by e.seq) as place
                                    from entry e where e.org_id = :org and e.account = 'wallet') as line
                                where off <> 0 or place <> seq
                                """).query(Long.class).single())
                .as("each line shows the balance after it, without a gap")
                .isZero();
    }
}
