package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Pipeline;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The tables {@code budget_stripe} and {@code budget_hold} (ADR 0010). Whoever has enough slack on any stripe takes it
 * and waits for nobody; only near a limit are all stripes locked, first the gate and then the others in order.
 */
@Repository
@AllOrgs(because = "a budget is the operator's and counts the runs of all customers")
class BudgetCounterStore {

    /** Stripes of a budget: more than transactions that hold one at the same time. */
    static final int STRIPES = 32;

    private static final int GATE = -1;

    /** Half of what is left is dealt out, so that what one stripe lacks another does not have idle. */
    private static final long DEALT_SHARE = 2L * STRIPES;

    /** The slack of a stripe of a budget without limits, in micro-USD. */
    private static final long BOUNDLESS = 1L << 40;

    /** A hold as it is written. */
    record Hold(String run, String budget, String provider, long micros) {}

    /** A hold that ended: what it held until now, and what it cost. */
    record Ended(String budget, String provider, long held, long cost, boolean above) {}

    private final JdbcClient jdbc;

    BudgetCounterStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private static String[] texts(Collection<Hold> holds, Function<Hold, String> text) {
        return holds.stream().map(text).toArray(String[]::new);
    }

    /** What changes at a budget: what is wanted, and what ended runs held and cost; micro-USD. */
    record Move(String budget, long wanted, long held, long cost) {
        boolean ends() {
            return held != 0 || cost != 0;
        }
    }

    /**
     * Books what ended and holds what is wanted, all at one stripe that nobody has locked and that has room for it.
     * Answers the stripe; none when no free stripe has the room, and then nothing has changed.
     */
    Optional<Integer> move(Move move) {
        return moved(move, """
                        select stripe from budget_stripe
                        where budget_key = :budget and stripe >= 0
                          and slack_micro + :held - :cost >= :wanted and slack_micro + :held - :cost > 0
                        limit 1
                        for update skip locked
                        """).query(Integer.class).optional();
    }

    private JdbcClient.StatementSpec moved(Move move, String which) {
        return jdbc.sql("with free as (" + which + ")" + """
                        , m as (
                            select date_trunc('hour', clock_timestamp(), 'UTC') as hour,
                                   date_trunc('day', clock_timestamp(), 'UTC') as day,
                                   date_trunc('month', clock_timestamp(), 'UTC') as month
                        )
                        update budget_stripe s
                        set held_micro = s.held_micro - :held + :wanted,
                            slack_micro = s.slack_micro + :held - :cost - :wanted,
                            hour = greatest(s.hour, m.hour), day = greatest(s.day, m.day),
                            month = greatest(s.month, m.month),
                            hour_micro = case when s.hour >= m.hour then s.hour_micro else 0 end + :cost,
                            day_micro = case when s.day >= m.day then s.day_micro else 0 end + :cost,
                            month_micro = case when s.month >= m.month then s.month_micro else 0 end + :cost
                        from free, m
                        where s.budget_key = :budget and s.stripe = free.stripe
                        returning s.stripe
                        """)
                .param("budget", move.budget())
                .param("wanted", move.wanted())
                .param("held", move.held())
                .param("cost", move.cost());
    }

    /** Gives back what was wanted and is not needed, to the stripe that gave it and is still locked. */
    void giveBack(String budget, int stripe, long micros) {
        jdbc.sql("""
                        update budget_stripe
                        set held_micro = held_micro - :micros, slack_micro = slack_micro + :micros
                        where budget_key = :budget and stripe = :stripe
                        """)
                .param("micros", micros)
                .param("budget", budget)
                .param("stripe", stripe)
                .update();
    }

    /** Locks the gate until the transaction ends; makes it and the stripes when the budget is new. */
    void lockGate(String budget) {
        if (gate(budget).isEmpty()) {
            jdbc.sql("""
                            insert into budget_stripe (budget_key, stripe)
                            select :budget, stripe from generate_series(-1, :last) as stripe
                            on conflict do nothing
                            """).param("budget", budget).param("last", STRIPES - 1).update();
            gate(budget);
        }
    }

    /** Locks all stripes until the transaction ends; who does it has locked the gate. */
    void lockStripes(String budget) {
        jdbc.sql("select stripe from budget_stripe where budget_key = :budget and stripe >= 0"
                        + " order by stripe for update")
                .param("budget", budget)
                .query((row, number) -> number)
                .list();
    }

    private Optional<Integer> gate(String budget) {
        return jdbc.sql("select stripe from budget_stripe where budget_key = :budget and stripe = :gate for update")
                .param("budget", budget)
                .param("gate", GATE)
                .query(Integer.class)
                .optional();
    }

    /** Which of these runs hold something already, though perhaps another transaction is just ending it. */
    List<String> holding(String budget, Collection<String> runs) {
        return jdbc.sql("""
                        select run_key from budget_hold
                        where budget_key = :budget and run_key = any(:runs::text[]) and state = 'open'
                        """)
                .param("budget", budget)
                .param("runs", runs.toArray(String[]::new))
                .query((row, number) -> row.getString("run_key"))
                .list();
    }

    /** The exact sums of all stripes. A window that is over counts as empty. */
    Spent spent(String budget) {
        return jdbc.sql("""
                        select m.now,
                               coalesce(sum(hour_micro) filter (where hour >= date_trunc('hour', m.now, 'UTC')), 0)::bigint
                                   as hour,
                               coalesce(sum(day_micro) filter (where day >= date_trunc('day', m.now, 'UTC')), 0)::bigint
                                   as day,
                               coalesce(sum(month_micro) filter (where month >= date_trunc('month', m.now, 'UTC')), 0)
                                   ::bigint as month,
                               coalesce(sum(held_micro), 0)::bigint as held
                        from (select clock_timestamp() as now) as m
                        left join budget_stripe s on s.budget_key = :budget and s.stripe >= 0
                        group by m.now
                        """)
                .param("budget", budget)
                .query(BudgetCounterStore::spent)
                .single();
    }

    private static Spent spent(ResultSet row, int number) throws SQLException {
        Instant now = row.getObject("now", OffsetDateTime.class).toInstant();
        return new Spent(now, row.getLong("hour"), row.getLong("day"), row.getLong("month"), row.getLong("held"));
    }

    /**
     * Deals the slack out anew; the stripes are locked. A debt is on each of them in full: what ends cheaper than it
     * was held makes room at whichever stripe only when it has paid all of the debt.
     *
     * @param spent with what is held more than the stripes say
     */
    void deal(ProviderBudget budget, Spent spent, long heldMore) {
        Long headroom = spent.headroom(budget);
        long slack = headroom == null ? BOUNDLESS : headroom < 0 ? headroom : headroom / DEALT_SHARE;
        jdbc.sql("""
                        update budget_stripe
                        set slack_micro = :slack, held_micro = held_micro + case when stripe = 0 then :held else 0 end
                        where budget_key = :budget and stripe >= 0
                        """)
                .param("budget", budget.key())
                .param("slack", slack)
                .param("held", heldMore)
                .update();
    }

    /**
     * Ends what was held and books what it cost into the windows of now; the difference is slack again. Any stripe will
     * do that does not get into debt by it. Waits only when all are locked.
     *
     * @return false when it cost more than was held and no free stripe has the slack for that; then nothing has changed
     */
    boolean settle(Move move) {
        boolean cheaper = move.cost() <= move.held();
        Optional<Integer> free = moved(
                        move,
                        "select stripe from budget_stripe where budget_key = :budget and stripe >= 0"
                                + (cheaper ? "" : " and slack_micro + :held - :cost >= 0")
                                + " limit 1 for update skip locked")
                .query(Integer.class)
                .optional();
        if (free.isEmpty() && cheaper) {
            settle(move, ThreadLocalRandom.current().nextInt(STRIPES));
        }
        return cheaper || free.isPresent();
    }

    /** The same at this stripe, whatever its slack; waits for it. */
    void settle(Move move, int stripe) {
        moved(move, "select stripe from budget_stripe where budget_key = :budget and stripe = :any for update")
                .param("any", stripe)
                .query(Integer.class)
                .optional();
    }

    /** Writes holds; answers those that were not there yet, as run and budget. */
    List<List<String>> insert(Collection<Hold> holds, long seconds) {
        return jdbc.sql("""
                        insert into budget_hold (run_key, budget_key, provider, held_micro, expires_at)
                        select n.run, n.budget, n.provider, n.micros,
                               clock_timestamp() + make_interval(secs => :seconds)
                        from unnest(:runs::text[], :budgets::text[], :providers::text[], :micros::bigint[])
                             as n (run, budget, provider, micros)
                        order by n.run, n.budget
                        on conflict (run_key, budget_key) do nothing
                        returning run_key, budget_key
                        """)
                .param("runs", texts(holds, Hold::run))
                .param("budgets", texts(holds, Hold::budget))
                .param("providers", texts(holds, Hold::provider))
                .param("micros", holds.stream().map(Hold::micros).toArray(Long[]::new))
                .param("seconds", seconds)
                .query((row, number) -> List.of(row.getString("run_key"), row.getString("budget_key")))
                .list();
    }

    /**
     * Ends the holds of runs, each once, also those past their time. What is not named cost nothing; the hold of a run
     * that was lost is as if its time were over.
     */
    void end(
            Pipeline pipeline,
            Collection<String> runs,
            Collection<String> lost,
            Collection<Hold> costs,
            Consumer<Ended> ended) {
        pipeline.add(
                """
                        with wanted as (
                            select h.run_key, h.budget_key, h.state, coalesce(n.micros, 0) as cost,
                                   h.run_key = any(:lost::text[]) as lost
                            from budget_hold h
                            left join unnest(:cost_runs::text[], :providers::text[], :micros::bigint[])
                                 as n (run, provider, micros) on n.run = h.run_key and n.provider = h.provider
                            where h.run_key = any(:runs::text[])
                              and (h.state = 'open' or h.state = 'expired' and not h.run_key = any(:lost::text[]))
                            order by h.budget_key, h.run_key
                            for update of h
                        )
                        update budget_hold h
                        set state = case when w.lost then 'expired' else 'committed' end,
                            spent_micro = case when not w.lost then w.cost end, finished_at = clock_timestamp()
                        from wanted w
                        where h.run_key = w.run_key and h.budget_key = w.budget_key
                        returning h.budget_key, h.provider,
                                  case when w.state = 'open' then h.held_micro else 0 end as held_micro, w.cost,
                                  w.cost > h.held_micro as above
                        """,
                Map.of(
                        "runs", runs.toArray(String[]::new),
                        "lost", lost.toArray(String[]::new),
                        "cost_runs", texts(costs, Hold::run),
                        "providers", texts(costs, Hold::provider),
                        "micros", costs.stream().map(Hold::micros).toArray(Long[]::new)),
                row -> ended.accept(ended(row, 0)));
    }

    private static Ended ended(ResultSet row, int number) throws SQLException {
        return new Ended(
                row.getString("budget_key"),
                row.getString("provider"),
                row.getLong("held_micro"),
                row.getLong("cost"),
                row.getBoolean("above"));
    }

    int renew(Collection<String> runs, long seconds) {
        return jdbc.sql("""
                        with wanted as (
                            select run_key, budget_key from budget_hold
                            where run_key = any(:runs::text[]) and state = 'open'
                            order by budget_key, run_key
                            for update
                        )
                        update budget_hold h
                        set expires_at = greatest(expires_at, clock_timestamp() + make_interval(secs => :seconds))
                        from wanted w
                        where h.run_key = w.run_key and h.budget_key = w.budget_key
                        """)
                .param("runs", runs.toArray(String[]::new))
                .param("seconds", seconds)
                .update();
    }

    /** Ends holds past their time, of one budget or of all; skips those that somebody is ending just now. */
    List<Ended> expire(@Nullable String budget, int atMost) {
        return jdbc.sql("""
                        update budget_hold h set state = 'expired', finished_at = clock_timestamp()
                        where (run_key, budget_key) in (
                            select run_key, budget_key from budget_hold
                            where state = 'open' and expires_at <= (select clock_timestamp())
                              and (:budget::text is null or budget_key = :budget)
                            limit :at_most for update skip locked)
                        returning budget_key, provider, held_micro, 0::bigint as cost, false as above
                        """)
                .param("budget", budget, java.sql.Types.VARCHAR)
                .param("at_most", atMost)
                .query(BudgetCounterStore::ended)
                .list();
    }

    int forget(long hours, int atMost) {
        return jdbc.sql("""
                        delete from budget_hold
                        where (run_key, budget_key) in (
                            select run_key, budget_key from budget_hold
                            where state <> 'open' and finished_at < clock_timestamp() - make_interval(hours => :hours)
                            limit :at_most for update skip locked)
                        """)
                .param("hours", (int) hours)
                .param("at_most", atMost)
                .update();
    }
}
