package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Database;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.orgs.OrgId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Section 4 of the conformance sheet where many callers, or many wallets, are the point. */
class CrowdTest {

    private static final int WALLETS = 100_000;
    private static final int BUSY = 10;

    private static void pair(Lanes<Operation, Object> lanes, OrgId org, UUID instance) {
        HoldOutcome.Held held = Operation.hold(lanes)
                .apply(new HoldRequest(org, instance, null, Credits.of(2), Scene.ONE_EACH))
                .orThrow();
        Operation.settle(lanes).accept(new SettleRequest(org, held.reservation(), instance, Scene.used(1)));
    }

    /** Pairs of hold and settlement per second. */
    private static double perSecond(Lanes<Operation, Object> lanes, Scene w, int callers, int pairs) {
        long began = System.nanoTime();
        List<Object> ends = ConcurrencyCasesTest.together(callers, i -> () -> {
            for (int n = 0; n < pairs / callers; n++) {
                pair(lanes, w.org, w.instance);
            }
            return "done";
        });
        assertThat(ends).containsOnly("done");
        return pairs * 1e9 / (System.nanoTime() - began);
    }

    @Test
    void cc_06_more_callers_of_one_wallet_get_no_less_done_than_one_alone() {
        Scene w = Scene.scene(100_000);
        Lanes<Operation, Object> lanes = Operation.lanes(w.stage);
        Map<Integer, Double> reached = new TreeMap<>();
        try {
            perSecond(lanes, w, 16, 320);
            reached.put(1, perSecond(lanes, w, 1, 100));
            reached.put(16, perSecond(lanes, w, 16, 1600));
            reached.put(64, perSecond(lanes, w, 64, 3200));
            reached.put(512, perSecond(lanes, w, 512, 5120));
        } finally {
            lanes.stop();
        }
        assertThat(reached.values())
                .as("pairs per second by callers: " + reached)
                .allMatch(each -> each >= reached.get(1));
        assertThat(w.wallet().available()).isEqualTo(Credits.of(100_000 - 320 - 100 - 1600 - 3200 - 5120));
    }

    @Test
    void cc_07_a_hot_wallet_does_not_take_the_time_of_the_others() throws InterruptedException {
        Scene hot = Scene.scene(1_000_000);
        List<Scene> others =
                IntStream.range(0, 40).mapToObj(i -> Scene.scene(100)).toList();
        Lanes<Operation, Object> lanes = Operation.lanes(hot.stage);
        AtomicBoolean over = new AtomicBoolean();
        long[] crowded = new long[60];
        long[] alone = new long[60];
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < 512; caller++) {
                threads.submit(() -> {
                    while (!over.get()) {
                        pair(lanes, hot.org, hot.instance);
                    }
                });
            }
            perSecond(lanes, hot, 1, 10);
            for (int i = 0; i < crowded.length; i++) {
                long began = System.nanoTime();
                pair(lanes, hot.org, hot.instance);
                crowded[i] = System.nanoTime() - began;
                Scene other = others.get(i % others.size());
                began = System.nanoTime();
                pair(lanes, other.org, other.instance);
                alone[i] = System.nanoTime() - began;
            }
            over.set(true);
        } finally {
            over.set(true);
            lanes.stop();
        }
        Arrays.sort(crowded);
        Arrays.sort(alone);
        long hotMedian = crowded[crowded.length / 2] / 1000;
        long otherMedian = alone[alone.length / 2] / 1000;
        assertThat(otherMedian)
                .as("median in microseconds; on the hot wallet it is " + hotMedian)
                .isLessThan(hotMedian * 4 / 5);
        assertThat(hot.wallet().balance())
                .as("what was sold on the hot wallet is gone from it")
                .isEqualTo(Credits.of(1_000_000
                        - hot.sql("select count(*) from reservation where org_id = :org")
                                .query(Long.class)
                                .single()));
        others.forEach(each -> each.shows(98 + (others.indexOf(each) < 20 ? 0 : 1)));
    }

    /** How many rows of each table, or of its indexes, were ever read. */
    private static Map<String, Long> scanned(JdbcClient jdbc) {
        Map<String, Long> read = new TreeMap<>();
        jdbc.sql("""
                        select relname, seq_tup_read from pg_stat_user_tables
                        union all select relname, idx_tup_read from pg_stat_user_indexes
                        """).query(row -> {
            read.merge(row.getString(1), row.getLong(2), Long::sum);
        });
        return read;
    }

    /** The figures once they stand still: a connection that has ended tells them a moment later. */
    private static Map<String, Long> settled(JdbcClient jdbc) throws InterruptedException {
        Map<String, Long> read = scanned(jdbc);
        for (int same = 0; same < 4; ) {
            Thread.sleep(250);
            Map<String, Long> again = scanned(jdbc);
            long quiet = read.getOrDefault("wallet", 0L) - again.getOrDefault("wallet", 0L);
            same = quiet == 0 ? same + 1 : 0;
            read = again;
        }
        return read;
    }

    @Test
    void cc_20_wallets_that_are_idle_are_not_looked_at() throws InterruptedException {
        Database database = Database.fresh();
        JdbcClient jdbc = JdbcClient.create(database.dataSource());
        idle(jdbc);
        List<OrgId> busy = jdbc.sql("select org_id from wallet limit " + BUSY).query(UUID.class).list().stream()
                .map(OrgId::new)
                .toList();
        Map<String, Long> before = settled(jdbc);
        // A connection tells what it has read at the latest when it ends; so the node is ended before we look.
        try (Stage stage = Stage.over(database)) {
            Lanes<Operation, Object> lanes = Operation.lanes(stage);
            UUID instance = UUID.randomUUID();
            for (int round = 0; round < 30; round++) {
                busy.forEach(org -> pair(lanes, org, instance));
                stage.bean(Ledger.class)
                        .hold(new HoldRequest(busy.getFirst(), instance, null, Credits.of(1), Scene.ONE_EACH));
                stage.bean(Ledger.class).due(200).forEach(stage.bean(Ledger.class)::sweep);
                stage.bean(TopUps.class).due();
                stage.bean(Wallets.class).wallet(busy.getLast());
            }
            lanes.stop();
        }
        Map<String, Long> read = settled(jdbc);
        read.replaceAll((table, rows) -> rows - before.getOrDefault(table, 0L));
        for (String table : List.of("wallet", "credit_grant", "transfer", "organization", "top_up_rule", "allowance")) {
            assertThat(read.getOrDefault(table, 0L))
                    .as("rows of " + table + " that were read for ten wallets")
                    .isLessThan(WALLETS / 10);
        }
        assertThat(read.entrySet())
                .as("of any table")
                .allMatch(table -> table.getValue() < WALLETS, "was not read from end to end");
    }

    /** Wallets with credit that nobody uses. */
    private static void idle(JdbcClient jdbc) {
        jdbc.sql("insert into organization (id, name, slug, owner_id)"
                        + " select uuidv7(), 'idle ' || n, 'idle-' || n, 'idle' from generate_series(1, :count) as n")
                .param("count", WALLETS)
                .update();
        jdbc.sql("""
                        with made as (select id as org from organization where owner_id = 'idle'),
                        wallets as (
                            insert into wallet (org_id, id, posted_micros, last_seq, due_at)
                            select org, org, 1000000000, 1, now() + interval '1 day' from made),
                        entries as (
                            insert into transfer (org_id, seq, created_at, id, movement_id, source, target, amount_micros,
                                                  balance_micros, type, reference, grants, grant_micros)
                            select org, 1, now(), uuidv7(), org, 'issued', 'wallet', 1000000000, 1000000000, 'topup',
                                   'idle', '{}', '{}' from made)
                        insert into credit_grant (org_id, id, kind, priority, amount_micros, remaining_micros, effective_at,
                                                  expires_at, reference, movement_id, created_at, updated_at)
                        select org, uuidv7(), 'purchased', 50, 1000000000, 1000000000, now(), now() + interval '1 day',
                               'idle', org, now(), now()
                        from made
                        """).update();
        jdbc.sql("analyze").update();
    }
}
