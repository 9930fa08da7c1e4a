package dev.gsv.cmp.quotas;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;

/**
 * What a plan allows to an instance: runs per minute, at once, per month. It is decided at a {@link Turnstile}; here is
 * what goes on beside. Time is the database's, so that all nodes count the same minute.
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

    /** The instances whose plan limits runs in time. */
    static Set<Counter> limited(Collection<Run> runs) {
        return runs.stream()
                .filter(run -> !run.limits().unlimited())
                .map(Run::counter)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The instances whose plan limits runs at once. */
    static Set<Counter> slotted(Collection<Run> runs) {
        return runs.stream()
                .filter(run -> run.limits().maxConcurrent() != null)
                .map(Run::counter)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    void renew(Collection<UUID> runs) {
        store.renew(runs, SLOT_TIME);
    }

    /** Removes slots past their time, which count for nobody. Returns how many. */
    int sweep(int atMost) {
        return store.sweep(atMost);
    }
}
