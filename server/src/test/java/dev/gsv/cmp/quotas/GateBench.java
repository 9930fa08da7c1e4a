package dev.gsv.cmp.quotas;

import dev.gsv.cmp.Database;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.orgs.OrgId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Phaser;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * {@code ./cmp bench quotas}: runs let in and ended per second at the gates alone, in lanes, over a durable database:
 * without a budget, with one budget in stripes (ADR 0010), and with the same budget as one row, measured in turn and
 * several times. The wallets, which come after these gates, are not part of it.
 */
public final class GateBench {

    private static final PrintStream OUT = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out));
    private static final int CALLERS = 256;
    private static final int ORGS = 200;
    private static final int WARM_SECONDS = Integer.getInteger("warm", 2);
    private static final int SECONDS = Integer.getInteger("seconds", 5);
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final long MICROS = 100;
    private static final Limits PLAN = new Limits(100_000_000, 1_000_000, 100_000_000);

    private sealed interface Step {
        OrgId org();

        record Begin(OrgId org, Quotas.Entry run) implements Step {}

        record Finish(OrgId org, Quotas.End run) implements Step {}
    }

    /** What a batch does beside the gates. */
    private interface Beside {
        void begin(JdbcClient jdbc, long micros);

        void finish(JdbcClient jdbc, long micros);
    }

    private static final Beside NOTHING = new Beside() {
        @Override
        public void begin(JdbcClient jdbc, long micros) {}

        @Override
        public void finish(JdbcClient jdbc, long micros) {}
    };

    /** The budget as one row: right and simple. */
    private static final Beside ONE_ROW = new Beside() {
        @Override
        public void begin(JdbcClient jdbc, long micros) {
            int held = jdbc.sql("update one_budget set held = held + :micros where spent + held + :micros <= most")
                    .param("micros", micros)
                    .update();
            if (held != 1) {
                throw new IllegalStateException("the budget is used up");
            }
        }

        @Override
        public void finish(JdbcClient jdbc, long micros) {
            jdbc.sql("update one_budget set held = held - :micros, spent = spent + :micros")
                    .param("micros", micros)
                    .update();
        }
    };

    private record Org(OrgId id, UUID instance, Place place) {}

    private final Gatehouse house = new Gatehouse(Database.fresh());
    private final Quotas quotas = house.bean(Quotas.class);
    private final JdbcClient jdbc = house.bean(JdbcClient.class);
    private final List<Org> orgs = new ArrayList<>();

    private GateBench() {}

    public static void main(String[] args) throws Exception {
        new GateBench().run();
        System.exit(0);
    }

    private void run() throws Exception {
        jdbc.sql("create table one_budget (held bigint, spent bigint, most bigint)")
                .update();
        jdbc.sql("insert into one_budget values (0, 0, 1000000000000)").update();
        for (int i = 0; i < ORGS; i++) {
            orgs.add(new Org(new OrgId(UUID.randomUUID()), UUID.randomUUID(), new Place("bench-" + i, "default")));
        }
        house.bean(QuotaPolicies.class)
                .write(
                        new Place("default", "default"),
                        Json.mapper()
                                .readTree("{\"user_type\": \"many\", \"requests_per_day\": 2000000000,"
                                        + " \"max_concurrent\": 1000000}"),
                        null,
                        "bench");
        write("{\"provider\": \"budgeted\", \"usd_per_hour\": 100000, \"usd_per_day\": 100000,"
                + " \"usd_per_month\": 100000}");
        List<String> names = List.of("without a budget", "one budget in 32 stripes", "the same budget as one row");
        long[][] measured = new long[names.size()][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int what = 0; what < names.size(); what++) {
                OUT.println("  round " + (round + 1) + ": " + names.get(what) + " …");
                measured[what][round] =
                        measure(what == 1 ? Map.of("budgeted", MICROS) : Map.of(), what == 2 ? ONE_ROW : NOTHING);
            }
        }
        OUT.printf(
                "%n%-34s %10s %10s %10s %8s%n", "runs let in and ended, per second", "min", "median", "max", "ratio");
        long base = median(measured[0]);
        for (int what = 0; what < names.size(); what++) {
            Arrays.sort(measured[what]);
            OUT.printf(
                    "%-34s %,10d %,10d %,10d %8.2f%n",
                    names.get(what),
                    measured[what][0],
                    median(measured[what]),
                    measured[what][ROUNDS - 1],
                    (double) median(measured[what]) / Math.max(1, base));
        }
        OUT.printf(
                "%nin stripes against one row: %.2f; all stripes were locked %s times%n",
                (double) median(measured[1]) / Math.max(1, median(measured[2])), locked());
        check();
        OUT.println("measured at " + Instant.now().toString().substring(0, 16) + "Z on "
                + Runtime.getRuntime().availableProcessors() + " processors, " + CALLERS + " callers, "
                + Lanes.Limits.USUAL.lanes() + " lanes; fsync on, synchronous_commit on");
        house.close();
    }

    private void write(String json) {
        house.bean(Budgets.class)
                .write(new Place("default", "default"), Json.mapper().readTree(json), null, "bench");
    }

    private static long median(long[] rounds) {
        long[] sorted = rounds.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private String locked() {
        return String.valueOf((long) house.bean(io.micrometer.core.instrument.MeterRegistry.class)
                .counter("cmp.budgets.locked")
                .count());
    }

    private long measure(Map<String, Long> estimates, Beside beside) throws InterruptedException {
        Lanes<Step, Boolean> lanes = new Lanes<>(
                "bench",
                Lanes.Limits.USUAL,
                Step::org,
                batch -> post(batch, beside),
                house.bean(PlatformTransactionManager.class),
                new SimpleMeterRegistry());
        lanes.start();
        try {
            return load(() -> {
                Org org = orgs.get(ThreadLocalRandom.current().nextInt(ORGS));
                Quotas.Entry run = quotas.entry(
                        new Quotas.Where(org.id(), org.instance(), org.place(), "bundle"),
                        UUID.randomUUID(),
                        PLAN,
                        Optional.of(new QuotaUser("user", "many", false)),
                        100,
                        estimates);
                lanes.submit(new Step.Begin(org.id(), run));
                lanes.submit(new Step.Finish(
                        org.id(), new Quotas.End(org.id(), org.instance(), run.run(), true, 100, estimates)));
            });
        } finally {
            lanes.stop();
        }
    }

    private List<Lanes.Answer<Boolean>> post(List<Step> batch, Beside beside) {
        List<Quotas.Entry> wanted = new ArrayList<>();
        List<Quotas.End> ends = new ArrayList<>();
        for (Step step : batch) {
            switch (step) {
                case Step.Begin begin -> wanted.add(begin.run());
                case Step.Finish finish -> ends.add(finish.run());
            }
        }
        if (!ends.isEmpty()) {
            beside.finish(jdbc, MICROS * ends.size());
        }
        if (!wanted.isEmpty()) {
            beside.begin(jdbc, MICROS * wanted.size());
        }
        Turnstile turnstile = quotas.open(wanted, ends);
        wanted.forEach(run -> turnstile.admit(run).ifPresent(refusal -> {
            throw refusal;
        }));
        turnstile.close();
        return batch.stream()
                .map(step -> (Lanes.Answer<Boolean>) new Lanes.Answer.Done<>(true))
                .toList();
    }

    private static long load(Runnable work) throws InterruptedException {
        long warm = System.nanoTime() + WARM_SECONDS * 1_000_000_000L;
        long end = warm + SECONDS * 1_000_000_000L;
        AtomicLong done = new AtomicLong();
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        Phaser all = new Phaser(1);
        for (int caller = 0; caller < CALLERS; caller++) {
            all.register();
            Thread.startVirtualThread(() -> {
                try {
                    while (System.nanoTime() < end) {
                        work.run();
                        long now = System.nanoTime();
                        if (now >= warm && now < end) {
                            done.incrementAndGet();
                        }
                    }
                } catch (RuntimeException e) {
                    failure.set(e);
                } finally {
                    all.arriveAndDeregister();
                }
            });
        }
        all.arriveAndAwaitAdvance();
        RuntimeException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        return done.get() / SECONDS;
    }

    /** What was measured was also right. */
    private void check() {
        Long wrong = jdbc.sql("""
                        select (select count(*) from quota_admission where state = 'open')
                             + (select count(*) from quota_slot) + (select count(*) from budget_hold where state = 'open')
                             + abs((select sum(held_micro) from budget_stripe))
                             + abs((select sum(month_micro) from budget_stripe) - (select sum(spent_micro) from budget_hold))
                             + abs((select sum(total_requests) from quota_counter)
                                   - (select count(*) from quota_admission where state = 'committed'))
                        """).query(Long.class).single();
        OUT.println(
                wrong == 0
                        ? "checked: nothing is open, every run was counted, every micro-dollar is booked"
                        : wrong + " ARE WRONG");
    }
}
