package dev.gsv.cmp.billing;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/** Callers that each do the same again and again: how often in a second, and how long a part of it took. */
public final class Load {

    private static final int WARM_SECONDS = Integer.getInteger("warm", 8);
    private static final int SECONDS = Integer.getInteger("seconds", 8);
    private static final int MOST = 1 << 16;

    /** What was measured; latencies in milliseconds. */
    public record Result(long perSecond, double p50, double p99) {}

    private Load() {}

    /** @param work does it once and says how many nanoseconds the part of interest took */
    public static Result of(int callers, LongSupplier work) throws InterruptedException {
        long warm = System.nanoTime() + WARM_SECONDS * 1_000_000_000L;
        long end = warm + SECONDS * 1_000_000_000L;
        Queue<long[]> measured = new ConcurrentLinkedQueue<>();
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        java.util.concurrent.atomic.AtomicLong done = new java.util.concurrent.atomic.AtomicLong();
        Phaser all = new Phaser(1);
        for (int caller = 0; caller < callers; caller++) {
            all.register();
            Thread.startVirtualThread(() -> {
                try {
                    measured.add(again(warm, end, work, done));
                } catch (RuntimeException e) {
                    failure.set(e);
                } finally {
                    all.arriveAndDeregister();
                }
            });
        }
        all.arriveAndAwaitAdvance();
        if (failure.get() != null) {
            throw failure.get();
        }
        long[] sorted = measured.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return new Result(done.get() / SECONDS, percentile(sorted, 0.5), percentile(sorted, 0.99));
    }

    private static long[] again(long warm, long end, LongSupplier work, java.util.concurrent.atomic.AtomicLong done) {
        long[] took = new long[MOST];
        int count = 0;
        for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
            long nanos = work.getAsLong();
            if (now >= warm && System.nanoTime() < end) {
                done.incrementAndGet();
                took[count % MOST] = nanos;
                count++;
            }
        }
        return Arrays.copyOf(took, Math.min(count, MOST));
    }

    private static double percentile(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) (sorted.length * share)] / 1e6;
    }
}
