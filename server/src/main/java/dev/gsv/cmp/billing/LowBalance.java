package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.springframework.stereotype.Component;

/**
 * What follows when a balance falls below a threshold: somebody is told, and a charge starts. Always under the lock of
 * the wallet, so that a hundred runs that cross it together start one.
 */
@Component
class LowBalance {

    /** Somebody is told once in that time, however often the balance crosses. */
    static final Duration ALERT_PERIOD = Duration.ofDays(1);

    private final TopUpStore store;
    private final EventStore events;
    private final Ids ids;

    LowBalance(TopUpStore store, EventStore events, Ids ids) {
        this.store = store;
        this.events = events;
        this.ids = ids;
    }

    /** A wallet whose balance has just fallen below one of its thresholds. */
    void fell(Purse purse, Instant now) {
        Long threshold = purse.alertBelow;
        if (threshold != null && purse.fellBelow(threshold) && store.alert(purse.org, now, now.minus(ALERT_PERIOD))) {
            events.insert(
                    purse.org,
                    new BillingEvent.BalanceLow(
                            ids.next(), purse.org, new Credits(purse.posted()), new Credits(threshold)));
        }
        if (purse.fellBelow(purse.topUpBelow)) {
            consider(purse.org, purse.posted(), now);
        }
    }

    /** Starts a charge if the rule wants one now; else says when to look again. */
    void consider(OrgId org, long posted, Instant now) {
        TopUpRule rule = store.rule(org).orElse(null);
        if (rule == null) {
            return;
        }
        if (rule.paused() || posted >= rule.threshold().micros() || store.inFlight(org)) {
            store.lookAt(org, null);
            return;
        }
        Instant wait = rule.waitUntil();
        if (wait != null && wait.isAfter(now)) {
            store.lookAt(org, wait);
            return;
        }
        Instant today = now.truncatedTo(ChronoUnit.DAYS);
        if (store.attemptsSince(org, today) >= rule.maxPerDay()) {
            store.lookAt(org, today.plus(Duration.ofDays(1)));
            return;
        }
        Credits amount = rule.due(posted);
        BillingEvent.TopUpRequested event = new BillingEvent.TopUpRequested(ids.next(), org, ids.next(), amount);
        store.request(org, event.charge(), amount, now);
        store.lookAt(org, null);
        events.insert(org, event);
    }
}
