package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.flows.Cancellation;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.quotas.Quotas;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The runs of this node that are going on. It renews their holds, closes what could not be closed at once, and stops
 * what is left when the node stops.
 */
@Component
class Living implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Living.class);
    private static final Duration RECONCILE_EVERY = Duration.ofSeconds(3);
    private static final int RECONCILE_PORTION = 100;
    /** A hold is renewed so often within its time that two lost beats do not cost it. */
    private static final int BEATS = 3;
    /** What a run may still take when the node stops; the server waits a little longer for its answer. */
    private static final Duration LAST_CALL = Duration.ofSeconds(1);

    private record Alive(OrgId org, UUID reservation, Cancellation cancellation) {}

    private final Ledger ledger;
    private final Quotas quotas;
    private final Closing closing;
    private final Unsettled unsettled;
    private final Map<UUID, Alive> runs = new ConcurrentHashMap<>();
    private @Nullable ScheduledExecutorService clockwork;

    Living(Ledger ledger, Quotas quotas, Closing closing, Unsettled unsettled) {
        this.ledger = ledger;
        this.quotas = quotas;
        this.closing = closing;
        this.unsettled = unsettled;
    }

    void begins(Opened run, Cancellation cancellation) {
        runs.put(run.run(), new Alive(run.org(), run.reservation(), cancellation));
    }

    void ends(Opened run) {
        runs.remove(run.run());
    }

    private void renew() {
        Map<UUID, OrgId> reservations = new HashMap<>();
        runs.values().forEach(alive -> reservations.put(alive.reservation(), alive.org()));
        ledger.renew(reservations);
    }

    private void renewQuotas() {
        quotas.renew(Set.copyOf(runs.keySet()));
    }

    /** Closes what waits; stops at the first that the database does not take yet. */
    void reconcile() {
        for (Unsettled.Late late : unsettled.waiting(RECONCILE_PORTION)) {
            switch (closing.closeLate(late)) {
                case CLOSED -> unsettled.settled(late);
                case NEVER -> unsettled.refused(late);
                case NOT_YET -> {
                    return;
                }
            }
        }
    }

    @Override
    public void start() {
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("runs-living").daemon().factory());
        long beat = Math.max(300, ledger.holdTime().toMillis() / BEATS);
        started.scheduleWithFixedDelay(guarded(this::renew), beat, beat, TimeUnit.MILLISECONDS);
        long often = Quotas.RENEW_EVERY.toMillis();
        started.scheduleWithFixedDelay(guarded(this::renewQuotas), often, often, TimeUnit.MILLISECONDS);
        long pause = RECONCILE_EVERY.toMillis();
        started.scheduleWithFixedDelay(guarded(this::reconcile), 0, pause, TimeUnit.MILLISECONDS);
        clockwork = started;
    }

    /** A scheduled task that throws is never run again. */
    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.warn("the runs of this node could not be tended: {}", e.getMessage());
            }
        };
    }

    @Override
    public void stop() {
        ScheduledExecutorService running = clockwork;
        if (running != null) {
            running.shutdown();
            clockwork = null;
        }
        if (!runs.isEmpty()) {
            Thread.ofVirtual().start(this::lastCall);
        }
    }

    private void lastCall() {
        try {
            Thread.sleep(LAST_CALL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        runs.values().forEach(alive -> alive.cancellation().cancel());
    }

    @Override
    public boolean isRunning() {
        return clockwork != null;
    }
}
