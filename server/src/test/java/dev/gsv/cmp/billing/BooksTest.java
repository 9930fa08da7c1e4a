package dev.gsv.cmp.billing;

import static dev.gsv.cmp.billing.Scene.scene;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.kit.Credits;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the database itself refuses, whoever writes the statement. */
class BooksTest {

    @Test
    void the_entries_of_one_movement_sum_to_zero() {
        Scene w = scene(10);
        w.settle(w.hold(4), 7);
        Laws.conservation(w);
        assertThatThrownBy(() -> w.sql("""
                                insert into entry (org_id, id, movement_id, account, amount_micros, created_at)
                                select org_id, gen_random_uuid(), id, 'revenue', 1, now() from movement where org_id = :org
                                """).update()).hasMessageContaining("sum to zero");
    }

    @Test
    void the_entries_of_a_wallet_sum_to_its_balance() {
        Scene w = scene(10);
        w.settle(w.hold(4), 7);
        w.ledger.topUp(w.org, Credits.of(5), "order:o");
        assertThat(w.entries().stream().map(Entry::amount).reduce(Credits.ZERO, Credits::plus))
                .isEqualTo(w.wallet().balance());
        Laws.balances(w);
    }

    @Test
    void posted_minus_held_is_never_below_the_floor() {
        Scene w = scene(10);
        w.hold(4);
        assertThatThrownBy(() -> w.sql("update wallet set posted_micros = 3000000 where org_id = :org")
                        .update())
                .hasMessageContaining("wallet_check");
    }

    @Test
    void hc_06_an_entry_is_never_changed_or_deleted() {
        Scene w = scene(10);
        for (String statement : List.of(
                "update entry set amount_micros = 1 where org_id = :org",
                "delete from entry where org_id = :org",
                "update movement set reference = 'x' where org_id = :org",
                "delete from movement where org_id = :org")) {
            assertThatThrownBy(() -> w.sql(statement).update()).hasStackTraceContaining("append-only");
        }
        w.shows(10);
    }

    @Test
    void a_failed_run_costs_nothing_and_what_it_used_is_absorbed() {
        Scene w = scene(10);
        SettleOutcome.Closed closed = w.release(w.hold(4), 3);
        assertThat(closed.debited()).isEqualTo(Credits.ZERO);
        assertThat(closed.absorbed()).as("TP-34").isEqualTo(Credits.of(3));
        w.shows(10);
        assertThat(w.release(w.hold(4)).absorbed()).as("TP-33").isEqualTo(Credits.ZERO);
    }

    @Test
    void lines_of_a_wallet_never_go_back_in_time() {
        Scene w = scene(10);
        w.sql("update wallet set last_entry_at = now() + interval '1 hour' where org_id = :org")
                .update();
        w.ledger.topUp(w.org, Credits.of(1), "order:o");
        assertThat(w.entries().getFirst().createdAt())
                .as("TZ-14: the clock stepped back")
                .isAfter(java.time.Instant.now().plusSeconds(3000));
    }
}
