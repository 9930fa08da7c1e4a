package dev.gsv.cmp.kit;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after a server that runs beside us: when it dies while nobody asked it to, it is started again over the same
 * data, a few times and with growing pauses.
 */
final class DatabaseWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseWatch.class);

    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    /** A server that lived for so long is no longer counted as failing to start. */
    private static final Duration SOUND_AFTER = Duration.ofMinutes(1);

    /** Pauses before each start; after the last one somebody has to look. */
    static final List<Duration> PAUSES = List.of(
            Duration.ZERO,
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60));

    private static final Duration STOP_WAIT = Duration.ofSeconds(1);

    private final BooleanSupplier alive;
    private final Runnable start;
    private final List<Duration> pauses;
    private final Thread thread;

    /** @param start starts the server and returns when it answers; throws when it does not */
    DatabaseWatch(BooleanSupplier alive, Runnable start, List<Duration> pauses) {
        this.alive = alive;
        this.start = start;
        this.pauses = pauses;
        this.thread = Thread.ofPlatform().name("database-watch").daemon().start(this::watch);
    }

    private void watch() {
        int failures = 0;
        long since = System.nanoTime();
        try {
            while (failures < pauses.size()) {
                Thread.sleep(LOOK_EVERY);
                if (alive.getAsBoolean()) {
                    if (System.nanoTime() - since > SOUND_AFTER.toNanos()) {
                        failures = 0;
                    }
                    continue;
                }
                LOG.error("PostgreSQL has ended; it is started again (attempt {} of {})", failures + 1, pauses.size());
                Thread.sleep(pauses.get(failures));
                failures++;
                since = System.nanoTime();
                if (startAgain()) {
                    LOG.warn("PostgreSQL runs again over the same data");
                }
            }
            LOG.error("PostgreSQL ended {} times in a row and is left alone; its log says why. Restart CMP.", failures);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean startAgain() throws InterruptedException {
        try {
            start.run();
            return true;
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException(e.getMessage());
            }
            LOG.error("PostgreSQL does not start: {}", e.getMessage());
            return false;
        }
    }

    /** Whether it still looks. */
    boolean watches() {
        return thread.isAlive();
    }

    /** Looks no more, and waits a moment for a start that was under way. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(STOP_WAIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
