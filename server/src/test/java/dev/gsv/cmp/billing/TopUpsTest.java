package dev.gsv.cmp.billing;

import static dev.gsv.cmp.billing.Scene.scene;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;

/** Section 6 of the conformance sheet: wallets that fill themselves, as state and events. */
class TopUpsTest {

    private static Scene filling(long balance, long threshold, long amount, int perDay) {
        Scene w = scene(balance);
        topUps(w).put(w.org, new TopUps.Wish(Credits.of(threshold), Credits.of(amount), null, perDay, false));
        return w;
    }

    private static TopUps topUps(Scene w) {
        return w.stage.bean(TopUps.class);
    }

    private static void spend(Scene w, long credits) {
        w.settle(w.hold(credits), credits);
    }

    private static List<TopUpRule.Charge> charges(Scene w) {
        return topUps(w).rule(w.org).orElseThrow().charges();
    }

    private static UUID charge(Scene w) {
        return charges(w).getFirst().chargeId();
    }

    private static List<String> events(Scene w) {
        return w.sql("select type from billing_event where org_id = :org order by id")
                .query(String.class)
                .list();
    }

    /** What waits for a time waits no longer. */
    private static void later(Scene w) {
        w.sql("update top_up_rule set wait_until = now(), look_at = now() where org_id = :org")
                .update();
    }

    /** A day has passed for what was charged. */
    private static void tomorrow(Scene w) {
        w.sql("update top_up_charge set requested_at = requested_at - interval '1 day' where org_id = :org")
                .update();
        later(w);
    }

    private static void look(Scene w) {
        if (topUps(w).due().contains(w.org)) {
            topUps(w).look(w.org);
        }
    }

    @Test
    void tu_07_a_balance_that_falls_below_the_threshold_starts_one_charge() {
        Scene w = filling(100, 50, 200, 3);
        spend(w, 50);
        assertThat(charges(w)).as("50 is not below 50").isEmpty();
        spend(w, 1);
        assertThat(charges(w))
                .singleElement()
                .satisfies(charge -> assertThat(charge.amount()).isEqualTo(Credits.of(200)));
        assertThat(events(w)).containsExactly("TopUpRequested");
        w.shows(49);
    }

    @Test
    void tu_08_a_hundred_parallel_runs_that_cross_the_threshold_start_one_charge() {
        Scene w = filling(200, 150, 200, 3);
        List<UUID> holds = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            holds.add(w.hold(1));
        }
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            holds.forEach(hold -> callers.submit(() -> w.settle(hold, 1)));
        }
        assertThat(charges(w)).hasSize(1);
        assertThat(events(w)).containsExactly("TopUpRequested");
        w.shows(100);
    }

    @Test
    void a_wallet_has_one_charge_under_way() {
        Scene w = filling(100, 50, 200, 3);
        spend(w, 60);
        assertThatThrownBy(() -> w.sql("""
                                insert into top_up_charge (org_id, id, amount_micros, state, requested_at)
                                values (:org, gen_random_uuid(), 1, 'requested', now())
                                """).update()).hasMessageContaining("top_up_charge_in_flight");
    }

    @Test
    void tu_09_while_a_charge_is_under_way_there_is_no_second() {
        Scene w = filling(100, 50, 200, 3);
        spend(w, 60);
        spend(w, 30);
        w.ledger.topUp(w.org, Credits.of(60), "order:x");
        spend(w, 60);
        assertThat(charges(w)).hasSize(1);
    }

    @Test
    void tu_10_a_refused_charge_waits_longer_each_time_and_then_for_a_person() {
        Scene w = filling(100, 50, 200, 100);
        spend(w, 60);
        for (int attempt = 1; attempt <= TopUps.MAX_DECLINES; attempt++) {
            topUps(w).declined(charge(w), "card_declined");
            look(w);
            assertThat(charges(w)).as("no attempt before its time").hasSize(attempt);
            later(w);
            look(w);
        }
        assertThat(charges(w)).hasSize(TopUps.MAX_DECLINES);
        TopUpRule rule = topUps(w).rule(w.org).orElseThrow();
        assertThat(rule.paused()).isTrue();
        assertThat(rule.charges().getFirst().reason()).isEqualTo("card_declined");
        assertThat(events(w).stream().filter(type -> type.equals("TopUpDeclined")))
                .as("the buyer is told each time")
                .hasSize(TopUps.MAX_DECLINES);
        assertThat(TopUps.waitAfter(1)).isEqualTo(TopUps.FIRST_WAIT);
        assertThat(TopUps.waitAfter(2)).isEqualTo(TopUps.FIRST_WAIT.multipliedBy(2));
        assertThat(TopUps.waitAfter(50)).isEqualTo(TopUps.LONGEST_WAIT);
    }

    @Test
    void tu_10_attempts_of_a_day_are_limited() {
        Scene w = filling(100, 50, 200, 2);
        spend(w, 60);
        topUps(w).declined(charge(w), "card_declined");
        later(w);
        look(w);
        topUps(w).declined(charge(w), "card_declined");
        later(w);
        look(w);
        assertThat(charges(w)).hasSize(2);
        tomorrow(w);
        look(w);
        assertThat(charges(w)).hasSize(3);
    }

    @Test
    void tu_11_after_a_success_it_cools_off_and_a_day_has_its_cap() {
        Scene w = filling(100, 50, 1, 2);
        spend(w, 100);
        assertThat(charges(w).getFirst().amount()).as("the gap").isEqualTo(Credits.of(50));
        topUps(w).charged(charge(w), "pi_1");
        spend(w, 50);
        assertThat(charges(w)).as("cooling off").hasSize(1);
        later(w);
        look(w);
        assertThat(charges(w)).hasSize(2);
        topUps(w).charged(charge(w), "pi_2");
        spend(w, 50);
        later(w);
        look(w);
        assertThat(charges(w)).as("two a day").hasSize(2);
        tomorrow(w);
        look(w);
        assertThat(charges(w)).hasSize(3);
    }

    @Test
    void tu_12_one_charge_closes_a_debt_larger_than_the_amount() {
        Scene w = scene(10);
        w.wallets.agree(w.org, Credits.of(500), null);
        topUps(w).put(w.org, new TopUps.Wish(Credits.of(5), Credits.of(20), null, 3, false));
        spend(w, 310);
        assertThat(charges(w).getFirst().amount()).isEqualTo(Credits.of(305));
        topUps(w).charged(charge(w), "pi");
        assertThat(w.wallet().balance()).isEqualTo(Credits.of(5));
        assertThat(charges(w)).hasSize(1);
    }

    @Test
    void tu_13_credit_of_a_charge_appears_once_however_late_and_often_it_is_told() {
        Scene w = filling(100, 50, 200, 3);
        spend(w, 60);
        UUID charge = charge(w);
        later(w);
        look(w);
        assertThat(charges(w)).as("no second while the first is not answered").hasSize(1);
        topUps(w).charged(charge, "pi_late");
        topUps(w).charged(charge, "pi_late");
        topUps(w).declined(charge, "too late");
        assertThat(charges(w))
                .singleElement()
                .satisfies(one -> assertThat(one.state()).isEqualTo("succeeded"));
        w.shows(240);
        assertThat(events(w)).containsExactly("TopUpRequested", "TopUpSucceeded");
        assertThatThrownBy(() -> topUps(w).charged(UUID.randomUUID(), "pi")).isInstanceOf(KitProblem.NotFound.class);
    }

    @Test
    void tu_13_money_that_came_after_a_refusal_counts() {
        Scene w = filling(100, 50, 200, 3);
        spend(w, 60);
        topUps(w).declined(charge(w), "timeout");
        topUps(w).charged(charge(w), "pi");
        w.shows(240);
    }

    @Test
    void tu_15_a_low_balance_is_told_once_a_day() {
        Scene w = scene(100);
        w.wallets.lowBelow(w.org, Credits.of(50));
        spend(w, 60);
        spend(w, 10);
        w.ledger.topUp(w.org, Credits.of(60), "order:x");
        spend(w, 60);
        assertThat(events(w)).as("twice within the day").containsExactly("BalanceLow");
        w.ledger.topUp(w.org, Credits.of(60), "order:y");
        w.sql("update wallet set alerted_at = alerted_at - interval '1 day' where org_id = :org")
                .update();
        spend(w, 60);
        assertThat(events(w)).containsExactly("BalanceLow", "BalanceLow");
    }

    @Test
    void a_rule_takes_effect_at_once_and_a_paused_one_not_at_all() {
        Scene w = scene(10);
        topUps(w).put(w.org, new TopUps.Wish(Credits.of(50), null, Credits.of(80), 3, true));
        spend(w, 1);
        assertThat(charges(w)).isEmpty();
        topUps(w).put(w.org, new TopUps.Wish(Credits.of(50), null, Credits.of(80), 3, false));
        assertThat(charges(w).getFirst().amount()).as("up to 80 from 9").isEqualTo(Credits.of(71));
        topUps(w).delete(w.org);
        assertThat(topUps(w).rule(w.org)).isEmpty();
    }

    /** Another room that does not take in what it is told. */
    private static final class Deaf implements ApplicationListener<PayloadApplicationEvent<?>> {
        private final OrgId org;
        private final List<UUID> taken = new ArrayList<>();
        private boolean deaf = true;
        private int asked;

        Deaf(OrgId org) {
            this.org = org;
        }

        @Override
        public void onApplicationEvent(PayloadApplicationEvent<?> told) {
            if (told.getPayload() instanceof BillingEvent event && event.org().equals(org)) {
                asked++;
                if (deaf) {
                    throw new IllegalStateException("down");
                }
                taken.add(event.id());
            }
        }
    }

    @Test
    void cr_10_events_wait_for_a_listener_that_is_down_for_a_day_and_each_is_taken_in() {
        Scene w = filling(100, 50, 200, 3);
        Deaf listener = new Deaf(w.org);
        w.stage.listen(listener);
        try {
            spend(w, 60);
            Events told = w.stage.bean(Events.class);
            told.tell();
            told.tell();
            assertThat(listener.asked)
                    .as("it is told again, as long as it refuses")
                    .isGreaterThanOrEqualTo(2);
            w.sql("update billing_event set created_at = created_at - interval '1 day' where org_id = :org")
                    .update();
            told.forget();
            assertThat(untold(w)).as("what was not taken in is kept").isPositive();
            listener.deaf = false;
            told.tell();
            assertThat(untold(w)).isZero();
            assertThat(listener.taken).hasSize(events(w).size());
            told.tell();
            assertThat(listener.taken)
                    .as("told once it is taken in")
                    .hasSize(events(w).size());
            // A charge that is told twice is credited once: who takes it in may repeat it.
            topUps(w).charged(charge(w), "pi");
            topUps(w).charged(charge(w), "pi");
            assertThat(w.wallet().balance()).isEqualTo(Credits.of(40 + 200));
        } finally {
            w.stage.ignore(listener);
        }
    }

    private static long untold(Scene w) {
        return w.sql("select count(*) from billing_event where org_id = :org and told_at is null")
                .query(Long.class)
                .single();
    }

    @Test
    void an_event_is_told_once_it_is_taken_in() {
        Scene w = filling(100, 50, 200, 3);
        spend(w, 60);
        Events told = w.stage.bean(Events.class);
        told.tell();
        assertThat(untold(w)).isZero();
    }
}
