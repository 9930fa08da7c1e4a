package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Pipelines;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class BudgetsTest {

    private final Counter counter = Counter.open();
    private final Budgets budgets = Harness.shared().bean(Budgets.class);
    private final TransactionTemplate transaction =
            new TransactionTemplate(Harness.shared().bean(PlatformTransactionManager.class));
    private final String provider = Harness.unique("provider");

    private ProviderBudget limit(String json) {
        return budgets.write(
                counter.place(),
                Json.mapper().readTree("{\"provider\": \"" + provider + "\", " + json + "}"),
                null,
                "test");
    }

    private Budgets.Wish wish(String run, long micros) {
        return new Budgets.Wish(run, counter.place(), "bundle", Map.of(provider, micros));
    }

    private boolean reserve(String run, long micros) {
        return transaction
                .execute(status -> reserve(List.of(wish(run, micros))))
                .isEmpty();
    }

    /** What refused a run, by its place in the list. */
    private Map<Integer, BudgetInsight> reserve(List<Budgets.Wish> wishes) {
        BudgetTally tally = budgets.open(wishes, List.of());
        Map<Integer, BudgetInsight> refused = new HashMap<>();
        for (int i = 0; i < wishes.size(); i++) {
            Optional<BudgetInsight> refusal = tally.refusal(wishes.get(i));
            if (refusal.isPresent()) {
                refused.put(i, refusal.get());
            } else {
                tally.admit(wishes.get(i));
            }
        }
        tally.close();
        return refused;
    }

    private void end(Map<String, Map<String, Long>> costs) {
        Pipeline pipeline = Harness.shared().bean(Pipelines.class).open();
        List<BudgetCounterStore.Ended> ended = new ArrayList<>();
        budgets.end(pipeline, costs, Set.of(), ended::add);
        pipeline.run();
        budgets.open(List.of(), ended).close();
    }

    private void commit(String run, long micros) {
        transaction.executeWithoutResult(status -> end(Map.of(run, Map.of(provider, micros))));
    }

    private static String run() {
        return Harness.unique("run");
    }

    @Test
    void a_budget_is_never_held_beyond_its_limit() throws Exception {
        ProviderBudget budget = limit("\"usd_per_day\": 0.0001");
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            calls.add(() -> reserve(run(), 3));
        }
        int granted = 0;
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (Future<Boolean> call : threads.invokeAll(calls)) {
                granted += call.get() ? 1 : 0;
            }
        }
        assertThat(granted).isEqualTo(33);
        assertThat(budgets.spent(budget).held()).isEqualTo(99);
        assertThat(reserve(run(), 1)).isTrue();
        assertThat(reserve(run(), 0)).isFalse();
    }

    @Test
    void r08_what_is_reserved_is_corrected_afterwards_and_once() {
        ProviderBudget budget = limit("\"usd_per_hour\": 0.0001");
        String run = run();
        assertThat(reserve(run, 90)).isTrue();
        assertThat(reserve(run, 90)).as("the same again").isTrue();
        assertThat(budgets.spent(budget).held()).isEqualTo(90);
        assertThat(reserve(run(), 20)).isFalse();
        commit(run, 30);
        commit(run, 30);
        assertThat(budgets.spent(budget).held()).isZero();
        assertThat(budgets.spent(budget).hour()).isEqualTo(30);
        assertThat(budgets.spent(budget).month()).isEqualTo(30);
        assertThat(reserve(run(), 70)).isTrue();
    }

    @Test
    void r07_a_run_of_a_millionth_of_a_dollar_counts_and_one_above_its_hold_in_full() {
        ProviderBudget budget = limit("\"usd_per_day\": 0.00001");
        String small = run();
        reserve(small, 1);
        commit(small, 1);
        assertThat(budgets.spent(budget).day()).isEqualTo(1);
        String dear = run();
        reserve(dear, 1);
        commit(dear, 50);
        assertThat(budgets.spent(budget).day()).isEqualTo(51);
        assertThat(reserve(run(), 0)).isFalse();
    }

    @Test
    void a_limit_of_zero_blocks_and_null_does_not() {
        limit("\"usd_per_day\": 0");
        assertThat(reserve(run(), 0)).isFalse();
        limit("\"usd_per_day\": null");
        assertThat(reserve(run(), 1_000_000_000L)).isTrue();
    }

    @Test
    void of_two_budgets_of_a_provider_the_tightest_wins_and_a_refusal_leaves_no_trace() {
        ProviderBudget all = limit("\"usd_per_day\": 1");
        ProviderBudget one = limit("\"bundle_id\": \"bundle\", \"usd_per_day\": 0.00001");
        Map<Integer, BudgetInsight> refused =
                transaction.execute(status -> reserve(List.of(wish(run(), 5), wish(run(), 11), wish(run(), 5))));
        assertThat(refused).containsOnlyKeys(1);
        assertThat(refused.get(1).violations()).containsExactly("usd_per_day");
        assertThat(refused.get(1).retryAfterSec()).isPositive();
        assertThat(budgets.spent(all).held()).isEqualTo(10);
        assertThat(budgets.spent(one).held()).isEqualTo(10);
    }

    @Test
    void what_is_withdrawn_or_released_or_expired_is_free_again() {
        ProviderBudget budget = limit("\"usd_per_day\": 0.0001");
        transaction.executeWithoutResult(status -> {
            Budgets.Wish wish = wish(run(), 60);
            BudgetTally tally = budgets.open(List.of(wish), List.of());
            tally.admit(wish);
            tally.takeBack(wish);
            tally.close();
        });
        assertThat(budgets.spent(budget).held()).isZero();
        String released = run();
        reserve(released, 60);
        transaction.executeWithoutResult(status -> end(Map.of(released, Map.of())));
        String dead = run();
        assertThat(reserve(dead, 60)).isTrue();
        assertThat(reserve(run(), 60)).isFalse();
        counter.jdbc()
                .sql("update budget_hold set expires_at = clock_timestamp() where run_key = :run")
                .param("run", dead)
                .update();
        assertThat(reserve(run(), 60)).as("without any sweep").isTrue();
        commit(dead, 10);
        assertThat(budgets.spent(budget).held()).isEqualTo(60);
        assertThat(budgets.spent(budget).day()).isEqualTo(10);
    }

    @Test
    void a_window_that_is_over_counts_as_empty() {
        ProviderBudget budget = limit("\"usd_per_hour\": 0.0001, \"usd_per_month\": 0.001");
        String run = run();
        reserve(run, 100);
        commit(run, 100);
        assertThat(reserve(run(), 1)).isFalse();
        counter.jdbc()
                .sql("update budget_stripe set hour = hour - interval '1 hour' where budget_key = :key")
                .param("key", budget.key())
                .update();
        assertThat(reserve(run(), 100)).isTrue();
        assertThat(budgets.spent(budget).month()).isEqualTo(100);
    }

    @Test
    void a_lower_limit_holds_for_the_next_run() {
        limit("\"usd_per_day\": 10");
        assertThat(reserve(run(), 1_000_000)).isTrue();
        limit("\"usd_per_day\": 1");
        assertThat(reserve(run(), 1)).isFalse();
    }

    @Test
    void the_stripes_of_a_budget_do_not_wait_for_each_other() throws Exception {
        ProviderBudget budget = limit("\"usd_per_day\": 1000");
        assertThat(reserve(run(), 1)).isTrue();
        CountDownLatch holds = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(2)) {
            Future<?> slow = threads.submit(() -> transaction.executeWithoutResult(status -> {
                reserve(List.of(wish(run(), 1)));
                holds.countDown();
                try {
                    enough.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            assertThat(holds.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(threads.submit(() -> reserve(run(), 1)).get(2, TimeUnit.SECONDS))
                    .isTrue();
            enough.countDown();
            slow.get(5, TimeUnit.SECONDS);
        }
        for (int i = 0; i < 200; i++) {
            assertThat(reserve(run(), 100)).isTrue();
        }
        assertThat(budgets.spent(budget).held()).isEqualTo(20_003);
    }

    @Test
    void a_debt_is_not_forgotten_when_others_end_cheaper() {
        ProviderBudget budget = limit("\"usd_per_day\": 0.0001");
        String dear = run();
        String cheap = run();
        assertThat(reserve(dear, 60)).isTrue();
        assertThat(reserve(cheap, 40)).isTrue();
        commit(dear, 150);
        assertThat(reserve(run(), 1)).isFalse();
        commit(cheap, 0);
        assertThat(budgets.spent(budget).day()).isEqualTo(150);
        assertThat(reserve(run(), 40)).as("150 of 100 is spent").isFalse();
        assertThat(reserve(run(), 0)).isFalse();
    }

    @Test
    void a_debt_counts_at_once_for_whoever_asks_elsewhere() {
        limit("\"usd_per_day\": 0.001");
        String dear = run();
        assertThat(reserve(dear, 10)).isTrue();
        commit(dear, 1500);
        assertThat(reserve(run(), 1)).as("other stripes were dealt something").isFalse();
    }

    @Test
    void what_ends_cheaper_after_the_limit_was_lowered_makes_no_room_above_it() {
        ProviderBudget budget = limit("\"usd_per_day\": 0.001");
        String spent = run();
        String held = run();
        assertThat(reserve(spent, 300)).isTrue();
        commit(spent, 300);
        assertThat(reserve(held, 600)).isTrue();
        limit("\"usd_per_day\": 0.0005");
        commit(held, 0);
        assertThat(reserve(run(), 201)).isFalse();
        assertThat(reserve(run(), 200)).isTrue();
        assertThat(reserve(run(), 1)).isFalse();
        assertThat(budgets.spent(budget).held()).isEqualTo(200);
    }

    @Test
    void sums_hold_whatever_happens_in_which_order() {
        long seed = System.nanoTime();
        java.util.Random random = new java.util.Random(seed);
        long limit = 3000;
        ProviderBudget budget = limit("\"usd_per_day\": 0.003");
        Map<String, Long> open = new HashMap<>();
        long spent = 0;
        for (int i = 0; i < 500; i++) {
            int what = random.nextInt(40);
            if (what == 0) {
                limit = Math.max(0, spent + random.nextInt(-500, 3000));
                limit("\"usd_per_day\": " + BigDecimal.valueOf(limit, 6).toPlainString());
            } else if (open.isEmpty() || what < 24) {
                String run = run() + i;
                long wish = random.nextInt(200);
                long held = open.values().stream().mapToLong(Long::longValue).sum();
                boolean fits = spent + held < limit && spent + held + wish <= limit;
                assertThat(reserve(run, wish)).as("seed %d, step %d", seed, i).isEqualTo(fits);
                if (fits) {
                    open.put(run, wish);
                }
            } else {
                String run = open.keySet().iterator().next();
                long cost = random.nextLong(3 * open.remove(run) + 1);
                commit(run, cost);
                spent += cost;
            }
            assertThat(budgets.spent(budget).day())
                    .as("seed %d, step %d", seed, i)
                    .isEqualTo(spent);
        }
    }
}
