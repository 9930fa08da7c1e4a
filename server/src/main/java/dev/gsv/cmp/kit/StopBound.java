package dev.gsv.cmp.kit;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The hard bound on stopping: whatever hangs when the program is told to stop, a run, a job, the database or a start
 * that is not finished, it has ended within five seconds and leaves no process behind. What was answered is on disk;
 * the next start recovers.
 */
public final class StopBound {

    /** What an orderly stop may take; cutting off comes after it, and five seconds are promised. */
    static final Duration ORDERLY = Duration.ofSeconds(3);

    /** What cutting off may take. */
    static final Duration CUT = Duration.ofMillis(700);

    /** As the JVM itself ends after SIGTERM; which signal it was is not known here. */
    static final int STATUS = 143;

    private static final Set<Runnable> CUTS = ConcurrentHashMap.newKeySet();

    private StopBound() {}

    /** From here on this process ends in time. Called by the program itself and not by tests within their JVM. */
    public static void arm() {
        // The hook only starts the clock and ends, so that an orderly stop is not held up by it.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> Thread.ofPlatform().daemon().name("stop-bound").start(StopBound::watch), "stop-begins"));
    }

    /**
     * Adds what must not outlive the process. It is called when there is no time left, beside all else that goes on.
     */
    static void cutting(Runnable cut) {
        CUTS.add(cut);
    }

    /** The thing has ended in order. */
    static void over(Runnable cut) {
        CUTS.remove(cut);
    }

    private static void watch() {
        try {
            Thread.sleep(ORDERLY);
            Thread cutting = Thread.ofPlatform().daemon().start(() -> CUTS.forEach(Runnable::run));
            cutting.join(CUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(STATUS);
    }
}
