package dev.gsv.cmp.quotas;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Admits runs or refuses them. Joins the caller's transaction: what is refused later leaves no trace here. */
@Service
public class Quotas {

    private static final Duration SLOT_RETRY = Duration.ofSeconds(1);

    private final QuotaStore store;

    Quotas(QuotaStore store) {
        this.store = store;
    }

    /**
     * Counts a run against the limits of its instance and takes a slot for it.
     *
     * @param lease when the slot is free again though nobody ended the run; longer than any run may take
     * @throws QuotasProblem.RateLimited too many in this minute or at a time; nothing is counted (429)
     * @throws QuotasProblem.QuotaExceeded the month is used up; nothing is counted (429)
     */
    @Transactional
    public void admit(OrgId org, UUID instance, UUID run, Limits limits, Duration lease) {
        if (limits.equals(Limits.NONE)) {
            return;
        }
        QuotaStore.Window window = store.lock(org, instance);
        ZonedDateTime now = window.now().atZone(ZoneOffset.UTC);
        Instant minute = now.truncatedTo(ChronoUnit.MINUTES).toInstant();
        ZonedDateTime month = now.withDayOfMonth(1).truncatedTo(ChronoUnit.DAYS);
        long inMinute = window.minuteStart().equals(minute) ? window.minuteUsed() : 0;
        long inMonth = window.monthStart().equals(month.toInstant()) ? window.monthUsed() : 0;
        Long perMinute = limits.requestsPerMinute();
        if (perMinute != null && inMinute >= perMinute) {
            Duration wait = Duration.between(window.now(), minute.plus(1, ChronoUnit.MINUTES));
            throw new QuotasProblem.RateLimited(
                    "requests_per_minute", perMinute, "run " + perMinute + " times a minute", up(wait));
        }
        Long concurrent = limits.maxConcurrent();
        if (concurrent != null && store.busy(org, instance, window.now()) >= concurrent) {
            throw new QuotasProblem.RateLimited(
                    "max_concurrent", concurrent, "run " + concurrent + " times at once", SLOT_RETRY);
        }
        Long perMonth = limits.requestsPerMonth();
        if (perMonth != null && inMonth >= perMonth) {
            Duration wait = Duration.between(window.now(), month.plusMonths(1).toInstant());
            throw new QuotasProblem.QuotaExceeded("requests_per_month", perMonth, up(wait));
        }
        store.count(org, instance, minute, inMinute + 1, month.toInstant(), inMonth + 1);
        if (concurrent != null) {
            store.take(org, instance, run, window.now().plus(lease));
        }
    }

    private static Duration up(Duration wait) {
        return Duration.ofSeconds(wait.toSeconds() + 1);
    }

    /** Frees the slot of a run. Repeating it changes nothing. */
    @Transactional
    public void finish(OrgId org, UUID instance, UUID run) {
        store.free(org, instance, run);
    }

    /** Removes slots whose time is over; they count for nothing already. */
    @Transactional
    public int sweep(int atMost) {
        return store.sweep(atMost);
    }
}
