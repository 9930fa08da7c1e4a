package dev.gsv.cmp.billing;

import static dev.gsv.cmp.billing.Scene.scene;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Database;
import dev.gsv.cmp.kit.Credits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Section 11 of the conformance sheet: the chain, and who names a row that somebody touched. */
class ChainTest {

    private static final Stage STAGE = Stage.over(Database.fresh());

    private final JdbcClient jdbc = JdbcClient.create(STAGE.database().dataSource());

    private Seals sealer() {
        return new Seals(new SealStore(jdbc), Clock.systemUTC(), new SimpleMeterRegistry());
    }

    private Verifier.Outcome verify(Scene w) {
        return new Verifier(
                        new ReplayStore(jdbcOfTransaction()),
                        new SealStore(jdbcOfTransaction()),
                        STAGE.bean(org.springframework.transaction.PlatformTransactionManager.class))
                .verify(w.org, progress -> true);
    }

    private static JdbcClient jdbcOfTransaction() {
        return STAGE.bean(JdbcClient.class);
    }

    /** A wallet with ten lines: a top-up and nine runs of one credit. */
    private Scene tenLines() {
        Scene w = scene(STAGE, 100);
        for (int i = 0; i < 9; i++) {
            w.settle(w.hold(2), 1);
        }
        return w;
    }

    private Scene sealed() {
        Scene w = tenLines();
        sealer().seal();
        return w;
    }

    /** As somebody with every right, past the triggers. */
    static void tamper(Scene w, String... statements) {
        tamper(w.stage.database(), w.org.toString(), statements);
    }

    static void tamper(Database database, String org, String... statements) {
        try (Connection connection = database.dataSource().getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute("set session_replication_role = replica");
            for (String statement : statements) {
                sql.execute(statement.replace(":org", "'" + org + "'"));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Finding broken(Scene w) {
        Verifier.Outcome outcome = verify(w);
        assertThat(outcome.broken()).as("the verification sees it").isEqualTo(1);
        return outcome.findings().getFirst();
    }

    private static String id(Scene w, long seq) {
        return w.sql("select id::text from transfer where org_id = :org and seq = :seq")
                .param("seq", seq)
                .query(String.class)
                .single();
    }

    @Test
    void hc_02_a_sealed_chain_verifies_from_the_first_line_with_count_and_last_hash() {
        Scene w = sealed();
        Verifier.Outcome outcome = verify(w);
        assertThat(outcome.findings()).isEmpty();
        assertThat(outcome.entries()).isEqualTo(10);
        assertThat(outcome.sealed()).isEqualTo(10);
        assertThat(outcome.fingerprint())
                .isEqualTo(w.sql("select encode(last_hash, 'hex') from wallet_seal where org_id = :org")
                        .query(String.class)
                        .single());
    }

    @Test
    void hc_01_what_is_written_later_is_sealed_by_the_next_run() {
        Seals sealer = sealer();
        sealer.seal();
        Scene w = tenLines();
        sealer.seal();
        w.settle(w.hold(1), 1);
        assertThat(verify(w).sealed()).isEqualTo(10);
        sealer.seal();
        assertThat(verify(w).sealed()).isEqualTo(11);
        assertThat(verify(w).findings()).isEmpty();
    }

    @Test
    void a_changed_line_is_named_by_the_verification() {
        Scene w = sealed();
        tamper(w, "update transfer set amount_micros = 2000000 where org_id = :org and seq = 7");
        Finding finding = broken(w);
        assertThat(finding.seq()).isEqualTo(7L);
        assertThat(finding.rowId()).hasToString(id(w, 7));
        assertThat(finding.field()).isEqualTo("amount_micros");
        assertThat(finding.expected()).startsWith("1000000 ");
        assertThat(finding.found()).isEqualTo("2000000");
        assertThat(finding.sentence()).contains("line 7", id(w, 7), "2000000");
    }

    @Test
    void hc_03_an_amount_that_is_changed_with_all_its_balances_is_named_by_its_digest() {
        Scene w = sealed();
        tamper(
                w,
                "update transfer set amount_micros = 2000000 where org_id = :org and seq = 7",
                "update transfer set grant_micros = '{2000000}' where org_id = :org and seq = 7",
                "update transfer set balance_micros = balance_micros - 1000000 where org_id = :org and seq >= 7",
                "update wallet set posted_micros = posted_micros - 1000000 where org_id = :org",
                "update credit_grant set remaining_micros = remaining_micros - 1000000 where org_id = :org");
        Finding finding = broken(w);
        assertThat(finding.seq()).isEqualTo(7L);
        assertThat(finding.field()).isEqualTo("hash");
        assertThat(finding.chain()).isTrue();
    }

    @Test
    void hc_09_the_digest_covers_every_column() {
        for (String change : List.of(
                "created_at = created_at + interval '1 microsecond'",
                "id = gen_random_uuid()",
                "movement_id = gen_random_uuid()",
                "target = 'expired'",
                "type = 'adjustment'",
                "reference = reference || 'x'",
                "instance_id = gen_random_uuid()",
                "run_id = gen_random_uuid()",
                "reason = 'because'",
                "metadata = '{\"a\": \"b\"}'",
                "grants = array[gen_random_uuid()]")) {
            Scene w = sealed();
            tamper(w, "update transfer set " + change + " where org_id = :org and seq = 10");
            Finding finding = broken(w);
            assertThat(finding.seq()).as(change).isEqualTo(10L);
            assertThat(finding.field()).as(change).isEqualTo("hash");
        }
        Scene w = sealed();
        tamper(w, "update transfer set balance_micros = 1 where org_id = :org and seq = 10");
        assertThat(broken(w).field()).isEqualTo("balance_micros");
    }

    @Test
    void hc_04_a_removed_a_swapped_and_an_inserted_line_are_named() {
        Scene removed = sealed();
        tamper(removed, "delete from transfer where org_id = :org and seq = 5");
        assertThat(broken(removed).seq()).isEqualTo(5L);
        assertThat(broken(removed).found()).isEqualTo("missing");

        Scene last = sealed();
        tamper(
                last,
                "delete from transfer where org_id = :org and seq = 10",
                "update wallet set last_seq = 9, posted_micros = posted_micros + 1000000 where org_id = :org",
                "update credit_grant set remaining_micros = remaining_micros + 1000000 where org_id = :org");
        assertThat(broken(last).seq()).as("the last one, with its wallet").isEqualTo(10L);

        Scene swapped = sealed();
        tamper(
                swapped,
                "update transfer set seq = 100 where org_id = :org and seq = 5",
                "update transfer set seq = 5 where org_id = :org and seq = 6",
                "update transfer set seq = 6 where org_id = :org and seq = 100");
        assertThat(broken(swapped).seq()).isEqualTo(5L);

        Scene inserted = sealed();
        tamper(
                inserted,
                "create temp table copy as select * from transfer where org_id = :org and seq = 4",
                "update copy set id = gen_random_uuid(), created_at = created_at + interval '1 second'",
                "insert into transfer select * from copy");
        assertThat(broken(inserted).seq()).isEqualTo(4L);
        assertThat(broken(inserted).found()).contains("there already");
    }

    @Test
    void hc_05_nothing_is_sealed_past_a_gap_and_a_late_line_is_sealed_in_its_place() {
        Scene w = tenLines();
        tamper(
                w,
                "create table if not exists aside as select * from transfer where false",
                "insert into aside select * from transfer where org_id = :org and seq = 6",
                "delete from transfer where org_id = :org and seq = 6");
        sealer().seal();
        assertThat(w.sql("select max(to_seq) from wallet_seal where org_id = :org")
                        .query(Long.class)
                        .single())
                .isEqualTo(5);
        tamper(w, "insert into transfer select * from aside where org_id = :org");
        sealer().seal();
        assertThat(verify(w).sealed()).isEqualTo(10);
        assertThat(verify(w).findings()).isEmpty();
    }

    @Test
    void hc_07_many_sealers_make_one_chain() throws Exception {
        List<Scene> wallets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            wallets.add(scene(STAGE, 1000));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (Scene w : wallets) {
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 40; i++) {
                        w.settle(w.hold(1), 1);
                    }
                }));
            }
            for (int i = 0; i < 3; i++) {
                all.add(threads.submit(() -> {
                    for (int run = 0; run < 30; run++) {
                        // A new one each time: hc_08, a sealer that starts again at any point.
                        sealer().seal();
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        sealer().seal();
        for (Scene w : wallets) {
            assertThat(verify(w).findings()).isEmpty();
            assertThat(verify(w).sealed()).isEqualTo(41);
        }
    }

    @Test
    void hc_08_a_sealer_that_starts_again_goes_on_where_the_last_block_ends() {
        Scene w = sealed();
        w.settle(w.hold(1), 1);
        sealer().seal();
        sealer().seal();
        assertThat(w.sql("select from_seq || '-' || to_seq from wallet_seal where org_id = :org order by from_seq")
                        .query(String.class)
                        .list())
                .containsExactly("1-10", "11-11");
        assertThat(verify(w).findings()).isEmpty();
    }

    @Test
    void hc_10_changed_balances_grants_and_holds_are_named() {
        record Case(String table, String field, String statement) {}
        for (Case each : List.of(
                new Case(
                        "wallet",
                        "posted_micros",
                        "update wallet set posted_micros = posted_micros + 1 where org_id = :org"),
                new Case(
                        "wallet", "held_micros", "update wallet set held_micros = held_micros + 1 where org_id = :org"),
                new Case("wallet", "open_holds", "update wallet set open_holds = open_holds + 1 where org_id = :org"),
                new Case(
                        "credit_grant",
                        "remaining_micros",
                        "update credit_grant set remaining_micros = remaining_micros - 1 where org_id = :org"),
                new Case(
                        "credit_grant",
                        "held_micros",
                        "update credit_grant set held_micros = held_micros + 1 where org_id = :org"),
                new Case("credit_grant", "held_micros", "delete from hold where org_id = :org"),
                new Case("transfer", "row", "update wallet set last_seq = last_seq + 1 where org_id = :org"))) {
            Scene w = sealed();
            w.hold(3);
            assertThat(verify(w).findings()).isEmpty();
            tamper(w, each.statement());
            assertThat(broken(w).table()).as(each.statement()).isEqualTo(each.table());
            assertThat(broken(w).field()).as(each.statement()).isEqualTo(each.field());
        }
    }

    @Test
    void lapsed_grants_overdraft_and_absorbed_cost_replay_to_what_is_stored() {
        Scene w = scene(STAGE, 5);
        w.grant(GrantKind.PROMOTIONAL, 7, java.time.Duration.ofSeconds(30));
        w.release(w.hold(2), 3);
        STAGE.bean(WalletStore.class).floor(w.org, -10_000_000);
        w.pass(java.time.Duration.ofSeconds(60));
        w.ledger.sweep(w.org);
        w.settle(w.hold(9), 9);
        w.ledger.topUp(w.org, Credits.of(6), "order:debt");
        sealer().seal();
        assertThat(verify(w).findings()).isEmpty();
        assertThat(w.wallet().balance()).isEqualTo(Credits.of(2));
    }

    @Test
    void a_block_that_is_removed_or_changed_is_noticed() {
        Scene w = sealed();
        w.settle(w.hold(1), 1);
        sealer().seal();
        tamper(w, "delete from wallet_seal where org_id = :org and from_seq = 1");
        assertThat(broken(w).chain()).isTrue();
        Scene changed = sealed();
        tamper(
                changed,
                "update wallet_seal set digests = set_byte(digests, 70, 255 - get_byte(digests, 70))"
                        + " where org_id = :org");
        assertThat(broken(changed).seq()).isEqualTo(3L);
    }

    @Test
    void a_line_is_never_changed_or_deleted() {
        Scene w = sealed();
        for (String statement : List.of(
                "update wallet_seal set sealed_at = now() where org_id = :org",
                "delete from wallet_seal where org_id = :org",
                "update transfer set reference = 'x' where org_id = :org")) {
            assertThatThrownBy(() -> w.sql(statement).update()).hasStackTraceContaining("append-only");
        }
        for (String statement : List.of(
                "update reservation set debited_micros = 0 where org_id = :org",
                "delete from reservation where org_id = :org")) {
            assertThatThrownBy(() -> w.sql(statement).update()).hasStackTraceContaining("does not change");
        }
    }
}
