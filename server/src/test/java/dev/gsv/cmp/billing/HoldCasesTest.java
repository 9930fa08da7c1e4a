package dev.gsv.cmp.billing;

import static dev.gsv.cmp.billing.Scene.scene;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Section 2 of the conformance sheet: hold, settle, release, expiry. */
class HoldCasesTest {

    private static final Duration PAST_THE_LIMIT = Duration.ofSeconds(901);

    @Test
    void tp_01_a_hold_lowers_what_is_available_and_writes_no_entry() {
        Scene w = scene(100);
        w.hold(15);
        w.shows(100, 15, 85);
        assertThat(w.entries()).hasSize(1);
    }

    @Test
    void tp_02_settling_the_whole_hold_is_one_usage_entry() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        SettleOutcome.Closed closed = w.settle(hold, 15);
        w.shows(85);
        Entry line = w.entries().getFirst();
        assertThat(line.amount()).isEqualTo(Credits.of(-15));
        assertThat(line.entryType()).isEqualTo("usage");
        assertThat(line.id()).isEqualTo(closed.entry());
        assertThat(line.instanceId()).isEqualTo(w.instance);
        assertThat(line.referenceId()).isEqualTo(hold.toString());
        assertThat(closed.balance()).isEqualTo(Credits.of(85));
    }

    @Test
    void tp_03_settling_below_the_hold_gives_the_rest_back_in_the_same_commit() {
        Scene w = scene(100);
        w.settle(w.hold(15), 9);
        w.shows(91);
    }

    @Test
    void tp_04_settling_0_debits_nothing() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        assertThat(w.settle(hold, 0).debited()).isEqualTo(Credits.ZERO);
        w.shows(100);
        assertThat(w.status(hold)).isEqualTo("settled");
        assertThat(w.entries()).hasSize(1);
    }

    @Test
    void tp_05_releasing_writes_no_entry() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        w.release(hold);
        w.shows(100);
        assertThat(w.status(hold)).isEqualTo("cancelled");
        assertThat(w.entries()).hasSize(1);
    }

    @Test
    void tp_06_cost_above_the_hold_is_taken_from_what_is_available() {
        Scene w = scene(100);
        SettleOutcome.Closed closed = w.settle(w.hold(15), 20);
        assertThat(closed.debited()).isEqualTo(Credits.of(20));
        assertThat(closed.absorbed()).isEqualTo(Credits.ZERO);
        w.shows(80);
    }

    @Test
    void tp_07_what_the_wallet_cannot_pay_is_absorbed() {
        Scene w = scene(18);
        SettleOutcome.Closed closed = w.settle(w.hold(15), 20);
        assertThat(closed.debited()).isEqualTo(Credits.of(18));
        assertThat(closed.absorbed()).isEqualTo(Credits.of(2));
        w.shows(0);
    }

    @Test
    void cost_that_a_wallet_cannot_pay_is_absorbed_and_never_a_debt() {
        Scene w = scene(18);
        UUID other = w.hold(10);
        SettleOutcome.Closed closed = w.settle(w.hold(5), 20);
        assertThat(closed.debited()).as("the other hold stays whole").isEqualTo(Credits.of(8));
        assertThat(closed.absorbed()).isEqualTo(Credits.of(12));
        w.shows(10, 10, 0);
        assertThat(w.sql("select amount_micros from entry where org_id = :org and account = 'absorbed'")
                        .query(Long.class)
                        .single())
                .isEqualTo(-12_000_000);
        assertThat(w.sql("select reason from transfer where org_id = :org and source = 'absorbed'")
                        .query(String.class)
                        .single())
                .isNotBlank();
        w.settle(other, 10);
        w.shows(0);
    }

    @Test
    void tp_08_a_hold_above_the_balance_is_refused() {
        Scene w = scene(10);
        List<Long> before = w.rows();
        HoldOutcome outcome = w.ask(11);
        assertThat(outcome).isEqualTo(new HoldOutcome.Short(Credits.of(11), Credits.of(10), Credits.of(10)));
        w.shows(10);
        assertThat(w.rows()).isEqualTo(before);
    }

    @Test
    void tp_09_a_hold_of_everything_is_allowed() {
        Scene w = scene(10);
        w.hold(10);
        w.shows(10, 10, 0);
    }

    @Test
    void tp_10_a_hold_of_0_on_an_empty_wallet_absorbs_all_cost() {
        Scene w = scene(0);
        assertThat(w.settle(w.hold(0), 0).debited()).isEqualTo(Credits.ZERO);
        SettleOutcome.Closed closed = w.settle(w.hold(0), 3);
        assertThat(closed.debited()).isEqualTo(Credits.ZERO);
        assertThat(closed.absorbed()).isEqualTo(Credits.of(3));
        assertThat(closed.entry()).isNull();
        w.shows(0);
    }

    @Test
    void tp_11_negative_amounts_make_no_sense() {
        Scene w = scene(10);
        assertThatThrownBy(() -> w.ask(-1)).isInstanceOf(KitProblem.Meaningless.class);
        assertThatThrownBy(() -> Scene.used(-1)).isInstanceOf(KitProblem.Meaningless.class);
        w.shows(10);
    }

    @Test
    void tp_12_settling_again_gives_the_same_and_writes_nothing() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        SettleOutcome.Closed first = w.settle(hold, 9);
        w.settle(w.hold(1), 1);
        List<Long> before = w.rows();
        assertThat(w.settle(hold, 9)).isEqualTo(first);
        assertThat(w.rows()).isEqualTo(before);
        w.shows(90);
    }

    @Test
    void tp_13_settling_again_with_other_usage_is_refused() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        w.settle(hold, 9);
        List<Long> before = w.rows();
        assertThatThrownBy(() -> w.settle(hold, 10)).isInstanceOf(KitProblem.PayloadMismatch.class);
        assertThat(w.rows()).isEqualTo(before);
        w.shows(91);
    }

    @Test
    void tp_14_a_released_hold_cannot_be_settled() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        w.release(hold);
        assertThatThrownBy(() -> w.settle(hold, 9)).isInstanceOf(KitProblem.InvalidState.class);
        w.shows(100);
    }

    @Test
    void tp_15_a_settled_hold_cannot_be_released() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        w.settle(hold, 9);
        assertThatThrownBy(() -> w.release(hold)).isInstanceOf(KitProblem.InvalidState.class);
        w.shows(91);
    }

    @Test
    void tp_16_releasing_again_gives_the_same_and_writes_nothing() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        SettleOutcome.Closed first = w.release(hold, 3);
        List<Long> before = w.rows();
        assertThat(w.release(hold, 3)).isEqualTo(first);
        assertThat(w.rows()).isEqualTo(before);
        w.shows(100);
    }

    @Test
    void tp_17_an_unknown_hold_is_not_found() {
        Scene w = scene(100);
        assertThatThrownBy(() -> w.settle(UUID.randomUUID(), 1)).isInstanceOf(KitProblem.NotFound.class);
        assertThatThrownBy(() -> w.release(UUID.randomUUID())).isInstanceOf(KitProblem.NotFound.class);
    }

    @Test
    void tp_18_a_hold_of_another_organization_is_not_found() {
        Scene a = scene(100);
        Scene b = scene(100);
        UUID hold = a.hold(15);
        assertThatThrownBy(() -> b.settle(hold, 1)).isInstanceOf(KitProblem.NotFound.class);
        assertThatThrownBy(() -> b.release(hold)).isInstanceOf(KitProblem.NotFound.class);
        a.shows(100, 15, 85);
    }

    @Test
    void tp_19_a_hold_of_another_instance_is_refused() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        SettleRequest other = new SettleRequest(w.org, hold, UUID.randomUUID(), Scene.used(1));
        assertThatThrownBy(() -> w.ledger.settle(other)).isInstanceOf(KitProblem.InvalidState.class);
        w.shows(100, 15, 85);
    }

    @Test
    void tp_20_a_hold_past_its_limit_does_not_count_though_nobody_swept() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        w.pass(PAST_THE_LIMIT);
        assertThat(w.status(hold)).isEqualTo("pending");
        w.shows(100);
    }

    @Test
    void a_hold_past_its_limit_counts_as_expired_for_every_reader() {
        tp_20_a_hold_past_its_limit_does_not_count_though_nobody_swept();
        tp_21_a_new_hold_may_take_what_an_unswept_one_held();
    }

    @Test
    void tp_21_a_new_hold_may_take_what_an_unswept_one_held() {
        Scene w = scene(15);
        UUID old = w.hold(15);
        w.pass(PAST_THE_LIMIT);
        w.hold(15);
        w.shows(15, 15, 0);
        assertThat(w.status(old)).isEqualTo("expired");
    }

    @Test
    void tp_22_the_limit_itself_is_past() {
        Scene w = scene(15);
        UUID hold = w.hold(15);
        Hold row = w.stage.bean(HoldStore.class).read(Map.of(hold, w.org)).getFirst();
        assertThat(row.due(row.expiresAt())).isTrue();
        assertThat(row.due(row.expiresAt().minusNanos(1000))).isFalse();
        w.limit("0 seconds");
        w.shows(15);
    }

    @Test
    void tp_23_an_expired_hold_is_settled_from_what_is_available() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        w.pass(PAST_THE_LIMIT);
        SettleOutcome.Closed closed = w.settle(hold, 9);
        assertThat(closed.debited()).isEqualTo(Credits.of(9));
        w.shows(91);
        assertThat(w.status(hold)).isEqualTo("expired");
        assertThat(w.settle(hold, 9)).as("and only once").isEqualTo(closed);
        w.shows(91);
    }

    @Test
    void tp_24_an_expired_hold_on_an_empty_wallet_is_absorbed() {
        Scene w = scene(15);
        UUID hold = w.hold(15);
        w.pass(PAST_THE_LIMIT);
        w.settle(w.hold(15), 15);
        SettleOutcome.Closed closed = w.settle(hold, 9);
        assertThat(closed.debited()).isEqualTo(Credits.ZERO);
        assertThat(closed.absorbed()).isEqualTo(Credits.of(9));
        w.shows(0);
    }

    @Test
    void tp_26_a_sweep_does_not_touch_a_settled_hold() {
        Scene w = scene(100);
        UUID hold = w.hold(15);
        w.settle(hold, 9);
        w.ledger.sweep(w.org);
        w.shows(91);
        assertThat(w.status(hold)).isEqualTo("settled");
    }

    @Test
    void tp_28_a_burst_of_expiries_is_swept_in_portions() {
        Scene w = scene(2000);
        int many = Books.SWEEP_PORTION + 100;
        for (int i = 0; i < many / 100; i++) {
            w.ledger.hold(java.util.stream.IntStream.range(0, 100)
                    .mapToObj(n -> new HoldRequest(w.org, w.instance, null, Credits.of(1), Scene.ONE_EACH))
                    .toList());
        }
        w.shows(2000, many, 2000 - many);
        w.pass(PAST_THE_LIMIT);
        w.shows(2000);
        w.ledger.sweep(w.org);
        assertThat(w.sql("select open_holds from wallet where org_id = :org")
                        .query(Integer.class)
                        .single())
                .isEqualTo(100);
        w.shows(2000);
        w.stage.bean(Sweeps.class).all();
        assertThat(w.sql("select open_holds from wallet where org_id = :org")
                        .query(Integer.class)
                        .single())
                .isZero();
        w.shows(2000);
    }

    @Test
    void tp_29_a_hold_grows() {
        Scene w = scene(100);
        UUID hold = w.hold(10);
        w.ledger.extend(w.org, hold, Credits.of(10));
        w.shows(100, 20, 80);
        w.settle(hold, 17);
        w.shows(83);
    }

    @Test
    void tp_30_a_hold_that_cannot_grow_stays_as_it_was() {
        Scene w = scene(15);
        UUID hold = w.hold(10);
        assertThat(w.ledger.extend(w.org, hold, Credits.of(10))).isInstanceOf(HoldOutcome.Short.class);
        w.shows(15, 10, 5);
    }

    @Test
    void a_living_hold_is_renewed_and_one_past_its_limit_is_not() {
        Scene w = scene(100);
        UUID alive = w.hold(10);
        w.pass(Duration.ofSeconds(600));
        assertThat(w.ledger.renew(Map.of(alive, w.org))).containsExactly(alive);
        w.pass(Duration.ofSeconds(600));
        w.shows(100, 10, 90);
        w.pass(PAST_THE_LIMIT);
        assertThat(w.ledger.renew(Map.of(alive, w.org))).isEmpty();
        w.shows(100);
    }
}
