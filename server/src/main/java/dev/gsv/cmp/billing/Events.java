package dev.gsv.cmp.billing;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Tells other rooms what has become of credit: each {@link BillingEvent} as a Spring event, in a transaction of its own
 * that a listener may join. One that a listener refuses is told again, and does not hold up the others.
 */
@Service
class Events {

    /** Events of one round. */
    private static final int PORTION = 500;

    private static final int KEPT_DAYS = 30;
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);

    private final EventStore store;
    private final ApplicationEventPublisher publisher;
    private final TransactionTemplate transaction;

    Events(EventStore store, ApplicationEventPublisher publisher, PlatformTransactionManager transactions) {
        this.store = store;
        this.publisher = publisher;
        this.transaction = new TransactionTemplate(transactions);
    }

    /** Tells what is to be told, at most a portion of it. */
    void tell() {
        store.untold(PORTION).forEach(id -> {
            try {
                transaction.executeWithoutResult(status -> store.take(id).ifPresent(publisher::publishEvent));
            } catch (RuntimeException e) {
                LOG.warn("The event {} was not taken in and will be told again", id, e);
            }
        });
    }

    void forget() {
        store.forget(KEPT_DAYS, PORTION);
    }
}
