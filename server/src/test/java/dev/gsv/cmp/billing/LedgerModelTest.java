package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Random histories, judged after every step by a model of coins and by the laws of the sheet's section 17. */
class LedgerModelTest {

    private static final int STEPS = 120;
    private static final int LAWS_EVERY = 4;
    /** One step of time is longer than a hold lives; what the test itself takes never matters. */
    private static final long STEP_SECONDS = 1000;

    @Test
    void random_histories_agree_with_the_model_and_keep_the_laws() {
        for (long seed : new long[] {1, 2, System.nanoTime() & 0xFFFF_FFFFL}) {
            new History(seed).play();
        }
    }

    private static final class History {
        private final long seed;
        private final Random random;
        private final Scene w = Scene.scene(0);
        private final CoinModel model = new CoinModel();
        private final Map<String, UUID> holds = new TreeMap<>();
        private final Map<String, Long> settledAt = new TreeMap<>();
        private final List<String> steps = new ArrayList<>();
        private int names;

        History(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        void play() {
            try {
                for (int i = 0; i < STEPS; i++) {
                    boolean swept = step();
                    compare(swept);
                    if (i % LAWS_EVERY == 0 || i == STEPS - 1) {
                        Laws.hold(w);
                    }
                }
            } catch (RuntimeException | AssertionError e) {
                List<String> last = steps.subList(Math.max(0, steps.size() - 40), steps.size());
                throw new AssertionError("seed " + seed + ", last steps:\n" + String.join("\n", last), e);
            }
        }

        private String log(String step) {
            steps.add(step);
            return step;
        }

        /** Returns whether the ledger has looked at the wallet's time in this step. */
        private boolean step() {
            log("next");
            switch (random.nextInt(10)) {
                case 0 -> credit();
                case 1, 2, 3 -> hold();
                case 4, 5 -> settle();
                case 6 -> release();
                case 7 -> extend();
                case 8 -> debit();
                default -> {
                    log("pass " + STEP_SECONDS);
                    model.pass(STEP_SECONDS);
                    w.pass(Duration.ofSeconds(STEP_SECONDS));
                    if (random.nextBoolean()) {
                        log("sweep");
                        w.ledger.sweep(w.org);
                        return true;
                    }
                    return false;
                }
            }
            return true;
        }

        private void credit() {
            GrantKind kind = GrantKind.values()[random.nextInt(GrantKind.values().length)];
            long amount = 1 + random.nextInt(30);
            long life = random.nextBoolean() ? CoinModel.NEVER : STEP_SECONDS * (1 + random.nextInt(4)) - 500;
            log("credit " + kind + " " + amount + " for " + life);
            model.credit(kind.priority(), amount, life);
            w.grant(kind, amount, life == CoinModel.NEVER ? null : Duration.ofSeconds(life));
        }

        private void hold() {
            String name = "h" + names++;
            long amount = random.nextInt(25);
            log("hold " + name + " " + amount);
            boolean fits = model.hold(name, amount);
            switch (w.ask(amount)) {
                case HoldOutcome.Held held -> {
                    assertThat(fits).isTrue();
                    holds.put(name, held.reservation());
                }
                case HoldOutcome.Short few -> assertThat(fits).isFalse();
                case HoldOutcome.Crowded crowded -> throw new AssertionError("crowded");
            }
        }

        private void settle() {
            String name = any();
            if (name == null) {
                return;
            }
            long cost = random.nextInt(30);
            log("settle " + name + " " + cost);
            CoinModel.Ended before = model.ended.get(name);
            if (before == null) {
                same(model.settle(name, cost), w.settle(holds.get(name), cost));
                settledAt.put(name, cost);
            } else if (settledAt.containsKey(name) && settledAt.get(name) == cost) {
                same(before, w.settle(holds.get(name), cost));
            } else {
                refused(() -> w.settle(holds.get(name), cost));
            }
        }

        private void release() {
            String name = any();
            if (name == null) {
                return;
            }
            long measured = random.nextInt(5);
            log("release " + name + " " + measured);
            CoinModel.Ended before = model.ended.get(name);
            if (before == null) {
                same(model.release(name, measured), w.release(holds.get(name), measured));
            } else if (settledAt.containsKey(name)) {
                refused(() -> w.release(holds.get(name), measured));
            } else {
                same(before, w.release(holds.get(name), measured));
            }
        }

        private void extend() {
            String name = any();
            if (name == null) {
                return;
            }
            long more = 1 + random.nextInt(10);
            log("extend " + name + " " + more);
            if (!model.lives(name)) {
                refused(() -> w.ledger.extend(w.org, holds.get(name), Credits.of(more)));
            } else {
                boolean fits = model.extend(name, more);
                assertThat(w.ledger.extend(w.org, holds.get(name), Credits.of(more)))
                        .isInstanceOf(fits ? HoldOutcome.Held.class : HoldOutcome.Short.class);
            }
        }

        private void debit() {
            long amount = 1 + random.nextInt(10);
            log("debit " + amount);
            if (model.debit(amount)) {
                w.ledger.debit(w.org, Credits.of(amount), EntryType.USAGE, "plan:p", null);
            } else {
                refused(() -> w.ledger.debit(w.org, Credits.of(amount), EntryType.USAGE, "plan:p", null));
            }
        }

        private String any() {
            return holds.isEmpty() ? null : List.copyOf(holds.keySet()).get(random.nextInt(holds.size()));
        }

        private void refused(Runnable call) {
            List<Long> before = w.rows();
            assertThatThrownBy(call::run).isInstanceOf(Problem.class);
            assertThat(w.rows()).as("L-08 a refused call changes no row").isEqualTo(before);
        }

        private static void same(CoinModel.Ended expected, SettleOutcome.Closed actual) {
            assertThat(actual.debited()).isEqualTo(Credits.of(expected.debited()));
            assertThat(actual.absorbed()).isEqualTo(Credits.of(expected.absorbed()));
        }

        private void compare(boolean swept) {
            Wallet wallet = w.wallet();
            assertThat(wallet.available()).as("available").isEqualTo(Credits.of(model.available()));
            assertThat(wallet.reserved()).as("L-03 reserved").isEqualTo(Credits.of(model.reserved()));
            if (swept && !steps.getLast().startsWith("pass")) {
                assertThat(wallet.available().plus(wallet.reserved())).isLessThanOrEqualTo(wallet.balance());
            }
            if (steps.getLast().equals("sweep")) {
                assertThat(wallet.balance()).isEqualTo(Credits.of(model.available() + model.reserved()));
                assertThat(w.remaining()).as("L-13 what is left of each grant").isEqualTo(model.remaining());
            }
        }
    }

    @Test
    void a_storm_of_callers_keeps_the_laws() {
        long seed = System.nanoTime();
        List<Scene> wallets = java.util.stream.IntStream.range(0, 6)
                .mapToObj(i -> Scene.scene(60))
                .toList();
        List<Object> answers = ConcurrencyCasesTest.together(12, caller -> () -> {
            Random random = new Random(seed + caller);
            for (int i = 0; i < 25; i++) {
                Scene w = wallets.get(random.nextInt(wallets.size()));
                if (w.ask(random.nextInt(12)) instanceof HoldOutcome.Held held) {
                    switch (random.nextInt(4)) {
                        case 0 -> w.release(held.reservation(), random.nextInt(3));
                        case 1 -> w.ledger.topUp(w.org, Credits.of(1), "order:storm");
                        default -> w.settle(held.reservation(), random.nextInt(15));
                    }
                }
            }
            return "done";
        });
        assertThat(answers).as("seed " + seed).containsOnly("done");
        wallets.forEach(Laws::hold);
    }
}
