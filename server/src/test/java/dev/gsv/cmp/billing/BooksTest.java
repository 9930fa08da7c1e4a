package dev.gsv.cmp.billing;

import static dev.gsv.cmp.billing.Scene.scene;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Pipelines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the database itself refuses, whoever writes the statement. */
class BooksTest {

    @Test
    void the_entries_of_one_movement_sum_to_zero() {
        Scene w = scene(10);
        w.settle(w.hold(4), 7);
        Laws.hold(w);
        for (String wrong : List.of("-amount_micros, source, target", "amount_micros, source, source")) {
            assertThatThrownBy(() -> w.sql("""
                                    insert into transfer (org_id, seq, created_at, id, movement_id, amount_micros, source, target,
                                                          balance_micros, type, reference, grants, grant_micros)
                                    select org_id, seq + 9, created_at, gen_random_uuid(), movement_id, %s, balance_micros,
                                           type, reference, grants, grant_micros
                                    from transfer where org_id = :org
                                    """.formatted(wrong)).update())
                    .hasMessageContaining("transfer_")
                    .hasMessageContaining("check");
        }
    }

    @Test
    void the_entries_of_a_wallet_sum_to_its_balance() {
        Scene w = scene(10);
        w.settle(w.hold(4), 7);
        w.ledger.topUp(w.org, Credits.of(5), "order:o");
        assertThat(w.entries().stream().map(Entry::amount).reduce(Credits.ZERO, Credits::plus))
                .isEqualTo(w.wallet().balance());
        Laws.hold(w);
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
                "update transfer set amount_micros = 1 where org_id = :org",
                "update transfer set reference = 'x' where org_id = :org",
                "delete from transfer where org_id = :org")) {
            assertThatThrownBy(() -> w.sql(statement).update()).hasStackTraceContaining("append-only");
        }
        for (String table : JdbcClient.create(w.stage.database().dataSource())
                .sql("select relid::text from pg_partition_tree('transfer')")
                .query(String.class)
                .list()) {
            assertThatThrownBy(() -> JdbcClient.create(w.stage.database().dataSource())
                            .sql("truncate " + table)
                            .update())
                    .hasStackTraceContaining("append-only");
        }
        w.shows(10);
    }

    @Test
    void a_hold_past_its_limit_counts_as_expired_for_every_reader() {
        Scene w = scene(15);
        List<Hold> rows = new ArrayList<>();
        Pipeline pipeline = w.stage.bean(Pipelines.class).open();
        w.stage.bean(HoldStore.class).read(pipeline, Map.of(w.hold(15), w.org), rows::add);
        pipeline.run();
        Hold row = rows.getFirst();
        assertThat(row.due(row.expiresAt()))
                .as("TP-22: the limit itself is past")
                .isTrue();
        assertThat(row.due(row.expiresAt().minusNanos(1000))).isFalse();
        w.pass(Duration.ofSeconds(901));
        w.shows(15);
    }

    @Test
    void cost_that_a_wallet_cannot_pay_is_absorbed_and_never_a_debt() {
        Scene w = scene(18);
        w.hold(10);
        w.settle(w.hold(5), 20);
        w.shows(10, 10, 0);
        assertThat(w.sql("select amount_micros from entry where org_id = :org and account = 'absorbed'")
                        .query(Long.class)
                        .single())
                .isEqualTo(-12_000_000);
        assertThat(w.sql("select reason from transfer where org_id = :org and source = 'absorbed'")
                        .query(String.class)
                        .single())
                .isNotBlank();
    }
}
