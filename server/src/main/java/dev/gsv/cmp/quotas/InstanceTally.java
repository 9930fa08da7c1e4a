package dev.gsv.cmp.quotas;

import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How instances stand to the limits of their plans while a batch is decided, under the locks of their counters. */
final class InstanceTally {

    private final Instant now;
    private final Map<InstanceQuotas.Counter, InstanceCount> standing = new HashMap<>();
    private final Map<InstanceQuotas.Counter, Integer> open;
    private final Map<InstanceQuotas.Counter, InstanceCount> changed = new LinkedHashMap<>();
    private final Set<InstanceQuotas.Run> slots = new LinkedHashSet<>();

    InstanceTally(Map<InstanceQuotas.Counter, InstanceCount> locked, TurnstileStore.Flight flight) {
        this.now = flight.now();
        this.open = new HashMap<>(flight.slots());
        locked.forEach((counter, count) -> standing.put(counter, count.at(now)));
    }

    /** What refuses a run; null lets it in. */
    @Nullable
    QuotasProblem refusal(InstanceQuotas.Run run) {
        InstanceCount counted = standing.get(run.counter());
        return counted == null || run.limits().unlimited()
                ? null
                : refusal(run.limits(), counted, open.getOrDefault(run.counter(), 0));
    }

    private @Nullable QuotasProblem refusal(Limits limits, InstanceCount counted, int atOnceNow) {
        Integer monthly = limits.requestsPerMonth();
        if (monthly != null && counted.inMonth() >= monthly) {
            YearMonth calendar = YearMonth.from(now.atOffset(ZoneOffset.UTC));
            Instant next =
                    calendar.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            return new QuotasProblem.QuotaExceeded(monthly, Duration.between(now, next));
        }
        Integer perMinute = limits.requestsPerMinute();
        if (perMinute != null && counted.inMinute() >= perMinute) {
            return QuotasProblem.RateLimited.perMinute(
                    perMinute, Duration.between(now, counted.minute().plus(1, ChronoUnit.MINUTES)));
        }
        Integer atOnce = limits.maxConcurrent();
        return atOnce != null && atOnceNow >= atOnce ? QuotasProblem.RateLimited.atOnce(atOnce) : null;
    }

    void admit(InstanceQuotas.Run run) {
        if (count(run, 1)) {
            slots.add(run);
        }
    }

    /** As if the run had never asked. */
    void takeBack(InstanceQuotas.Run run) {
        if (count(run, -1)) {
            slots.remove(run);
        }
    }

    /** Whether the run takes a slot. */
    private boolean count(InstanceQuotas.Run run, int runs) {
        InstanceCount counted = standing.get(run.counter());
        if (counted == null || run.limits().unlimited()) {
            return false;
        }
        InstanceCount more = counted.plus(runs);
        standing.put(run.counter(), more);
        changed.put(run.counter(), more);
        boolean slotted = run.limits().maxConcurrent() != null;
        if (slotted) {
            open.merge(run.counter(), runs, Integer::sum);
        }
        return slotted;
    }

    Map<InstanceQuotas.Counter, InstanceCount> changed() {
        return changed;
    }

    Set<InstanceQuotas.Run> slots() {
        return slots;
    }
}
