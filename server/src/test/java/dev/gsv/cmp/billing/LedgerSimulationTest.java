package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Database;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Random histories of a ledger with faults, judged after every step; {@code ./cmp simulate} plays them for hours. Found
 * so far, and how long it took: ADR 0012.
 */
class LedgerSimulationTest {

    private static final int STEPS = 120;

    @Test
    void random_histories_with_faults_agree_with_the_model_and_keep_the_laws() {
        simulate(System.nanoTime() & 0xFFFF_FFFFL, Duration.ofSeconds(10));
    }

    /** Plays history after history, each with the next seed. */
    static void simulate(long seed, Duration time) {
        int histories = 0;
        int steps = 0;
        int calls = 0;
        int faults = 0;
        BillingSettings settings = new BillingSettings(100, CoinModel.HOLD_SECONDS, LedgerSimulation.CAP);
        Database database = Database.fresh();
        try (Stage one = Stage.over(database, settings);
                Stage two = Stage.over(database, settings)) {
            long start = System.nanoTime();
            long end = start + time.toNanos();
            System.out.println("simulation from seed " + seed);
            for (long next = seed; System.nanoTime() < end; next++) {
                try (LedgerSimulation history = new LedgerSimulation(next, one, two)) {
                    try {
                        history.play(STEPS, end);
                    } finally {
                        histories++;
                        steps += history.steps;
                        calls += history.calls;
                        faults += history.faults();
                        long seconds =
                                Duration.ofNanos(System.nanoTime() - start).toSeconds();
                        System.out.printf(
                                "seed %d: %d histories, %d steps, %d calls, %d faults in %d s%n",
                                next, histories, steps, calls, faults, seconds);
                    }
                }
            }
        }
        assertThat(steps).as("the simulation did something").isGreaterThan(5);
    }

    /** {@code ./cmp simulate}: minutes, then perhaps the seed. */
    public static void main(String[] args) {
        long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime() & 0xFFFF_FFFFL;
        simulate(seed, Duration.ofSeconds(Math.round(60 * Double.parseDouble(args[0]))));
        System.out.println("nothing found");
        System.exit(0);
    }
}
