package dev.gsv.cmp.flows;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps runs from waiting for a server that is down: after some failures in a row it is left alone for a while; then
 * one call tries it. Safe for many threads.
 */
final class Breaker {
    /** Failures in a row after which a server is left alone. */
    static final int FAILURES = 5;
    /** For how long. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    private final LongSupplier nanos;
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicLong closedUntil = new AtomicLong();

    Breaker(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Whether a call may be made now. After a pause the first one may, and the next after another pause. */
    boolean lets() {
        if (failures.get() < FAILURES) {
            return true;
        }
        long until = closedUntil.get();
        long now = nanos.getAsLong();
        return now - until >= 0 && closedUntil.compareAndSet(until, now + PAUSE.toNanos());
    }

    void failed() {
        if (failures.incrementAndGet() >= FAILURES) {
            closedUntil.set(nanos.getAsLong() + PAUSE.toNanos());
        }
    }

    void answered() {
        failures.set(0);
    }
}
