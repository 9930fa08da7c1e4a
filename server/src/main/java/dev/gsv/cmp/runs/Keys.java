package dev.gsv.cmp.runs;

import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.Trace;
import dev.gsv.cmp.orgs.OrgId;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The idempotency keys of calls whose effect is posted together with others. */
@Component
class Keys {

    /**
     * A call with a key.
     *
     * @param hash what the call asks for, so that a key is not used for something else
     */
    record Claim(OrgId org, Opened.Key key, String hash) {
        Claim {
            key = key.asking(hash);
        }

        Idempotency.Key idempotencyKey() {
            return Opened.idempotencyKey(org, key);
        }

        Posting.Keyed keyed() {
            return new Posting.Keyed(idempotencyKey(), hash, Trace.id());
        }
    }

    private final Idempotency idempotency;
    private final TransactionTemplate whole;

    Keys(Idempotency idempotency, PlatformTransactionManager transactions) {
        this.idempotency = idempotency;
        this.whole = new TransactionTemplate(transactions);
    }

    /**
     * The answer that a key has already. Waits for a first call that is still running.
     *
     * @throws KitProblem.PayloadMismatch when the key came with another request (409)
     * @throws KitProblem.InProgress when the first call still runs (409, Retry-After)
     */
    Optional<Idempotency.Claim.Stored> stored(Claim claim) {
        return idempotency.stored(claim.idempotencyKey(), claim.hash());
    }

    @SuppressWarnings("unchecked") // The stored body was written from a T; the type only describes the contract.
    static <T> ResponseEntity<T> replay(Idempotency.Claim.Stored stored) {
        return (ResponseEntity<T>) Idempotency.replay(stored);
    }

    /** A problem as it is sent to the request with this trace. */
    String body(Problem problem, String traceId) {
        return idempotency.body(problem, traceId);
    }

    /** Stores a refusal of an earlier check under the key, unless the key is somebody else's by now. */
    void keep(Claim claim, Problem refusal) {
        if (!Idempotency.isKept(refusal)) {
            return;
        }
        Idempotency.Key key = claim.idempotencyKey();
        whole.executeWithoutResult(status -> {
            if (idempotency.claim(key.scope(), key.operation(), key.key(), claim.hash(), Idempotency.Keep.FOR_EVER)
                    instanceof Idempotency.Claim.Mine) {
                idempotency.finish(
                        key.scope(), key.operation(), key.key(), refusal.status(), idempotency.body(refusal));
            }
        });
    }
}
