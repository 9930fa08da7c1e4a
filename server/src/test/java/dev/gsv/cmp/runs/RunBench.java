package dev.gsv.cmp.runs;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.billing.Desk;
import dev.gsv.cmp.billing.HoldOutcome;
import dev.gsv.cmp.billing.HoldRequest;
import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.billing.Load;
import dev.gsv.cmp.billing.Meters;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.billing.SettleOutcome;
import dev.gsv.cmp.billing.SettleRequest;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.quotas.Limits;
import dev.gsv.cmp.quotas.Place;
import dev.gsv.cmp.quotas.QuotaUser;
import dev.gsv.cmp.quotas.Quotas;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Part of {@code ./cmp bench ledger}: runs opened and closed in full (plan, quota, provider budget, hold, row of the
 * run, usage of the day) against the hold and the settlement alone, by the same callers on one wallet.
 */
public final class RunBench {

    private static final PrintStream OUT =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private static final int CALLERS = 512;
    private static final Credits HELD = Credits.of(10);
    private static final Limits PLAN = new Limits(100_000_000, 100_000, 1_000_000_000);

    private final Booth booth =
            Booth.of(Harness.start(Map.of()), Booth.ECHO, Booth.UNLIMITED).withCredits(1_000_000_000);
    private final OrgId org = booth.org();
    private final UUID instance = UUID.fromString(booth.instance());
    private final UUID version;
    private final Ids ids = booth.harness().bean(Ids.class);
    private final Quotas quotas = booth.harness().bean(Quotas.class);
    private final Ledger ledger = booth.harness().bean(Ledger.class);
    private final PlatformTransactionManager transactions = booth.harness().bean(PlatformTransactionManager.class);
    private final Quotas.Where where;

    private RunBench() {
        Map<String, Object> row = booth.harness()
                .bean(JdbcClient.class)
                .sql("""
                        select i.project_id, i.offering_version_id, o.slug as org, p.slug as project
                        from instance i
                        join organization o on o.id = i.org_id
                        join project p on p.id = i.project_id
                        where i.id = :id
                        """)
                .param("id", instance)
                .query()
                .singleRow();
        this.version = (UUID) row.get("offering_version_id");
        Place place = Place.of(org, (UUID) row.get("project_id"));
        this.where = new Quotas.Where(org, instance, place, "bench");
        Signed.in(booth.harness(), "cmp-admin")
                .api()
                .post(
                        "/api/v1/admin/control-plane/policies/budget?tenant=" + row.get("org") + "&project="
                                + row.get("project"),
                        Map.of("provider", "bench", "usd_per_month", 100_000))
                .expect(201);
    }

    public static void main(String[] args) throws Exception {
        RunBench bench = new RunBench();
        OUT.println("  hold and settlement alone …");
        Load.Result alone = bench.alone();
        OUT.println("  full opening and closing, without a provider budget …");
        Load.Result plain = bench.full(Map.of(), Map.of());
        OUT.println("  full opening and closing, with a provider budget …");
        Load.Result full = bench.full(Map.of("bench", 12L), Map.of("bench", 9L));
        row("runs opened + closed/s against hold + settle alone", alone.perSecond(), full.perSecond());
        row("the same for runs without a provider budget", alone.perSecond(), plain.perSecond());
        System.exit(0);
    }

    private static void row(String figure, long baseline, long ours) {
        OUT.printf("%-62s %,12d %,12d %8.2f   >= 0.5%n", figure, baseline, ours, (double) ours / Math.max(1, baseline));
    }

    private Load.Result full(Map<String, Long> estimates, Map<String, Long> costs) throws InterruptedException {
        Batches batches = booth.harness().bean(Batches.class);
        Lanes<Posting, Posting.Posted> lanes = new Lanes<>(
                "bench", Lanes.Limits.USUAL, Posting::org, batches::post, transactions, new SimpleMeterRegistry());
        lanes.start();
        try {
            return Load.of(CALLERS, () -> {
                long began = System.nanoTime();
                Opened run = opened(lanes, estimates);
                long took = System.nanoTime() - began;
                Ending ending = new Ending(
                        Run.Status.SUCCEEDED,
                        new Run.Used(1500, 800, 0, 1, 3, "provider"),
                        null,
                        List.of(),
                        "trace",
                        costs);
                lanes.submit(new Posting.Close(run, ending, billing -> "{}"));
                return took;
            });
        } finally {
            lanes.stop();
        }
    }

    private Opened opened(Lanes<Posting, Posting.Posted> lanes, Map<String, Long> estimates) {
        UUID run = ids.next();
        Quotas.Entry gates =
                quotas.entry(where, run, PLAN, Optional.of(new QuotaUser("bench", "service", false)), 2300, estimates);
        RunStore.Start start =
                new RunStore.Start(org, run, instance, version, null, "bench", "trace", Duration.ofMinutes(3), null);
        Posting.Posted posted = lanes.submit(new Posting.Open(
                new HoldRequest(org, instance, run, HELD, RateCard.STANDARD, Set.of()), start, gates, null));
        return start.opened(((Posting.Posted.In) posted).held());
    }

    private Load.Result alone() throws InterruptedException {
        Lanes<Object, Object> lanes = new Lanes<>(
                "bench", Lanes.Limits.USUAL, any -> org, this::settled, transactions, new SimpleMeterRegistry());
        lanes.start();
        try {
            return Load.of(CALLERS, () -> {
                long began = System.nanoTime();
                HoldOutcome.Held held = ((HoldOutcome)
                                lanes.submit(new HoldRequest(org, instance, null, HELD, RateCard.STANDARD, Set.of())))
                        .orThrow();
                long took = System.nanoTime() - began;
                lanes.submit(new SettleRequest(org, held.reservation(), instance, Meters.of(1500, 800, 0, 1, 3)));
                return took;
            });
        } finally {
            lanes.stop();
        }
    }

    private List<Lanes.Answer<Object>> settled(List<Object> batch) {
        Map<UUID, OrgId> wanted = new HashMap<>();
        for (Object asked : batch) {
            if (asked instanceof SettleRequest settle) {
                wanted.put(settle.reservation(), org);
            }
        }
        Desk desk = ledger.open(List.of(org), wanted);
        List<Lanes.Answer<Object>> answers = new ArrayList<>();
        for (Object asked : batch) {
            if (asked instanceof HoldRequest hold) {
                answers.add(new Lanes.Answer.Done<>(desk.hold(hold)));
            } else {
                SettleOutcome settled = desk.settle((SettleRequest) asked);
                settled.orThrow();
                answers.add(new Lanes.Answer.Done<>(settled));
            }
        }
        desk.close();
        return answers;
    }
}
