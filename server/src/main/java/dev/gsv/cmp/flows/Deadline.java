package dev.gsv.cmp.flows;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** The end of a run, measured on a clock that never jumps. */
final class Deadline {
    private final long endNanos;

    private Deadline(long endNanos) {
        this.endNanos = endNanos;
    }

    static Deadline at(Instant instant, Clock clock) {
        Duration left = Duration.between(clock.instant(), instant);
        Duration longest = Duration.ofDays(1);
        return new Deadline(System.nanoTime() + (left.compareTo(longest) > 0 ? longest : left).toNanos());
    }

    /** Never negative. */
    long nanosLeft() {
        return Math.max(0, endNanos - System.nanoTime());
    }

    boolean passed() {
        return nanosLeft() == 0;
    }
}
