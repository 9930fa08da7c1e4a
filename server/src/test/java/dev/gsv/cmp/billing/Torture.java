package dev.gsv.cmp.billing;

import dev.gsv.cmp.billing.TortureLoad.Kind;
import dev.gsv.cmp.billing.TortureLoad.Sent;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/**
 * {@code ./cmp torture} (CR-01, CR-02, CR-03): kills and freezes the real program and its real database under load,
 * round by round, and proves at the end that nothing was overspent, lost or doubled.
 */
final class Torture {

    private static final Duration FREEZE = Duration.ofSeconds(2);
    /** Longer than a hold lasts and a run may take. */
    private static final Duration LONG_FREEZE = Duration.ofSeconds(TortureNode.HOLD_SECONDS + 1);

    /** The lease of a run, the end of a job that died with its node, and the job's own pace. */
    private static final long CLEAR_SECONDS = 90;
    /** How long a node may take until it serves again by itself; its database starts again meanwhile. */
    private static final Duration RECOVERY = Duration.ofSeconds(15);

    private enum Blow {
        KILL_NODE,
        KILL_DATABASE,
        KILL_BOTH,
        FREEZE_NODE,
        FREEZE_DATABASE
    }

    private final TortureNode node;
    private final Random random;
    private final List<String> findings = new ArrayList<>();
    private final Map<Blow, Integer> blows = new EnumMap<>(Blow.class);
    private int hopeless;
    private TortureLoad load;
    private long before;

    private Torture(TortureNode node, long seed) {
        this.node = node;
        this.random = new Random(seed);
    }

    /** Rounds, the seed, the folder of the built program, a scratch folder. */
    public static void main(String[] args) {
        int rounds = Integer.parseInt(args[0]);
        long seed = args[1].isEmpty() ? System.nanoTime() & 0xFFFF_FFFFL : Long.parseLong(args[1]);
        Path scratch = Path.of(args[3]);
        say("torture: %d rounds, seed %d", rounds, seed);
        boolean held;
        try (TortureNode node = new TortureNode(Path.of(args[2]), scratch)) {
            Torture torture = new Torture(node, seed);
            torture.play(rounds, seed);
            held = torture.prove();
        }
        if (held) {
            FileSystemUtils.deleteRecursively(scratch.toFile());
        } else {
            say("seed %d; its data and logs are kept in %s", seed, scratch);
        }
        System.exit(held ? 0 : 1);
    }

    private static void say(String what, Object... values) {
        System.out.printf(what + "%n", values);
    }

    private void play(int rounds, long seed) {
        node.start();
        load = new TortureLoad(node, seed);
        before = posted();
        for (int round = 1; round <= rounds; round++) {
            long began = System.nanoTime();
            int clear = load.clear.size();
            int ambiguous = load.ambiguous.get();
            Blow blow = Blow.values()[random.nextInt(Blow.values().length)];
            blows.merge(blow, 1, Integer::sum);
            load.begin();
            sleep(Duration.ofMillis(500 + random.nextInt(1500)));
            strike(blow);
            // What comes back finds callers at its door.
            if (!usable()) {
                hopeless += node.alive() ? 1 : 0;
                node.kill();
                node.start();
            }
            sleep(Duration.ofMillis(300));
            load.end();
            int left = load.askAgain(CLEAR_SECONDS);
            if (left > 0) {
                findings.add(
                        left + " calls without a clear answer within " + CLEAR_SECONDS + " s after round " + round);
            }
            say(
                    "round %d of %d: %s, %d calls answered, %d asked again, %d s",
                    round,
                    rounds,
                    blow.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                    load.clear.size() - clear,
                    load.ambiguous.get() - ambiguous,
                    Duration.ofNanos(System.nanoTime() - began).toSeconds());
        }
    }

    private void strike(Blow blow) {
        switch (blow) {
            case KILL_NODE -> node.kill();
            case KILL_DATABASE -> node.killDatabase();
            case KILL_BOTH -> {
                node.killDatabase();
                node.kill();
            }
            case FREEZE_NODE -> node.freeze(random.nextInt(4) == 0 ? LONG_FREEZE : FREEZE);
            case FREEZE_DATABASE -> node.freezeDatabase(FREEZE);
        }
    }

    /** Whether it serves again by itself, over a database that it has started again. */
    private boolean usable() {
        long deadline = System.nanoTime() + RECOVERY.toNanos();
        while (node.alive() && System.nanoTime() < deadline) {
            sleep(Duration.ofMillis(100));
            if (node.send("GET", "/health", Map.of(), null).status() == 200) {
                return true;
            }
        }
        return false;
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private JdbcClient sql() {
        return JdbcClient.create(node.database());
    }

    private long number(String query) {
        return sql().sql(query).query(Long.class).single();
    }

    private long posted() {
        return sql().sql("select posted_micros from wallet where id = :id")
                .param("id", UUID.fromString(load.wallet()))
                .query(Long.class)
                .single();
    }

    private boolean prove() {
        findings.addAll(load.wrong);
        int waited = 0;
        while (number("select (select count(*) from hold) + (select count(*) from run where status = 'running')") > 0
                && waited++ < 60) {
            sleep(Duration.ofSeconds(1));
        }
        long open = number("select count(*) from hold");
        long running = number("select count(*) from run where status = 'running'");
        List<OrgId> orgs = sql().sql("select org_id from wallet").query(UUID.class).list().stream()
                .map(OrgId::new)
                .toList();
        List<String> broken = Laws.broken(sql(), orgs);
        findings.addAll(broken);
        long overspent = number("select count(*) from wallet where posted_micros - held_micros < floor_micros");
        Set<String> lost = lost();
        Set<String> doubled = doubled();
        long expected = before + topUps() - debits();
        if (posted() != expected) {
            findings.add(
                    "the wallet has " + new Credits(posted()) + " and the answers sum to " + new Credits(expected));
        }
        say(
                "calls answered: %s",
                load.clear.stream()
                        .collect(Collectors.groupingBy(
                                one -> one.kind + " " + one.status, java.util.TreeMap::new, Collectors.counting())));
        say("asked again with the same key: %d", load.ambiguous.get());
        say("blows %s · nodes that did not recover by themselves: %d", blows, hopeless);
        say("webhooks: none, this version of the program takes none in");
        if (hopeless > 0) {
            findings.add(hopeless + " nodes did not serve again within " + RECOVERY.toSeconds() + " s");
        }
        say("overspent %d · lost %d · doubled %d", overspent, lost.size(), doubled.size());
        say("open holds %d · running runs %d (after %d s) · broken laws %d", open, running, waited, broken.size());
        say("balance %s, as the answers sum up: %s", new Credits(posted()), new Credits(expected));
        lost.stream().limit(20).forEach(one -> say("lost: %s", one));
        doubled.stream().limit(20).forEach(one -> say("doubled: %s", one));
        findings.stream().distinct().limit(30).forEach(one -> say("found: %s", one));
        int verified = node.verifyLedger();
        say("verify-ledger: %s", verified == 0 ? "the ledger is right" : "exit code " + verified);
        boolean held =
                verified + overspent + open + running == 0 && lost.isEmpty() && doubled.isEmpty() && findings.isEmpty();
        say(held ? "the ledger held" : "the ledger did not hold");
        return held;
    }

    private List<Sent> done(Kind kind) {
        return load.clear.stream().filter(one -> one.kind == kind && one.done()).toList();
    }

    private static long micros(Sent one, String path) {
        return Credits.parse(one.json().at(path).asDecimal(BigDecimal.ZERO)).micros();
    }

    private long topUps() {
        return done(Kind.TOPUP).stream()
                .mapToLong(one -> Credits.parse(new BigDecimal(one.body.replaceAll("\\D", "")))
                        .micros())
                .sum();
    }

    private long debits() {
        return done(Kind.SETTLE).stream()
                        .mapToLong(one -> micros(one, "/debited"))
                        .sum()
                + done(Kind.RUN).stream().mapToLong(this::debited).sum();
    }

    /** What a run's answer says; a run whose settlement could not be written said so, and is debited later (TP-36). */
    private long debited(Sent run) {
        long said = micros(run, "/billing/debited");
        String id = run.json().at("/run_id").asString();
        long booked = sql().sql("""
                        select coalesce(sum(amount_micros), 0) from transfer
                        where run_id = :id and source = 'wallet'
                        """)
                .param("id", UUID.fromString(id))
                .query(Long.class)
                .single();
        if (said != booked && !run.answer.contains("pending_reconciliation")) {
            findings.add("run " + id + " answered " + run.answer + " and is booked with " + new Credits(booked));
        }
        return booked;
    }

    /** Success was answered, and the database does not know it. */
    private Set<String> lost() {
        Set<String> lost = new HashSet<>();
        Set<String> there = texts("""
                select 'TOPUP ' || substr(reference, 7) from transfer where reference like 'topup:%'
                union all select 'AUTHORIZE ' || id from reservation
                union all select 'SETTLE ' || id || ' ' || debited_micros from reservation where closed_at is not null
                union all select 'RELEASE ' || id from reservation where reason is not null
                union all select 'RUN ' || id from run where status = 'succeeded'
                """);
        done(Kind.TOPUP).forEach(one -> missing(there, "TOPUP " + one.key, lost));
        done(Kind.AUTHORIZE)
                .forEach(one -> missing(
                        there, "AUTHORIZE " + one.json().at("/reservation_id").asString(), lost));
        done(Kind.SETTLE).forEach(one -> missing(there, "SETTLE " + one.hold + " " + micros(one, "/debited"), lost));
        done(Kind.RELEASE).forEach(one -> missing(there, "RELEASE " + one.hold, lost));
        done(Kind.RUN)
                .forEach(one -> missing(there, "RUN " + one.json().at("/run_id").asString(), lost));
        return lost;
    }

    private static void missing(Collection<String> there, String wanted, Set<String> lost) {
        if (!there.contains(wanted)) {
            lost.add(wanted);
        }
    }

    /** One key or one hold that had two effects. */
    private Set<String> doubled() {
        Set<String> doubled = texts("""
                select reference || ' × ' || count(*) from transfer where reference like 'topup:%'
                    group by reference having count(*) > 1
                union all select 'usage of ' || reference || ' × ' || count(*) from transfer
                    where type = 'usage' and source = 'wallet' group by reference having count(*) > 1
                """);
        long asked =
                load.clear.stream().filter(one -> one.kind == Kind.AUTHORIZE).count();
        long made = number("select count(*) from reservation where run_id is null");
        if (made > asked) {
            doubled.add(made + " reservations for " + asked + " keys");
        }
        return doubled;
    }

    private Set<String> texts(String query) {
        return new HashSet<>(sql().sql(query).query(String.class).list());
    }
}
