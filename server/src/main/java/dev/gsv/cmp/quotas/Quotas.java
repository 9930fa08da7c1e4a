package dev.gsv.cmp.quotas;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Admits a run or refuses it. Time is the database's, so that all nodes count the same minute. */
@Service
public class Quotas {

    /** Longer than any run may last; after it the slot of a process that died is free again. */
    static final Duration SLOT_TIME = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(Quotas.class);

    private final QuotaStore store;

    Quotas(QuotaStore store) {
        this.store = store;
    }

    /**
     * Counts a run against the limits of its instance and takes a slot, within the caller's transaction: when a later
     * check refuses the run, the rollback takes the count back.
     *
     * @throws QuotasProblem.RateLimited runs per minute or at once (429, Retry-After)
     * @throws QuotasProblem.QuotaExceeded runs per month (429, Retry-After)
     */
    @Transactional(propagation = Propagation.MANDATORY, noRollbackFor = QuotasProblem.class)
    public void admit(OrgId org, UUID instance, UUID run, Limits limits) {
        if (limits.unlimited()) {
            return;
        }
        QuotaStore.Counted counted = store.lock(org, instance);
        Instant now = counted.now();
        Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
        YearMonth calendar = YearMonth.from(now.atOffset(ZoneOffset.UTC));
        Instant month = calendar.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        int inMonth = counted.month().equals(month) ? counted.inMonth() : 0;
        int inMinute = counted.minute().equals(minute) ? counted.inMinute() : 0;

        Integer monthly = limits.requestsPerMonth();
        if (monthly != null && inMonth >= monthly) {
            Instant next =
                    calendar.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            throw new QuotasProblem.QuotaExceeded(monthly, Duration.between(now, next));
        }
        Integer perMinute = limits.requestsPerMinute();
        if (perMinute != null && inMinute >= perMinute) {
            throw QuotasProblem.RateLimited.perMinute(
                    perMinute, Duration.between(now, minute.plus(1, ChronoUnit.MINUTES)));
        }
        Integer atOnce = limits.maxConcurrent();
        if (atOnce != null) {
            if (store.open(org, instance) >= atOnce) {
                throw QuotasProblem.RateLimited.atOnce(atOnce);
            }
            store.take(org, instance, run, SLOT_TIME);
        }
        store.count(org, instance, minute, inMinute + 1, month, inMonth + 1);
    }

    /** Takes an admission of the running transaction back, because a later gate refuses. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void withdraw(OrgId org, UUID instance, UUID run) {
        store.free(org, instance, run);
        store.uncount(org, instance);
    }

    /** Frees the slot of a run; a second time it does nothing. */
    public void finish(OrgId org, UUID instance, UUID run) {
        store.free(org, instance, run);
    }

    /** Removes slots past their time, which count for nobody. Returns how many. */
    public int sweep(int atMost) {
        int removed = store.sweep(atMost);
        if (removed > 0) {
            LOG.info("{} slots of runs that never ended were removed", removed);
        }
        return removed;
    }
}
