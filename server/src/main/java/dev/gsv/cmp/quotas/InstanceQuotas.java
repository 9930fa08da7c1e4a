package dev.gsv.cmp.quotas;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * What a plan allows to an instance: runs per minute, at once, per month. All of it is for lists. Time is the
 * database's, so that all nodes count the same minute.
 */
@Service
class InstanceQuotas {

    /** Longer than any run may last; after it the slot of a process that died is free again. */
    static final Duration SLOT_TIME = Duration.ofMinutes(5);

    /** Whose limits. */
    record Counter(OrgId org, UUID instance) implements Comparable<Counter> {
        @Override
        public int compareTo(Counter other) {
            int byOrg = org.value().compareTo(other.org.value());
            return byOrg != 0 ? byOrg : instance.compareTo(other.instance);
        }
    }

    /** A run under the limits of its instance. */
    record Run(Counter counter, UUID run, Limits limits) {
        static Run of(OrgId org, UUID instance, UUID run, Limits limits) {
            return new Run(new Counter(org, instance), run, limits);
        }
    }

    private final InstanceQuotaStore store;

    InstanceQuotas(InstanceQuotaStore store) {
        this.store = store;
    }

    /**
     * Counts runs against the limits of their instances and takes slots, in their order; a refused run leaves no trace.
     *
     * @return for each run what refused it, or nothing
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<Optional<QuotasProblem>> admit(List<Run> runs) {
        TreeSet<Counter> limited = new TreeSet<>();
        TreeSet<Counter> slotted = new TreeSet<>();
        for (Run run : runs) {
            if (!run.limits().unlimited()) {
                limited.add(run.counter());
            }
            if (run.limits().maxConcurrent() != null) {
                slotted.add(run.counter());
            }
        }
        if (limited.isEmpty()) {
            return runs.stream().map(run -> Optional.<QuotasProblem>empty()).toList();
        }
        Map<Counter, InstanceQuotaStore.Counted> standing = new HashMap<>();
        store.lock(limited).forEach((counter, counted) -> standing.put(counter, current(counted)));
        Map<Counter, Integer> open = slotted.isEmpty() ? new HashMap<>() : store.open(slotted);
        List<Optional<QuotasProblem>> results = new ArrayList<>();
        List<Run> slots = new ArrayList<>();
        Map<Counter, InstanceQuotaStore.Counted> counts = new LinkedHashMap<>();
        for (Run run : runs) {
            InstanceQuotaStore.Counted counted = standing.get(run.counter());
            if (counted == null || run.limits().unlimited()) {
                results.add(Optional.empty());
                continue;
            }
            QuotasProblem refusal = refusal(run.limits(), counted, open.getOrDefault(run.counter(), 0));
            results.add(Optional.ofNullable(refusal));
            if (refusal == null) {
                InstanceQuotaStore.Counted more = counted.withOneMore();
                standing.put(run.counter(), more);
                counts.put(run.counter(), more);
                if (run.limits().maxConcurrent() != null) {
                    open.merge(run.counter(), 1, Integer::sum);
                    slots.add(run);
                }
            }
        }
        if (!slots.isEmpty()) {
            store.take(slots, SLOT_TIME);
        }
        if (!counts.isEmpty()) {
            store.count(counts);
        }
        return results;
    }

    /** What is counted in the running minute and month. */
    private static InstanceQuotaStore.Counted current(InstanceQuotaStore.Counted counted) {
        Instant now = counted.now();
        Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
        Instant month = Windows.MONTH.start(now);
        return new InstanceQuotaStore.Counted(
                now,
                minute,
                counted.minute().equals(minute) ? counted.inMinute() : 0,
                month,
                counted.month().equals(month) ? counted.inMonth() : 0);
    }

    private static @Nullable QuotasProblem refusal(Limits limits, InstanceQuotaStore.Counted counted, int open) {
        Instant now = counted.now();
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
        return atOnce != null && open >= atOnce ? QuotasProblem.RateLimited.atOnce(atOnce) : null;
    }

    /** Takes back what this transaction admitted, because a later gate refuses. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void withdraw(Collection<Run> runs) {
        List<Run> counted =
                runs.stream().filter(run -> !run.limits().unlimited()).toList();
        if (counted.isEmpty()) {
            return;
        }
        store.free(counted);
        Map<Counter, Integer> sums = new HashMap<>();
        counted.forEach(run -> sums.merge(run.counter(), 1, Integer::sum));
        store.uncount(sums);
    }

    /** Frees the slots of runs; a second time it does nothing. */
    void finish(Collection<Run> runs) {
        store.free(runs);
    }

    void renew(Collection<UUID> runs) {
        store.renew(runs, SLOT_TIME);
    }

    /** Removes slots past their time, which count for nobody. Returns how many. */
    int sweep(int atMost) {
        return store.sweep(atMost);
    }
}
