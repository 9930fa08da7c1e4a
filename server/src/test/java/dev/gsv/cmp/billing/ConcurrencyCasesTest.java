package dev.gsv.cmp.billing;

import static dev.gsv.cmp.billing.Scene.scene;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Database;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Section 4 of the conformance sheet, as far as it concerns one transaction per call; and TP-25, TP-27. */
class ConcurrencyCasesTest {

    /** Runs all at once and collects what they answered or threw. */
    static List<Object> together(int callers, IntFunction<Callable<Object>> work) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Object>> futures = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                futures.add(threads.submit(work.apply(i)));
            }
            List<Object> answers = new ArrayList<>();
            for (Future<Object> future : futures) {
                try {
                    answers.add(future.get());
                } catch (ExecutionException e) {
                    answers.add(e.getCause());
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return answers;
        }
    }

    private static long count(List<Object> answers, Class<?> type) {
        return answers.stream().filter(type::isInstance).count();
    }

    @Test
    void cc_01_exactly_ten_of_a_hundred_parallel_holds_fit() {
        Scene w = scene(100);
        List<Object> answers = together(100, i -> () -> w.ask(10));
        assertThat(count(answers, HoldOutcome.Held.class)).isEqualTo(10);
        assertThat(count(answers, HoldOutcome.Short.class)).isEqualTo(90);
        w.shows(100, 100, 0);
    }

    @Test
    void cc_02_exactly_one_of_a_thousand_parallel_holds_fits() {
        Scene w = scene(1);
        List<Object> answers = together(1000, i -> () -> w.ask(1));
        assertThat(count(answers, HoldOutcome.Held.class)).isEqualTo(1);
        assertThat(count(answers, HoldOutcome.Short.class)).isEqualTo(999);
        w.shows(1, 1, 0);
    }

    @Test
    void cc_03_a_hundred_parallel_settlements_are_one_entry() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        List<Object> answers = together(100, i -> () -> w.settle(hold, 9));
        assertThat(new HashSet<>(answers)).hasSize(1).first().isInstanceOf(SettleOutcome.Closed.class);
        w.shows(91);
        assertThat(w.entries()).hasSize(2);
    }

    @Test
    void cc_04_of_a_settlement_and_a_release_one_wins() {
        a_hold_is_settled_released_or_expired_once();
    }

    @Test
    void a_hold_is_settled_released_or_expired_once() {
        for (int round = 0; round < 25; round++) {
            Scene w = scene(20);
            UUID hold = w.hold(15);
            List<Object> answers = together(2, i -> () -> i == 0 ? w.settle(hold, 9) : w.release(hold));
            assertThat(count(answers, SettleOutcome.Closed.class)).isEqualTo(1);
            assertThat(count(answers, Problem.class)).isEqualTo(1);
            w.shows("settled".equals(w.status(hold)) ? 11 : 20);
        }
    }

    @Test
    void tp_25_settlement_and_sweep_at_the_limit_have_one_outcome() {
        for (int round = 0; round < 25; round++) {
            Scene w = scene(20);
            UUID hold = w.hold(15);
            w.limit("2 milliseconds");
            together(3, i -> () -> {
                if (i == 0) {
                    return w.settle(hold, 9);
                }
                w.ledger.sweep(w.org);
                return "swept";
            });
            assertThat(w.status(hold)).isIn("settled", "expired");
            w.shows(11);
            assertThat(w.entries()).hasSize(2);
        }
    }

    @Test
    void tp_27_two_sweepers_release_a_hold_once() {
        Scene w = scene(100);
        w.hold(15);
        w.hold(25);
        w.pass(Duration.ofSeconds(901));
        together(8, i -> () -> {
            w.ledger.sweep(w.org);
            return "swept";
        });
        assertThat(w.sql("select held_micros from wallet where org_id = :org")
                        .query(Long.class)
                        .single())
                .isZero();
        w.shows(100);
    }

    @Test
    void cc_05_lists_that_name_wallets_in_opposite_order_do_not_deadlock() {
        Scene a = scene(10_000);
        Scene b = scene(10_000);
        List<Object> answers = together(100, i -> () -> {
            HoldRequest first = new HoldRequest(a.org, a.instance, null, Credits.of(2), Scene.ONE_EACH);
            HoldRequest second = new HoldRequest(b.org, b.instance, null, Credits.of(3), Scene.ONE_EACH);
            return a.ledger.hold(i % 2 == 0 ? List.of(first, second) : List.of(second, first));
        });
        assertThat(count(answers, Throwable.class)).isZero();
        a.shows(10_000, 200, 9_800);
        b.shows(10_000, 300, 9_700);
    }

    @Test
    void cc_08_and_cc_09_a_list_decides_as_one_by_one_would() {
        Scene w = scene(10);
        List<HoldOutcome> outcomes = w.ledger.hold(java.util.stream.LongStream.of(8, 5, 2)
                .mapToObj(n -> new HoldRequest(w.org, w.instance, null, Credits.of(n), Scene.ONE_EACH))
                .toList());
        assertThat(outcomes.get(0)).isInstanceOf(HoldOutcome.Held.class);
        assertThat(outcomes.get(1)).isEqualTo(new HoldOutcome.Short(Credits.of(5), Credits.of(2), Credits.of(10)));
        assertThat(outcomes.get(2)).isInstanceOf(HoldOutcome.Held.class);
        w.shows(10, 10, 0);
    }

    @Test
    void id_03_a_list_that_settles_a_hold_twice_charges_once() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        SettleRequest request = new SettleRequest(w.org, hold, w.instance, Scene.used(9));
        List<SettleOutcome> outcomes = w.ledger.settle(List.of(request, request));
        assertThat(outcomes.get(1))
                .isEqualTo(new SettleOutcome.Again(outcomes.get(0).orThrow()));
        w.shows(91);
    }

    @Test
    void cc_19_two_nodes_that_serve_one_wallet_are_exact() {
        Database database = Database.fresh();
        try (Stage one = Stage.over(database);
                Stage two = Stage.over(database)) {
            Scene w = scene(one, 50);
            Ledger other = two.bean(Ledger.class);
            List<Object> answers = together(
                    200,
                    i -> () -> (i % 2 == 0 ? w.ledger : other)
                            .hold(new HoldRequest(w.org, w.instance, null, Credits.of(1), Scene.ONE_EACH)));
            assertThat(count(answers, HoldOutcome.Held.class)).isEqualTo(50);
            w.shows(50, 50, 0);
        }
    }

    @Test
    void tp_39_a_wallet_with_its_cap_of_open_holds_is_refused_with_the_cap() {
        try (Stage stage = Stage.over(Database.fresh(), new BillingSettings(100, 900, 3))) {
            Scene w = scene(stage, 100);
            w.hold(1);
            w.hold(1);
            UUID third = w.hold(1);
            assertThat(w.ask(1)).isEqualTo(new HoldOutcome.Crowded(3));
            w.release(third);
            w.hold(1);
        }
    }

    @Test
    void a_person_gets_one_trial() {
        Stage stage = Stage.shared();
        String person = dev.gsv.cmp.Harness.unique("new");
        Caller caller = Caller.person(person, person, null, false, false);
        List<Object> answers = together(16, i -> () -> stage.bean(Wallets.class).auto(caller));
        assertThat(count(answers, Throwable.class)).isZero();
        assertThat(answers.stream()
                        .map(Wallets.Opened.class::cast)
                        .map(Wallets.Opened::walletId)
                        .distinct())
                .hasSize(1);
        assertThat(answers.stream().map(Wallets.Opened.class::cast).filter(Wallets.Opened::trialGranted))
                .hasSize(1);
        OrgId org = ((Wallets.Opened) answers.getFirst()).orgId();
        assertThat(stage.bean(Wallets.class).wallet(org).balance()).isEqualTo(Credits.of(100));
        assertThat(stage.bean(Wallets.class).ledger(org, dev.gsv.cmp.kit.Page.Slice.first()))
                .as("TU-14")
                .singleElement()
                .satisfies(line -> assertThat(line.entryType()).isEqualTo("trial_grant"));
        assertThat(stage.bean(Wallets.class).grantTrial(org, person)).isFalse();
    }
}
