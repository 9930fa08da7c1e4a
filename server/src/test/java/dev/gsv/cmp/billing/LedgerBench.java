package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.orgs.OrgId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.springframework.transaction.PlatformTransactionManager;

/** Scratch. */
final class LedgerBench {
    private LedgerBench() {}

    sealed interface Op {
        OrgId org();

        record Hold(HoldRequest request) implements Op {
            @Override
            public OrgId org() {
                return request.org();
            }
        }

        record Settle(SettleRequest request) implements Op {
            @Override
            public OrgId org() {
                return request.org();
            }
        }
    }

    static Lanes<Op, Object> lanes(Stage stage, int count, int batch) {
        Ledger ledger = stage.bean(Ledger.class);
        Lanes<Op, Object> lanes = new Lanes<>(
                "bench",
                new Lanes.Limits(count, 4096, batch),
                Op::org,
                ops -> {
                    Map<UUID, OrgId> wanted = new HashMap<>();
                    ops.forEach(op -> {
                        if (op instanceof Op.Settle settle) {
                            wanted.put(settle.request().reservation(), settle.org());
                        }
                    });
                    Desk desk = ledger.open(ops.stream().map(Op::org).distinct().toList(), wanted);
                    List<Lanes.Answer<Object>> answers = ops.stream()
                            .<Lanes.Answer<Object>>map(op -> switch (op) {
                                case Op.Hold hold -> new Lanes.Answer.Done<>(desk.hold(hold.request()));
                                case Op.Settle settle -> new Lanes.Answer.Done<>(desk.settle(settle.request()));
                            })
                            .toList();
                    desk.close();
                    return answers;
                },
                stage.bean(PlatformTransactionManager.class),
                new SimpleMeterRegistry());
        lanes.start();
        return lanes;
    }

    public static void main(String[] args) throws Exception {
        System.setProperty(dev.gsv.cmp.Database.DURABLE, "true");
        int seconds = Integer.getInteger("seconds", 6);
        int callers = Integer.getInteger("callers", 512);
        int wallets = Integer.getInteger("wallets", 1);
        int lanes = Integer.getInteger("lanes", 4);
        int batch = Integer.getInteger("batch", 256);
        String mode = System.getProperty("mode", "both");
        dev.gsv.cmp.Database database = dev.gsv.cmp.Database.fresh();
        Stage stage = Stage.over(database, new BillingSettings(100, 900, 1_000_000));
        List<OrgId> orgs = new ArrayList<>();
        for (int i = 0; i < wallets; i++) {
            OrgId org = Scene.organization(stage);
            stage.bean(Ledger.class).topUp(org, Credits.of(100_000_000), "bench");
            orgs.add(org);
        }
        Ledger ledger = stage.bean(Ledger.class);
        UUID instance = UUID.randomUUID();
        if (mode.equals("both") || mode.equals("baseline")) {
            run("baseline", callers, seconds, orgs, instance, ledger::hold, ledger::settle);
        }
        if (mode.equals("both") || mode.equals("lanes")) {
            Lanes<Op, Object> l = lanes(stage, lanes, batch);
            run(
                    "lanes",
                    callers,
                    seconds,
                    orgs,
                    instance,
                    r -> (HoldOutcome) l.submit(new Op.Hold(r)),
                    r -> l.submit(new Op.Settle(r)));
            run(
                    "lanes",
                    callers,
                    seconds,
                    orgs,
                    instance,
                    r -> (HoldOutcome) l.submit(new Op.Hold(r)),
                    r -> l.submit(new Op.Settle(r)));
            l.stop();
        }
        stage.close();
        System.exit(0);
    }

    static void run(
            String name,
            int callers,
            int seconds,
            List<OrgId> orgs,
            UUID instance,
            Function<HoldRequest, HoldOutcome> hold,
            java.util.function.Consumer<SettleRequest> settle)
            throws Exception {
        AtomicLong pairs = new AtomicLong();
        long warm = System.nanoTime() + 3_000_000_000L;
        long end = warm + seconds * 1_000_000_000L;
        long[][] latencies = new long[callers][];
        List<Thread> threads = new ArrayList<>();
        Meters used = Meters.of(1500, 800, 1, 1, 3);
        for (int c = 0; c < callers; c++) {
            int me = c;
            threads.add(Thread.startVirtualThread(() -> {
                long[] mine = new long[200_000];
                int n = 0;
                while (System.nanoTime() < end) {
                    OrgId org = orgs.get(ThreadLocalRandom.current().nextInt(orgs.size()));
                    long began = System.nanoTime();
                    HoldOutcome.Held held = hold.apply(
                                    new HoldRequest(org, instance, null, Credits.of(10), RateCard.STANDARD))
                            .orThrow();
                    long done = System.nanoTime();
                    settle.accept(new SettleRequest(org, held.reservation(), instance, used));
                    if (began > warm && System.nanoTime() < end) {
                        pairs.incrementAndGet();
                        if (n < mine.length) {
                            mine[n++] = done - began;
                        }
                    }
                }
                latencies[me] = Arrays.copyOf(mine, n);
            }));
        }
        for (Thread t : threads) {
            t.join();
        }
        long[] all =
                Arrays.stream(latencies).flatMapToLong(Arrays::stream).sorted().toArray();
        System.err.printf(
                "%-10s callers %d wallets %d: %,d pairs/s  hold p50 %.2f ms p99 %.2f ms%n",
                name,
                callers,
                orgs.size(),
                pairs.get() / seconds,
                all.length == 0 ? 0 : all[all.length / 2] / 1e6,
                all.length == 0 ? 0 : all[(int) (all.length * 0.99)] / 1e6);
    }
}
