package dev.gsv.cmp.billing;

import dev.gsv.cmp.Database;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.orgs.OrgId;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * {@code ./cmp bench ledger}: hold and settle pairs per second over a durable database, against a transaction per
 * operation with the same statements and against the inserts of the same rows alone, measured in turn in the same run.
 * A ratio says something on a shared machine; a figure alone does not.
 */
public final class LedgerBench {

    private static final PrintStream OUT = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out));
    private static final int CALLERS = 512;
    private static final int MANY_WALLETS = Integer.getInteger("wallets", 100_000);
    private static final long MANY_ENTRIES = Long.getLong("entries", 10_000_000);
    private static final Meters USED = Meters.of(1500, 800, 1, 1, 3);
    private static final Credits HELD = Credits.of(10);

    private final Database database = Database.fresh();
    private final Stage stage = Stage.over(database, new BillingSettings(100, 900, 1_000_000));
    private final Ledger ledger = stage.bean(Ledger.class);
    private final UUID instance = UUID.randomUUID();
    private final List<String> table = new ArrayList<>();

    private LedgerBench() {}

    public static void main(String[] args) throws Exception {
        new LedgerBench().run();
        System.exit(0);
    }

    /** Figures by name, so that one of them can be looked at alone: {@code -Donly=hot,p99}. */
    private void run() throws Exception {
        progress("warming up");
        lanes(List.of(wallet()), CALLERS);
        lanes(List.of(wallet()), CALLERS);
        Map<String, Figure> figures = new LinkedHashMap<>();
        figures.put("hot", this::hot);
        figures.put("nodes", this::nodes);
        figures.put("p99", this::latency);
        figures.put("spread", this::spread);
        figures.put("entries", this::manyEntries);
        String only = System.getProperty("only", "");
        for (Map.Entry<String, Figure> figure : figures.entrySet()) {
            if (only.isEmpty() || List.of(only.split(",", -1)).contains(figure.getKey())) {
                figure.getValue().measure();
            }
        }
        OUT.printf("%n%-62s %12s %12s %8s   %s%n", "figure", "baseline", "CMP", "ratio", "to reach");
        table.forEach(OUT::println);
        boolean right = check();
        stage.close();
        System.exit(right ? 0 : 1);
    }

    private interface Figure {
        void measure() throws Exception;
    }

    private void hot() throws InterruptedException {
        List<OrgId> one = List.of(wallet());
        progress("one hot wallet: a transaction per operation");
        Load.Result baseline = single(one, CALLERS);
        progress("one hot wallet: lanes");
        Load.Result lanes = lanes(one, CALLERS);
        progress("the bound: inserts of the same rows alone, by one connection as the wallet's lane has");
        OrgId bare = wallet();
        long bound = inserts(bare, 1);
        progress("the bound by all lanes' connections");
        long wide = inserts(bare, Lanes.Limits.USUAL.lanes());
        jdbc().sql("delete from hold where org_id = :org")
                .param("org", bare.value())
                .update();
        row("pairs/s, one hot wallet, 512 callers, against the baseline", baseline.perSecond(), lanes.perSecond(), 20);
        row("the same against set-based inserts alone, one connection", bound, lanes.perSecond(), 0.6);
        row("the same against set-based inserts alone, 4 connections", wide, lanes.perSecond(), 0.6);
        say(
                "hold, hot wallet, 512 callers: p50 and p99 in ms",
                "%.1f, %.1f".formatted(baseline.p50(), baseline.p99()),
                "%.1f, %.1f".formatted(lanes.p50(), lanes.p99()),
                "",
                "");
    }

    private void nodes() throws InterruptedException {
        List<OrgId> one = List.of(wallet());
        progress("one hot wallet: lanes of one node");
        Load.Result lanes = lanes(one, CALLERS);
        progress("one hot wallet: lanes of two nodes");
        Load.Result two = twoNodes(one);
        row("two nodes on one database against one, hot wallet", lanes.perSecond(), two.perSecond(), 0.9);
    }

    private void latency() throws InterruptedException {
        for (int wallets : new int[] {1, 64}) {
            List<OrgId> orgs = Stream.generate(this::wallet).limit(wallets).toList();
            progress("64 callers on " + wallets + " wallets");
            Load.Result few = lanes(orgs, 64);
            say(
                    "p99 of a hold at 64 callers, wallets: " + wallets,
                    "p50 %.2f ms".formatted(few.p50()),
                    "%.2f ms".formatted(few.p99()),
                    "",
                    "<= 5 ms");
        }
    }

    private void spread() throws InterruptedException {
        progress("making " + MANY_WALLETS + " wallets");
        List<OrgId> many = wallets(MANY_WALLETS);
        progress("many wallets: a transaction per operation");
        Load.Result baseline = single(many, CALLERS);
        progress("many wallets: lanes");
        row(
                "pairs/s over " + MANY_WALLETS + " wallets, against the baseline",
                baseline.perSecond(),
                lanes(many, CALLERS).perSecond(),
                5);
    }

    private void manyEntries() throws InterruptedException {
        if (MANY_ENTRIES == 0) {
            return;
        }
        List<OrgId> one = List.of(wallet());
        progress("one hot wallet beside few entries");
        Load.Result before = lanes(one, CALLERS);
        progress("adding " + MANY_ENTRIES + " entries");
        entries(MANY_ENTRIES);
        progress("one hot wallet beside " + MANY_ENTRIES + " entries");
        row(
                "pairs/s with " + MANY_ENTRIES + " entries, against few",
                before.perSecond(),
                lanes(one, CALLERS).perSecond(),
                0.8);
    }

    private static void progress(String what) {
        OUT.println("  " + what + " …");
    }

    private void row(String figure, long baseline, long ours, double aim) {
        say(
                figure,
                "%,d".formatted(baseline),
                "%,d".formatted(ours),
                "%.2f".formatted((double) ours / Math.max(1, baseline)),
                ">= " + aim);
    }

    private void say(String figure, String baseline, String ours, String ratio, String aim) {
        table.add(String.format(Locale.ROOT, "%-62s %12s %12s %8s   %s", figure, baseline, ours, ratio, aim));
    }

    private Load.Result single(List<OrgId> orgs, int callers) throws InterruptedException {
        return load(orgs, callers, ledger::hold, ledger::settle);
    }

    private Load.Result lanes(List<OrgId> orgs, int callers) throws InterruptedException {
        Lanes<Operation, Object> lanes = Operation.lanes(stage);
        try {
            return load(orgs, callers, Operation.hold(lanes), Operation.settle(lanes));
        } finally {
            lanes.stop();
        }
    }

    private Load.Result twoNodes(List<OrgId> orgs) throws InterruptedException {
        try (Stage other = Stage.over(database, new BillingSettings(100, 900, 1_000_000))) {
            Lanes<Operation, Object> here = Operation.lanes(stage);
            Lanes<Operation, Object> there = Operation.lanes(other);
            try {
                return load(
                        orgs,
                        CALLERS,
                        request -> Operation.hold(pick(here, there)).apply(request),
                        request -> Operation.settle(pick(here, there)).accept(request));
            } finally {
                here.stop();
                there.stop();
            }
        }
    }

    private static <T> T pick(T here, T there) {
        return ThreadLocalRandom.current().nextBoolean() ? here : there;
    }

    private Load.Result load(
            List<OrgId> orgs, int callers, Function<HoldRequest, HoldOutcome> hold, Consumer<SettleRequest> settle)
            throws InterruptedException {
        return Load.of(callers, () -> {
            OrgId org = orgs.get(ThreadLocalRandom.current().nextInt(orgs.size()));
            long began = System.nanoTime();
            HoldOutcome.Held held = hold.apply(new HoldRequest(org, instance, null, HELD, RateCard.STANDARD))
                    .orThrow();
            long took = System.nanoTime() - began;
            settle.accept(new SettleRequest(org, held.reservation(), instance, USED));
            return took;
        });
    }

    /** Rows of the same number and size, in batches of the same size, and nothing else. */
    private long inserts(OrgId org, int connections) throws InterruptedException {
        TransactionTemplate whole = new TransactionTemplate(stage.bean(PlatformTransactionManager.class));
        int batch = Lanes.Limits.USUAL.batch() / 2;
        return batch
                * Load.of(connections, () -> {
                            long began = System.nanoTime();
                            whole.executeWithoutResult(status -> Rough.insert(stage, org, instance, batch));
                            return System.nanoTime() - began;
                        })
                        .perSecond();
    }

    private OrgId wallet() {
        OrgId org = Scene.organization(stage);
        ledger.topUp(org, Credits.of(1_000_000_000), "bench");
        return org;
    }

    private JdbcClient jdbc() {
        return JdbcClient.create(database.dataSource());
    }

    /** Wallets with one grant each, made by one statement per table. */
    private List<OrgId> wallets(int count) {
        String made = "from generate_series(1, %d) as n".formatted(count);
        jdbc().sql("insert into organization (id, name, slug, owner_id)"
                        + " select uuidv7(), 'bench ' || n, 'bench-' || n, 'bench' " + made)
                .update();
        jdbc().sql("""
                        with made as (select id as org from organization where owner_id = 'bench'),
                        wallets as (
                            insert into wallet (org_id, id, posted_micros, last_seq)
                            select org, org, 1000000000000, 1 from made),
                        entries as (
                            insert into transfer (org_id, seq, created_at, id, movement_id, source, target, amount_micros,
                                                  balance_micros, type, reference, grants, grant_micros)
                            select org, 1, now(), uuidv7(), org, 'issued', 'wallet', 1000000000000, 1000000000000, 'topup',
                                   'bench', '{}', '{}' from made)
                        insert into credit_grant (org_id, id, kind, priority, amount_micros, remaining_micros, effective_at,
                                                  reference, movement_id, created_at, updated_at)
                        select org, uuidv7(), 'purchased', 50, 1000000000000, 1000000000000, now(), 'bench', org, now(), now()
                        from made
                        """).update();
        return jdbc().sql("select id from organization where owner_id = 'bench'").query(UUID.class).list().stream()
                .map(OrgId::new)
                .toList();
    }

    /** Old entries of wallets that nobody uses now, spread over them as they would be. */
    private void entries(long count) {
        long portion = 500_000;
        for (long done = 0; done < count; done += portion) {
            jdbc().sql("""
                            insert into transfer (org_id, seq, created_at, id, movement_id, source, target, amount_micros,
                                                  balance_micros, type, reference, grants, grant_micros)
                            select w.org_id, 1000000 + %1$d + n, now() - interval '1 day', uuidv7(), w.org_id, 'wallet', 'revenue', 1,
                                   1, 'usage', w.org_id::text, '{}', '{}'
                            from generate_series(1, %2$d) as n
                            join (select org_id, row_number() over () as place from wallet) as w
                              on w.place = 1 + n %% (select count(*) from wallet)
                            """.formatted(done, portion)).update();
        }
    }

    /** What was measured was also right. */
    private boolean check() {
        Long wrong = jdbc().sql("""
                        select count(*) from wallet w
                        where w.held_micros <> coalesce((select sum(h.amount_micros) from hold h where h.org_id = w.org_id), 0)
                           or w.posted_micros <> (
                               select t.balance_micros from transfer t where t.org_id = w.org_id and t.seq = w.last_seq)
                        """).query(Long.class).single();
        OUT.println(
                wrong == 0
                        ? "checked: every balance is its last entry's, every held sum its open holds'"
                        : wrong + " WALLETS ARE WRONG");
        OUT.println("measured at " + Instant.now().toString().substring(0, 16) + "Z on "
                + Runtime.getRuntime().availableProcessors() + " processors; fsync on, synchronous_commit on");
        return wrong == 0;
    }
}
