package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.KitProblem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** User quotas for services outside of this program: the same steps, each in a transaction of its own. */
@Service
class Admissions {

    /** Of two who take a name at the same time one is second, and sees the first when it tries again. */
    private static final int ATTEMPTS = 3;

    private final UserQuotas users;
    private final TransactionTemplate whole;

    Admissions(UserQuotas users, PlatformTransactionManager transactions) {
        this.users = users;
        this.whole = new TransactionTemplate(transactions);
    }

    UserQuotas.Decision admit(Place place, QuotaUser user, String bundle, String lock, long tokens, long seconds) {
        Ticket ticket = users.ticket(Ticket.of(place, lock), place, user, bundle, lock, tokens, seconds);
        for (int attempt = 1; ; attempt++) {
            try {
                return whole.execute(status -> users.admit(ticket));
            } catch (OptimisticLockingFailureException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * Books what was used. Repeated, it answers as the first time.
     *
     * @return the tokens that were booked
     * @throws KitProblem.NotFound when there is no such admission (404)
     * @throws KitProblem.InvalidState when it was released (409)
     */
    long commit(Place place, String lock, long tokens) {
        String key = Ticket.of(place, lock);
        return whole.execute(status -> switch (users.commit(Map.of(key, tokens))
                .getOrDefault(key, UserQuotas.Committed.UNKNOWN)) {
            case NOW -> tokens;
            case BEFORE -> users.find(key).map(AdmissionStore.Row::tokens).orElse(tokens);
            case RELEASED -> throw new KitProblem.InvalidState("The admission was released.");
            case UNKNOWN -> throw new KitProblem.NotFound("admission");
        });
    }

    int release(Place place, String lock) {
        return whole.execute(status -> users.release(List.of(Ticket.of(place, lock))));
    }

    /**
     * Extends an admission.
     *
     * @throws KitProblem.NotFound when there is no such admission (404)
     * @throws KitProblem.InvalidState when it has ended or its time was over (409)
     */
    void renew(Place place, String lock, long seconds) {
        String key = Ticket.of(place, lock);
        whole.executeWithoutResult(status -> {
            if (users.renew(List.of(key), seconds) == 0) {
                Optional<AdmissionStore.Row> row = users.find(key);
                throw row.isEmpty()
                        ? new KitProblem.NotFound("admission")
                        : new KitProblem.InvalidState("The admission has ended.");
            }
        });
    }
}
