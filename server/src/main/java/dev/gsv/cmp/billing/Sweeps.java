package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Service;

/** Writes down what time has already decided: holds past their limit and grants past their end. */
@Service
public class Sweeps {

    /** Wallets that are looked for at a time. */
    private static final int PORTION = 200;
    /** Portions of one sweep; what is left waits for the next, so that a burst never occupies a node. */
    private static final int MAX_PORTIONS = 50;

    private final Ledger ledger;
    private final AtomicLong open = new AtomicLong();

    Sweeps(Ledger ledger, MeterRegistry meters) {
        this.ledger = ledger;
        Gauge.builder("cmp.holds.open", open, AtomicLong::doubleValue)
                .description("Reservations that are pending and within their limit, as of the last sweep")
                .register(meters);
    }

    /** Sweeps everything that is due, a transaction per wallet and portion. Safe beside other sweeps. */
    public void all() {
        List<OrgId> due = ledger.due(PORTION);
        for (int portion = 0; !due.isEmpty() && portion < MAX_PORTIONS; portion++) {
            due.forEach(ledger::sweep);
            due = ledger.due(PORTION);
        }
        open.set(ledger.openHolds());
    }
}
