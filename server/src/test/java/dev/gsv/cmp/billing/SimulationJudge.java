package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Judges a simulated history: every answer and everything that is written, by the model and by the laws. */
final class SimulationJudge {

    /** How a hold was closed; by its hold's name. */
    private record Closed(boolean settled, long cost, CoinModel.Ended ended) {}

    private final Stage stage;
    private final JdbcClient jdbc;
    private final SimulatedNode.World world;
    private final List<CoinModel> models;
    private final Map<String, Integer> wallets = new TreeMap<>();
    private final Map<String, Closed> closed = new TreeMap<>();
    private final Map<String, Object> given = new HashMap<>();
    private final Map<String, Object> decided = new HashMap<>();
    private final List<String> recent = new ArrayList<>();
    final SimulatedGrants grants;
    private final Set<Integer> fresh = new HashSet<>();
    private final Set<Integer> touched = new HashSet<>();
    private List<String> versions = List.of();

    /** A burst of expiries is swept bit by bit: what is posted and held in the table may lag behind the readers. */
    private final boolean bursts;

    SimulationJudge(Stage stage, SimulatedNode.World world, List<CoinModel> models, boolean bursts) {
        this.bursts = bursts;
        this.stage = stage;
        this.jdbc = stage.bean(JdbcClient.class);
        this.world = world;
        this.models = models;
        this.grants = new SimulatedGrants(this, jdbc, world, models);
    }

    /** Something was written about this wallet that is swept. */
    void moved(int wallet) {
        fresh.add(wallet);
        touched(wallet);
    }

    /** Holds that were settled and cost something. */
    List<String> paid() {
        return closed.entrySet().stream()
                .filter(each ->
                        each.getValue().settled() && each.getValue().ended().debited() > 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    void pass(long seconds) {
        models.forEach(model -> model.pass(seconds));
        fresh.clear();
        touched(-1);
    }

    /** What time has decided is written down in this wallet; -1 for all. */
    void swept(int wallet) {
        touched(wallet);
        if (!bursts || wallet < 0) {
            all(wallet).forEach(fresh::add);
        }
    }

    void touched(int wallet) {
        touched.addAll(all(wallet));
    }

    private Collection<Integer> all(int wallet) {
        return wallet >= 0
                ? List.of(wallet)
                : java.util.stream.IntStream.range(0, models.size()).boxed().toList();
    }

    void renewed(List<String> holds, Set<UUID> alive) {
        for (String name : new HashSet<>(holds)) {
            assertThat(alive.contains(world.holds.get(name)))
                    .as("renewal of " + name)
                    .isEqualTo(models.get(walletOf(name)).renew(name));
        }
    }

    boolean knows(String hold) {
        return wallets.containsKey(hold);
    }

    int walletOf(String hold) {
        return wallets.get(hold);
    }

    /** A hold of this wallet or another, most often a young one; null when there is none. */
    String someHold(Random random, int wallet) {
        List<String> own =
                recent.stream().filter(name -> wallets.get(name) == wallet).toList();
        List<String> from = own.isEmpty() ? recent : own;
        int back = random.nextInt(10) == 0 ? Math.max(1, from.size()) : Math.max(1, Math.min(8, from.size()));
        return from.isEmpty() ? null : from.get(from.size() - 1 - random.nextInt(back));
    }

    List<String> someHolds(Random random, int most) {
        List<String> some = new ArrayList<>();
        for (int i = 0; i < most && !recent.isEmpty(); i++) {
            some.add(someHold(random, random.nextInt(models.size())));
        }
        return some;
    }

    void expects(List<SimulatedCall> calls) {
        calls.forEach(call -> {
            touched(call.wallet());
            if (bursts) {
                fresh.remove(call.wallet());
            }
        });
    }

    /** A caller got this answer: it must be the one that was decided, whenever and wherever that was. */
    void answered(SimulatedCall call, Object answer) {
        Object before = given.putIfAbsent(call.key(), answer);
        assertThat(before == null || before.equals(answer) || before == answer)
                .as("L-07 two answers to " + call + ": " + before + ", " + answer)
                .isTrue();
    }

    /** Judges what was committed since the last time, in the order of the locks. */
    void judge() {
        assertThat(world.unexplained)
                .as("batches that failed though nobody broke them")
                .isEmpty();
        List<SimulatedNode.Decided> done;
        synchronized (world) {
            done = new ArrayList<>(world.committed);
            world.committed.clear();
        }
        done.sort(Comparator.comparingInt(SimulatedNode.Decided::order));
        for (SimulatedNode.Decided one : done) {
            assertThat(decided.put(one.call().key(), one.answer()))
                    .as("doubled: " + one.call())
                    .isNull();
            assertThat(certain(told(one.answer())))
                    .as("answer to " + one.call())
                    .isEqualTo(certain(expected(one.call())));
            if (!bursts) {
                fresh.add(one.call().wallet());
            }
        }
        given.forEach((key, answer) -> {
            assertThat(decided)
                    .as("lost: an answer was given and nothing is written")
                    .containsKey(key);
            assertThat(answer).as("answered otherwise than decided").isSameAs(decided.get(key));
        });
        given.clear();
        Set<String> kept = new HashSet<>(jdbc.sql("select key from simulated_key where key = any(:keys)")
                .param("keys", done.stream().map(one -> one.call().key()).toArray(String[]::new))
                .query(String.class)
                .list());
        done.forEach(one -> assertThat(kept).as("lost").contains(one.call().key()));
    }

    private String certain(String told) {
        return bursts ? told.replaceAll(" (of|to) .*", "") : told;
    }

    /** What an answer says, without ids and times. */
    private static String told(Object answer) {
        return switch (answer) {
            case HoldOutcome.Held held ->
                "held %s of %s, %s".formatted(held.amount(), held.balance(), held.available());
            case HoldOutcome.Short few -> "short %s, %s of %s".formatted(few.needed(), few.available(), few.balance());
            case HoldOutcome.Crowded crowded -> "crowded " + crowded.cap();
            case SettleOutcome.Closed closed -> told(closed);
            case SettleOutcome.Again again -> "again " + told(again.first());
            case SettleOutcome other -> other.toString();
            case Entry line -> "line %s to %s".formatted(line.amount(), line.balance());
            case KitProblem.NotFound unknown -> "unknown";
            case KitProblem.InvalidState over -> "over";
            case BillingProblem.InsufficientCredits few -> "insufficient";
            default -> "unexpected " + answer;
        };
    }

    private static String told(SettleOutcome.Closed closed) {
        return "closed %s absorbed %s of %s".formatted(closed.debited(), closed.absorbed(), closed.balance());
    }

    private static String told(CoinModel.Ended ended) {
        return "closed %s absorbed %s of %s".formatted(ended.debited(), ended.absorbed(), ended.posted());
    }

    private String expected(SimulatedCall call) {
        CoinModel model = models.get(call.wallet());
        return switch (call) {
            case SimulatedCall.Hold hold -> {
                if (model.crowded()) {
                    yield "crowded " + LedgerSimulation.CAP;
                }
                if (!model.hold(hold.key(), hold.amount(), hold.use())) {
                    yield "short %s, %s of %s".formatted(hold.amount(), model.room(hold.use()), model.posted());
                }
                wallets.put(hold.key(), hold.wallet());
                recent.add(hold.key());
                yield held(model, hold.key());
            }
            case SimulatedCall.Extend extend -> {
                if (foreign(extend.hold(), call)) {
                    yield "unknown";
                }
                if (!model.lives(extend.hold())) {
                    yield "over";
                }
                yield model.extend(extend.hold(), extend.more())
                        ? held(model, extend.hold())
                        : "short %s, %s of %s"
                                .formatted(extend.more(), model.room(model.use(extend.hold())), model.posted());
            }
            case SimulatedCall.Settle settle -> closing(settle.hold(), call, true, settle.cost());
            case SimulatedCall.Release release -> closing(release.hold(), call, false, release.measured());
            case SimulatedCall.Debit debit ->
                model.debit(debit.amount())
                        ? "line -%s to %s".formatted(debit.amount(), model.posted())
                        : "insufficient";
            case SimulatedCall.Credit credit -> {
                grants.came(
                        credit, model.credit(credit.kind().priority(), credit.amount(), credit.life(), credit.only()));
                yield "line %s to %s".formatted(credit.amount(), model.posted());
            }
            case SimulatedCall.Poison poison -> "nothing";
            case SimulatedCall.Gate gate -> "nothing";
        };
    }

    private static String held(CoinModel model, String hold) {
        return "held %s of %s, %s".formatted(model.open().get(hold), model.posted(), model.posted() - model.reserved());
    }

    private boolean foreign(String hold, SimulatedCall call) {
        return wallets.get(hold) != call.wallet();
    }

    private String closing(String hold, SimulatedCall call, boolean settled, long cost) {
        if (foreign(hold, call)) {
            return "Unknown[]";
        }
        Closed before = closed.get(hold);
        if (before == null) {
            CoinModel model = models.get(call.wallet());
            CoinModel.Ended ended = settled ? model.settle(hold, cost) : model.release(hold, cost);
            closed.put(hold, new Closed(settled, cost, ended));
            return told(ended);
        }
        if (before.settled() != settled) {
            return "Over[state=" + (before.settled() ? "settled" : "cancelled") + "]";
        }
        return settled && before.cost() != cost ? "OtherUsage[]" : "again " + told(before.ended());
    }

    /** L-10: what would be answered, by the same code, to a model that is thrown away afterwards. */
    String preview(Random random, Stage on) {
        int wallet = random.nextInt(models.size());
        CoinModel copy = models.get(wallet).copy();
        long amount = random.nextInt(20);
        String use = random.nextBoolean() ? "chat" : null;
        String hold = random.nextBoolean() ? null : someHold(random, wallet);
        OrgId org = world.orgs.get(wallet);
        String expected;
        Map<UUID, OrgId> wanted = new HashMap<>();
        if (hold == null || walletOf(hold) != wallet || closed.containsKey(hold)) {
            hold = null;
            expected = copy.crowded()
                    ? "crowded " + LedgerSimulation.CAP
                    : copy.hold("preview", amount, use)
                            ? held(copy, "preview")
                            : "short %s, %s of %s".formatted(amount, copy.room(use), copy.posted());
        } else {
            wanted.put(world.holds.get(hold), org);
            expected = told(copy.settle(hold, amount));
        }
        UUID reservation = hold == null ? null : world.holds.get(hold);
        Object answer = on.bean(Ledger.class)
                .preview(
                        org,
                        wanted,
                        desk -> reservation == null
                                ? desk.hold(new HoldRequest(
                                        org,
                                        world.instance,
                                        null,
                                        Credits.of(amount),
                                        Scene.ONE_EACH,
                                        Scene.purposes(use)))
                                : desk.settle(new SettleRequest(org, reservation, world.instance, Scene.used(amount))));
        assertThat(certain(told(answer))).as("L-10 preview").isEqualTo(certain(expected));
        return "preview of " + (hold == null ? "a hold" : hold) + " in " + wallet + " " + expected;
    }

    /** What a wallet has for any use. */
    long room(int wallet) {
        return models.get(wallet).room(null);
    }

    /** Compares everything that is there with the model, as a reader sees it and as it is written. */
    void compare() {
        Laws.hold(jdbc, world.orgs);
        List<String> now =
                jdbc.sql("""
                        select w.org_id || ' ' || w.xmin::text from wallet w join unnest(:orgs) with ordinality
                            as n (org_id, position) using (org_id) order by n.position
                        """).param("orgs", ids()).query(String.class).list();
        for (int i = 0; i < models.size(); i++) {
            compare(i);
            if (!versions.isEmpty() && !touched.contains(i)) {
                assertThat(now.get(i)).as("L-18 nobody asked for wallet " + i).isEqualTo(versions.get(i));
            }
        }
        versions = now;
        touched.clear();
    }

    private UUID[] ids() {
        return world.orgs.stream().map(OrgId::value).toArray(UUID[]::new);
    }

    private void compare(int i) {
        CoinModel model = models.get(i);
        OrgId org = world.orgs.get(i);
        Wallet wallet = stage.bean(Wallets.class).wallet(org);
        assertThat("reserved %s available %s".formatted(wallet.reserved(), wallet.available()))
                .as("wallet " + i + " as a reader sees it")
                .isEqualTo("reserved %s available %s".formatted(model.reserved(), model.posted() - model.reserved()));
        if (!fresh.contains(i)) {
            return;
        }
        assertThat(wallet.balance()).as("posted in wallet " + i).isEqualTo(Credits.of(model.posted()));
        assertThat(
                        bursts
                                ? model.grants().stream()
                                        .map(left -> left.remaining() + "/" + left.held())
                                        .toList()
                                : jdbc.sql("""
                                select remaining_micros / 1000000 || '/' || held_micros / 1000000 from credit_grant
                                where org_id = :org order by priority, expires_at nulls last, created_at, id
                                """)
                                        .param("org", org.value())
                                        .query(String.class)
                                        .list())
                .as("L-13 left/held of each grant of wallet " + i + " in burn order")
                .isEqualTo(model.grants().stream()
                        .map(left -> left.remaining() + "/" + left.held())
                        .toList());
        Map<UUID, Long> open = new HashMap<>();
        jdbc.sql("select id, amount_micros / 1000000 as amount from hold where org_id = :org")
                .param("org", org.value())
                .query(row -> {
                    open.put(row.getObject("id", UUID.class), row.getLong("amount"));
                });
        assertThat(open)
                .as("open holds of wallet " + i)
                .isEqualTo(model.open().entrySet().stream()
                        .collect(Collectors.toMap(entry -> world.holds.get(entry.getKey()), Map.Entry::getValue)));
    }

    /** At the end of a history: L-05, every hold that ended is written as it was answered. */
    void history() {
        closed.forEach((hold, how) -> assertThat(jdbc.sql("""
                                select debited_micros / 1000000 || ' ' || absorbed_micros / 1000000 || ' ' || (reason is null)
                                from reservation where id = :id and org_id = :org
                                """)
                        .param("id", world.holds.get(hold))
                        .param("org", world.orgs.get(walletOf(hold)).value())
                        .query(String.class)
                        .list())
                .as("L-05 how " + hold + " ended")
                .containsExactly(how.ended().debited() + " " + how.ended().absorbed() + " " + how.settled()));
    }
}
