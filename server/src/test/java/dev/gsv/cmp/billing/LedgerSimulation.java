package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * One random history of a few wallets: callers on two nodes hold, extend, settle, release, debit and top up through
 * lanes, twice, late and in odd orders, while commits fail, answers get lost, lanes are full and time passes. After
 * every step {@link SimulationJudge} compares all that is there with the model and the laws. One seed is one history;
 * only the order of two nodes that are at one wallet at once is the machine's.
 */
final class LedgerSimulation implements AutoCloseable {

    static final int CAP = 8;
    private static final int WALLETS = 5;
    private static final int MOST_CALLS = 6;
    private static final int FLOOD = 24;
    private static final int ATTEMPTS = 6;
    private static final long TICK = 100;

    private final long seed;
    private final Random random;
    private final boolean bursts;
    private final Stage stage;
    private final SimulatedNode.World world = new SimulatedNode.World();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<Stage> stages;
    private final SimulationJudge judge;
    private final List<String> log = new ArrayList<>();
    private final List<SimulatedCall> earlier = new ArrayList<>();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private int names;
    int steps;
    int calls;

    LedgerSimulation(long seed, Stage one, Stage two) {
        this.seed = seed;
        this.random = new Random(seed);
        this.stage = one;
        this.stages = List.of(one, two);
        stage.bean(JdbcClient.class)
                .sql("create table if not exists simulated_key (key text primary key)")
                .update();
        // Every third history sweeps bit by bit, as a burst of expiries is swept. What has not been swept yet keeps its
        // grants so long, so that the order of burning may differ; therefore credit never ends in these histories, and
        // none of it is for one use only.
        this.bursts = Math.floorMod(seed, 3) == 0;
        stages.forEach(each -> each.bean(Shelf.class).sweepPortion = bursts ? 1 : Books.SWEEP_PORTION);
        List<CoinModel> models = new ArrayList<>();
        for (int i = 0; i < WALLETS; i++) {
            OrgId org = Scene.organization(one);
            world.orgs.add(org);
            long overdraft = i == 0 ? 15 : 0;
            models.add(new CoinModel(overdraft, CAP));
            one.bean(Wallets.class).agree(org, Credits.of(overdraft), null);
        }
        this.judge = new SimulationJudge(stage, world, models, bursts);
        stages.forEach(each -> nodes.add(new SimulatedNode(each, world)));
    }

    int faults() {
        return nodes.stream().mapToInt(node -> node.faults.get()).sum();
    }

    /** Plays until that many steps are done or the time is over. What fails names the seed and the last 40 steps. */
    void play(int most, long deadlineNanos) {
        try {
            while (steps < most && System.nanoTime() < deadlineNanos) {
                steps++;
                step();
                judge.compare();
            }
            judge.history();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + ", step " + steps + ", call " + calls + ": " + e.getMessage() + "\nlast steps:\n  "
                            + String.join("\n  ", log.subList(Math.max(0, log.size() - 40), log.size())),
                    e);
        }
    }

    private void step() {
        switch (random.nextInt(16)) {
            case 0, 1 -> pass(TICK * (bursts ? 9 : 1 + random.nextInt(10)));
            case 2 -> sweep();
            case 3 -> renew();
            case 4 -> clockStepsBack();
            case 5 -> log.add(judge.preview(random, stages.get(random.nextInt(2))));
            case 6 -> aside();
            default -> calls();
        }
    }

    private void pass(long seconds) {
        log.add("pass " + seconds + " s");
        judge.pass(seconds);
        UUID[] orgs = world.orgs.stream().map(OrgId::value).toArray(UUID[]::new);
        for (String what : List.of(
                "hold set expires_at = expires_at - by",
                "wallet set due_at = due_at - by",
                "credit_grant set expires_at = expires_at - by, effective_at = effective_at - by")) {
            stage.bean(JdbcClient.class)
                    .sql("update " + what.replace("- by", "- :by::interval") + " where org_id = any(:orgs)")
                    .param("by", seconds + " seconds")
                    .param("orgs", orgs)
                    .update();
        }
    }

    /** What is not asked through lanes. In a burst, how much of a grant is free depends on how far it is swept. */
    private void aside() {
        Stage node = stages.get(random.nextInt(2));
        if (bursts) {
            burst();
        } else {
            log.add(random.nextBoolean() ? judge.grants.takeBack(random, node) : judge.grants.refund(random, node));
        }
    }

    /** Many holds are due and few are swept, when a batch ends some of them and needs what the others held. */
    private void burst() {
        List<SimulatedCall> holds = new ArrayList<>();
        for (int i = 0; i < SimulatedNode.LIMITS.batch(); i++) {
            holds.add(new SimulatedCall.Hold(1, key(), 1 + random.nextInt(3), null));
        }
        play(holds, false, false);
        pass(CoinModel.HOLD_SECONDS);
        List<SimulatedCall> round = new ArrayList<>();
        for (SimulatedCall hold : holds.subList(0, 2)) {
            if (judge.knows(hold.key())) {
                round.add(
                        random.nextBoolean()
                                ? new SimulatedCall.Settle(1, key(), hold.key(), random.nextInt(3))
                                : new SimulatedCall.Release(1, key(), hold.key(), 0));
            }
        }
        long most = Math.max(1, judge.room(1) - random.nextInt(4));
        round.add(
                random.nextBoolean()
                        ? new SimulatedCall.Hold(1, key(), most, null)
                        : new SimulatedCall.Debit(1, key(), most));
        play(round, false, false);
    }

    private String key() {
        return "c" + names++ + "-" + seed;
    }

    private void sweep() {
        boolean everything = random.nextBoolean();
        int wallet = random.nextInt(WALLETS);
        Stage node = stages.get(random.nextInt(2));
        log.add(everything ? "sweep everything" : "sweep " + wallet);
        if (everything) {
            node.bean(Sweeps.class).all();
        } else {
            node.bean(Ledger.class).sweep(world.orgs.get(wallet));
        }
        judge.swept(everything ? -1 : wallet);
    }

    private void renew() {
        Map<UUID, OrgId> wanted = new HashMap<>();
        List<String> holds = judge.someHolds(random, 3);
        holds.forEach(name -> wanted.put(world.holds.get(name), world.orgs.get(judge.walletOf(name))));
        log.add("renew " + holds);
        judge.renewed(holds, stages.get(random.nextInt(2)).bean(Ledger.class).renew(wanted));
    }

    /** The database's clock was ahead when the last line was written. */
    private void clockStepsBack() {
        int wallet = random.nextInt(WALLETS);
        log.add("the clock steps back for " + wallet);
        stage.bean(JdbcClient.class)
                .sql("update wallet set last_entry_at = clock_timestamp() + interval '30 seconds' where org_id = :org")
                .param("org", world.orgs.get(wallet).value())
                .update();
        judge.touched(wallet);
    }

    private void calls() {
        boolean flood = random.nextInt(25) == 0;
        int count = flood ? FLOOD : 1 + random.nextInt(MOST_CALLS);
        List<SimulatedCall> round = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            round.add(next(round));
        }
        play(round, random.nextInt(3) == 0, flood);
    }

    private void play(List<SimulatedCall> round, boolean both, boolean flood) {
        int first = random.nextInt(2);
        Map<SimulatedNode, List<SimulatedCall>> sent = new HashMap<>();
        for (SimulatedCall call : round) {
            SimulatedNode node = nodes.get(both ? random.nextInt(2) : first);
            sent.computeIfAbsent(node, any -> new ArrayList<>()).add(call);
        }
        for (SimulatedNode node : nodes) {
            int fault = random.nextInt(8);
            node.fault.set(
                    fault == 0
                            ? SimulatedNode.Fault.BEFORE_COMMIT
                            : fault == 1
                                    ? SimulatedNode.Fault.AFTER_COMMIT
                                    : fault == 2 ? SimulatedNode.Fault.DEADLOCK : SimulatedNode.Fault.NONE);
            List<SimulatedCall> own = sent.getOrDefault(node, List.of());
            if (!own.isEmpty()) {
                log.add("node " + nodes.indexOf(node) + " " + node.fault.get() + " " + own);
            }
        }
        boolean patient = random.nextInt(8) != 0;
        judge.expects(round);
        List<SimulatedCall> again = new ArrayList<>(send(sent, flood));
        for (int attempt = 1; patient && !again.isEmpty() && attempt < ATTEMPTS; attempt++) {
            Collections.shuffle(again, random);
            SimulatedNode node = nodes.get(random.nextInt(2));
            log.add("again on node " + nodes.indexOf(node) + " " + again);
            again = new ArrayList<>(send(Map.of(node, again), true));
        }
        if (patient && !flood) {
            assertThat(again).as("calls that never got an answer").isEmpty();
        }
        nodes.forEach(node -> node.fault.set(SimulatedNode.Fault.NONE));
        judge.judge();
        earlier.addAll(round);
    }

    /** Sends calls so that each lane gets them in this order and in one go. Returns those with an unknown outcome. */
    private List<SimulatedCall> send(Map<SimulatedNode, List<SimulatedCall>> sent, boolean mayBeFull) {
        CountDownLatch open = new CountDownLatch(1);
        Map<SimulatedCall, List<Future<Object>>> answers = new java.util.LinkedHashMap<>();
        List<Future<Object>> gates = new ArrayList<>();
        for (SimulatedNode node : sent.keySet()) {
            for (int lane = 0; lane < SimulatedNode.LIMITS.lanes(); lane++) {
                CountDownLatch closed = new CountDownLatch(1);
                SimulatedCall gate = new SimulatedCall.Gate(lane, "gate", closed, open);
                gates.add(callers.submit(() -> node.submit(gate)));
                quietly(() -> closed.await(20, TimeUnit.SECONDS));
            }
            int queued = 0;
            for (SimulatedCall call : sent.get(node)) {
                Future<Object> answer = callers.submit(() -> node.submit(call));
                calls++;
                answers.computeIfAbsent(call, any -> new ArrayList<>()).add(answer);
                while (node.queued() == queued && !answer.isDone()) {
                    quietly(() -> {
                        Thread.sleep(0, 200_000);
                        return null;
                    });
                }
                queued = node.queued();
            }
        }
        open.countDown();
        gates.forEach(gate -> quietly(gate::get));
        List<SimulatedCall> unknown = new ArrayList<>();
        answers.forEach((call, futures) -> futures.forEach(future -> {
            if (!answered(call, future, mayBeFull)) {
                unknown.add(call);
            }
        }));
        return unknown;
    }

    private boolean answered(SimulatedCall call, Future<Object> future, boolean mayBeFull) {
        try {
            judge.answered(call, future.get(40, TimeUnit.SECONDS));
            return true;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case KitProblem.Unavailable busy ->
                    assertThat(busy.retryAfter()).isPresent();
                case IllegalStateException poison
                when call instanceof SimulatedCall.Poison -> {
                    return true;
                }
                case Problem other -> throw new AssertionError("L-19 a lane answers " + other + " to " + call, other);
                case Throwable other -> throw new AssertionError("L-19 no class of error for " + call, other);
            }
            return false;
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("no answer to " + call, e);
        }
    }

    private static void quietly(Callable<?> wait) {
        try {
            wait.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private SimulatedCall next(List<SimulatedCall> round) {
        int dice = random.nextInt(100);
        if (dice < 10 && !round.isEmpty()) {
            return round.get(random.nextInt(round.size()));
        }
        if (dice < 16 && !earlier.isEmpty()) {
            return earlier.get(random.nextInt(earlier.size()));
        }
        String key = key();
        int wallet = random.nextInt(3) == 0 ? random.nextInt(WALLETS) : bursts ? 1 : random.nextInt(2);
        String hold = judge.someHold(random, wallet);
        if (dice < 18) {
            return new SimulatedCall.Poison(wallet, key);
        }
        if (dice < 30) {
            GrantKind kind = GrantKind.values()[random.nextInt(GrantKind.values().length)];
            long life = bursts || random.nextInt(3) == 0 ? CoinModel.NEVER : TICK * (1 + random.nextInt(12));
            return new SimulatedCall.Credit(wallet, key, kind, 1 + random.nextInt(bursts ? 8 : 25), life, use(6));
        }
        if (dice < 55 || hold == null) {
            return new SimulatedCall.Hold(wallet, key, random.nextInt(bursts && dice < 48 ? 4 : 20), use(2));
        }
        // Sometimes of a stranger, who must not get anywhere with it.
        int by = random.nextInt(12) == 0 ? random.nextInt(WALLETS) : judge.walletOf(hold);
        if (dice < 78) {
            return new SimulatedCall.Settle(by, key, hold, random.nextInt(25));
        }
        if (dice < 86) {
            return new SimulatedCall.Release(by, key, hold, random.nextInt(4));
        }
        if (dice < 94) {
            return new SimulatedCall.Extend(by, key, hold, 1 + random.nextInt(9));
        }
        return new SimulatedCall.Debit(wallet, key, 1 + random.nextInt(12));
    }

    /** One in so many has a use of its own. */
    private String use(int oneIn) {
        return !bursts && random.nextInt(oneIn) == 0 ? "chat" : null;
    }

    @Override
    public void close() {
        nodes.forEach(SimulatedNode::close);
        callers.shutdownNow();
    }
}
