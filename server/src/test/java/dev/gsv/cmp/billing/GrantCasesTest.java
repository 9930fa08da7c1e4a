package dev.gsv.cmp.billing;

import static dev.gsv.cmp.billing.GrantKind.INCLUDED;
import static dev.gsv.cmp.billing.GrantKind.PROMOTIONAL;
import static dev.gsv.cmp.billing.GrantKind.PURCHASED;
import static dev.gsv.cmp.billing.GrantKind.TRIAL;
import static dev.gsv.cmp.billing.Scene.scene;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Section 5 of the conformance sheet: which credit burns first, and what ends. */
class GrantCasesTest {

    private static Duration days(int days) {
        return Duration.ofDays(days);
    }

    @Test
    void gr_01_trial_burns_before_purchased() {
        Scene w = scene(0);
        w.grant(PURCHASED, 100, null);
        w.grant(TRIAL, 100, null);
        w.settle(w.hold(120), 120);
        assertThat(w.remaining()).containsExactly(0L, 80L);
        w.shows(80);
    }

    @Test
    void gr_01_promotional_and_included_burn_between() {
        Scene w = scene(0);
        w.grant(PURCHASED, 10, null);
        w.grant(INCLUDED, 10, null);
        w.grant(PROMOTIONAL, 10, null);
        w.grant(TRIAL, 10, null);
        w.settle(w.hold(25), 25);
        assertThat(w.remaining()).as("trial, promotional, included, purchased").containsExactly(0L, 0L, 5L, 10L);
    }

    @Test
    void gr_02_the_earlier_end_burns_first() {
        Scene w = scene(0);
        w.grant(PURCHASED, 10, days(5));
        w.grant(PURCHASED, 10, days(3));
        w.settle(w.hold(4), 4);
        assertThat(w.remaining()).as("3 days, 5 days").containsExactly(6L, 10L);
    }

    @Test
    void gr_03_dated_burns_before_never() {
        Scene w = scene(0);
        w.grant(PURCHASED, 10, null);
        w.grant(PURCHASED, 10, days(3));
        w.settle(w.hold(4), 4);
        assertThat(w.remaining()).as("dated, never").containsExactly(6L, 10L);
    }

    @Test
    void gr_04_the_older_burns_first() {
        Scene w = scene(0);
        w.grant(PURCHASED, 10, null);
        w.grant(PURCHASED, 20, null);
        w.settle(w.hold(4), 4);
        assertThat(w.remaining()).as("older, younger").containsExactly(6L, 20L);
    }

    @Test
    void gr_05_a_hold_records_its_grants() {
        Scene w = scene(0);
        w.grant(TRIAL, 5, null);
        w.grant(PURCHASED, 20, null);
        UUID hold = w.hold(15);
        assertThat(w.sql("""
                                select micros / 1000000 from hold, unnest(grant_micros) as micros
                                where org_id = :org and id = :hold
                                """).param("hold", hold).query(Long.class).list()).containsExactly(5L, 10L);
        w.shows(25, 15, 10);
    }

    @Test
    void gr_06_settling_uses_the_first_and_gives_the_rest_back() {
        Scene w = scene(0);
        w.grant(TRIAL, 5, null);
        w.grant(PURCHASED, 20, null);
        w.settle(w.hold(15), 7);
        assertThat(w.remaining()).containsExactly(0L, 18L);
        assertThat(w.sql("select micros / 1000000 from grant_use where org_id = :org order by position")
                        .query(Long.class)
                        .list())
                .containsExactly(5L, 2L);
        w.shows(18);
    }

    @Test
    void gr_07_releasing_makes_both_whole_again() {
        Scene w = scene(0);
        w.grant(TRIAL, 5, null);
        w.grant(PURCHASED, 20, null);
        w.release(w.hold(15));
        assertThat(w.remaining()).containsExactly(5L, 20L);
        w.shows(25);
    }

    @Test
    void gr_09_what_is_held_outlives_its_grant() {
        Scene w = scene(0);
        w.grant(PURCHASED, 20, Duration.ofSeconds(300));
        UUID hold = w.hold(15);
        w.pass(Duration.ofSeconds(301));
        w.ledger.sweep(w.org);
        w.shows(15, 15, 0);
        w.settle(hold, 10);
        w.shows(0);
        assertThat(w.entries().stream().map(Entry::entryType)).containsExactly("expiry", "usage", "expiry", "topup");
        assertThat(w.entries().stream().map(Entry::amount))
                .as("GR-10: 10 used, 5 expire at once")
                .containsExactly(Credits.of(-5), Credits.of(-10), Credits.of(-5), Credits.of(20));
    }

    @Test
    void gr_11_released_after_the_end_expires_at_once() {
        Scene w = scene(0);
        w.grant(PURCHASED, 20, Duration.ofSeconds(300));
        UUID hold = w.hold(15);
        w.pass(Duration.ofSeconds(301));
        w.release(hold);
        w.shows(0);
    }

    @Test
    void gr_14_credit_that_is_over_cannot_be_used() {
        Scene w = scene(0);
        w.grant(PURCHASED, 20, Duration.ofSeconds(300));
        w.pass(Duration.ofSeconds(301));
        assertThat(w.wallet().available())
                .as("a reader sees it before any sweep")
                .isEqualTo(Credits.ZERO);
        assertThat(w.ask(1)).isInstanceOf(HoldOutcome.Short.class);
    }

    @Test
    void gr_15_an_end_is_an_entry() {
        Scene w = scene(30);
        w.grant(PURCHASED, 20, Duration.ofSeconds(300));
        w.pass(Duration.ofSeconds(301));
        w.ledger.sweep(w.org);
        w.shows(30);
        assertThat(w.entries().getFirst().entryType()).isEqualTo("expiry");
        assertThat(w.entries().getFirst().amount()).isEqualTo(Credits.of(-20));
    }

    @Test
    void gr_18_a_hold_keeps_its_grants_when_a_better_one_arrives() {
        Scene w = scene(0);
        w.grant(PURCHASED, 20, null);
        UUID hold = w.hold(15);
        w.grant(TRIAL, 20, null);
        w.settle(hold, 15);
        assertThat(w.remaining()).as("trial, purchased").containsExactly(20L, 5L);
    }

    @Test
    void gr_24_a_thousand_tiny_grants_are_used_exactly() {
        Scene w = scene(0);
        for (int i = 0; i < 200; i++) {
            w.grant(PURCHASED, 5, null);
        }
        w.settle(w.hold(997), 997);
        w.shows(3);
        assertThat(w.remaining().stream().filter(left -> left > 0)).containsExactly(3L);
    }

    @Test
    void gr_28_any_usage_shows_which_grants_paid() {
        Scene w = scene(0);
        w.grant(TRIAL, 5, null);
        w.grant(PURCHASED, 20, null);
        SettleOutcome.Closed closed = w.settle(w.hold(7), 7);
        assertThat(w.sql("""
                                select g.kind from entry e
                                join grant_use u on u.org_id = e.org_id and u.entry_id = e.id
                                join credit_grant g on g.org_id = u.org_id and g.id = u.grant_id
                                where e.org_id = :org and e.id = :entry and e.account = 'wallet'
                                order by u.position
                                """).param("entry", closed.entry()).query(String.class).list())
                .containsExactly("trial", "purchased");
    }

    @Test
    void gr_29_a_grant_of_nothing_makes_no_sense() {
        Scene w = scene(10);
        List<Long> before = w.rows();
        for (long amount : new long[] {0, -5}) {
            assertThatThrownBy(() -> w.ledger.topUp(w.org, Credits.of(amount), "order:bad"))
                    .isInstanceOf(KitProblem.Meaningless.class);
        }
        assertThat(w.rows()).isEqualTo(before);
    }

    @Test
    void rd_07_credit_beyond_the_largest_balance_is_refused() {
        Scene w = scene(10);
        assertThatThrownBy(() -> w.ledger.topUp(w.org, Ledger.MAX_BALANCE, "order:huge"))
                .isInstanceOf(KitProblem.Meaningless.class);
        assertThatThrownBy(() -> w.ledger.topUp(w.org, new Credits(Long.MAX_VALUE), "order:huge"))
                .isInstanceOf(KitProblem.Meaningless.class);
        w.shows(10);
    }

    @Test
    void a_debit_is_refused_when_the_wallet_is_short_and_nothing_is_written() {
        Scene w = scene(10);
        List<Long> before = w.rows();
        assertThatThrownBy(() -> w.ledger.debit(w.org, Credits.of(11), EntryType.USAGE, "plan:p", null))
                .isInstanceOf(BillingProblem.InsufficientCredits.class)
                .hasMessageContaining("11 credits are needed, 10 are available");
        assertThat(w.rows()).isEqualTo(before);
        Entry line = w.ledger.debit(w.org, Credits.of(4), EntryType.USAGE, "plan:p", w.instance);
        assertThat(line.balance()).isEqualTo(Credits.of(6));
        w.shows(6);
    }

    @Test
    void av_09_an_overdraft_in_use_is_shown_as_debt_and_new_credit_pays_it_first() {
        Scene w = scene(10);
        w.wallets.agree(w.org, Credits.of(20), null);
        w.settle(w.hold(25), 25);
        assertThat(w.wallet().balance()).isEqualTo(Credits.of(-15));
        assertThat(w.ask(6)).isInstanceOf(HoldOutcome.Short.class);
        w.ledger.topUp(w.org, Credits.of(40), "order:o");
        assertThat(w.wallet().balance()).isEqualTo(Credits.of(25));
        assertThat(w.remaining()).containsExactly(0L, 25L);
        Laws.hold(w);
    }
}
