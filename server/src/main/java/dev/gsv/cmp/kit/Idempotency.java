package dev.gsv.cmp.kit;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * A key makes one effect, however often it is sent (section 6 of the control plane contract). The answer is stored in
 * the same transaction as the effect; a second call with the key waits for the first, then gets its answer byte for
 * byte.
 */
@Service
public class Idempotency {

    /** How long a record is kept at least. */
    public enum Keep {
        /** Money and provisioning: as long as the ledger entry. */
        FOR_EVER,
        TWO_DAYS
    }

    /** What a claim of a key found. */
    public sealed interface Claim {
        /** The key is ours; end with {@link #finish} or {@link #free}. */
        record Mine() implements Claim {}

        record Stored(int status, String body) implements Claim {}

        record Running() implements Claim {}

        /** The key belongs to another request: 409. */
        record Mismatch() implements Claim {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Idempotency.class);

    static final String REPLAYED = "Idempotency-Replayed";
    /** Refusals that are decisions: a retry never turns them into a success. */
    private static final Set<Integer> STORED_REFUSALS = Set.of(402, 409, 422);

    /** How long a caller waits for the first call with its key. */
    private static final Duration WAIT = Duration.ofSeconds(2);

    private static final Duration LOOK = Duration.ofMillis(40);

    private static final Duration TWO_DAYS = Duration.ofHours(48);

    private final IdempotencyStore store;
    private final JsonMapper mapper;
    private final TransactionTemplate whole;
    private final TransactionTemplate nested;

    Idempotency(IdempotencyStore store, JsonMapper mapper, PlatformTransactionManager transactions) {
        this.store = store;
        this.mapper = mapper;
        this.whole = new TransactionTemplate(transactions);
        this.nested = new TransactionTemplate(transactions);
        this.nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
    }

    /** {@link #once(String, String, Call, Keep, UnaryOperator, Supplier)} for an answer that holds no secret. */
    public <T> ResponseEntity<T> once(
            String scope, String operation, Call call, Keep keep, Supplier<Answer<T>> effect) {
        return once(scope, operation, call, keep, UnaryOperator.identity(), effect);
    }

    /**
     * Runs the effect once for the key of the call, within one transaction; without a key it is simply run.
     *
     * @param scope whose keys these are: an organization, a wallet, or "system"
     * @param mask what a replay shows instead of the first body: secrets are never stored
     * @throws KitProblem.PayloadMismatch when the key came with another request
     * @throws KitProblem.InProgress when the first call with the key still runs after the lock timeout
     */
    @SuppressWarnings("unchecked") // A stored body was written from a T; the caller's type only describes the contract.
    public <T> ResponseEntity<T> once(
            String scope, String operation, Call call, Keep keep, UnaryOperator<T> mask, Supplier<Answer<T>> effect) {
        if (call.key().isEmpty()) {
            Answer<T> answer = whole.execute(status -> effect.get());
            return ResponseEntity.status(answer.status()).body(answer.body());
        }
        String key = call.key().get();
        try {
            return (ResponseEntity<T>)
                    whole.execute(status -> claimed(scope, operation, key, call, keep, mask, effect));
        } catch (DataAccessException e) {
            if (SqlState.LOCK_TIMEOUT.of(e)) {
                throw new KitProblem.InProgress();
            }
            throw e;
        }
    }

    private <T> ResponseEntity<?> claimed(
            String scope,
            String operation,
            String key,
            Call call,
            Keep keep,
            UnaryOperator<T> mask,
            Supplier<Answer<T>> effect) {
        return switch (claim(scope, operation, key, call.hash(), keep)) {
            case Claim.Mismatch mismatch -> throw new KitProblem.PayloadMismatch();
            case Claim.Running running -> throw new KitProblem.InProgress();
            case Claim.Stored stored -> replay(stored);
            case Claim.Mine mine -> {
                try {
                    Answer<T> answer = nested.execute(status -> effect.get());
                    finish(
                            scope,
                            operation,
                            key,
                            answer.status(),
                            mapper.writeValueAsString(mask.apply(answer.body())));
                    yield ResponseEntity.status(answer.status())
                            .contentType(MediaType.APPLICATION_JSON)
                            .body(new RawJson(mapper.writeValueAsString(answer.body())));
                } catch (Problem refusal) {
                    if (!STORED_REFUSALS.contains(refusal.status())) {
                        throw refusal;
                    }
                    String body = mapper.writeValueAsString(ProblemBody.of(refusal, Trace.id()));
                    finish(scope, operation, key, refusal.status(), body);
                    yield problem(refusal.status(), body).body(new RawJson(body));
                }
            }
        };
    }

    /** The answer that was given the first time. */
    public static ResponseEntity<?> replay(Claim.Stored stored) {
        ResponseEntity.BodyBuilder builder = stored.status() >= 400
                ? problem(stored.status(), stored.body())
                : ResponseEntity.status(stored.status()).contentType(MediaType.APPLICATION_JSON);
        return builder.header(REPLAYED, "true").body(new RawJson(stored.body()));
    }

    private static ResponseEntity.BodyBuilder problem(int status, String body) {
        ResponseEntity.BodyBuilder builder =
                ResponseEntity.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        return status == 409 && body.contains("IDEMPOTENCY_IN_PROGRESS")
                ? builder.header(HttpHeaders.RETRY_AFTER, "1")
                : builder;
    }

    /** True for refusals that are kept: a retry with the same key gets the same refusal. */
    public static boolean isKept(Problem refusal) {
        return STORED_REFUSALS.contains(refusal.status());
    }

    /** The body of a problem as it is sent, for callers that store it themselves. */
    public String body(Problem problem) {
        return body(problem, Trace.id());
    }

    /** {@link #body(Problem)} for a request that another thread answers. */
    public String body(Problem problem, String traceId) {
        return mapper.writeValueAsString(ProblemBody.of(problem, traceId));
    }

    /** Takes a key within the running transaction; for effects that need two transactions, such as a run. */
    public Claim claim(String scope, String operation, String key, String hash, Keep keep) {
        if (store.insert(scope, operation, key, hash, keep == Keep.TWO_DAYS ? TWO_DAYS : null)) {
            return new Claim.Mine();
        }
        return store.find(scope, operation, key).map(row -> found(row, hash)).orElseGet(Claim.Running::new);
    }

    /** Whose key it is and for which call. */
    public record Key(String scope, String operation, String key) {}

    /** A key that a batch asks for. */
    public record Wanted(Key key, String hash, Keep keep) {
        @Nullable
        Long keepSeconds() {
            return keep == Keep.TWO_DAYS ? (Long) TWO_DAYS.toSeconds() : null;
        }
    }

    /** The answer that a key has from now on. */
    public record Finished(Key key, int status, String body) {}

    /**
     * Takes keys within the running transaction, for a batch, by a statement that travels with others.
     *
     * @param mine learns the keys that are ours now, when the pipeline has run; the others belong to earlier calls,
     *     also to one of the same list
     */
    public void claim(Pipeline pipeline, Collection<Wanted> wanted, Consumer<Key> mine) {
        if (!wanted.isEmpty()) {
            store.insert(pipeline, wanted, mine);
        }
    }

    /** Stores the answers of claimed keys within the running transaction. */
    public void finish(Pipeline pipeline, Collection<Finished> finished) {
        if (!finished.isEmpty()) {
            store.finish(pipeline, finished);
        }
    }

    /** Gives claimed keys back, after failures that a retry may turn into a success. */
    public void free(Pipeline pipeline, Collection<Key> keys) {
        if (!keys.isEmpty()) {
            store.delete(pipeline, keys);
        }
    }

    /**
     * The answer that a key has already, for calls whose effect is committed together with others. Waits for a first
     * call that still runs.
     *
     * @throws KitProblem.PayloadMismatch when the key came with another request (409)
     * @throws KitProblem.InProgress when the first call still runs (409, Retry-After)
     */
    public Optional<Claim.Stored> stored(Key key, String hash) {
        for (long waited = 0; ; waited += LOOK.toMillis()) {
            switch (look(key.scope(), key.operation(), key.key(), hash)) {
                case Claim.Mine mine -> {
                    return Optional.empty();
                }
                case Claim.Stored stored -> {
                    return Optional.of(stored);
                }
                case Claim.Mismatch other -> throw new KitProblem.PayloadMismatch();
                case Claim.Running running -> {
                    if (waited >= WAIT.toMillis()) {
                        throw new KitProblem.InProgress();
                    }
                    pause();
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KitProblem.InProgress();
        }
    }

    /** Looks for the answer of a key without taking it. */
    public Claim look(String scope, String operation, String key, String hash) {
        return store.find(scope, operation, key).map(row -> found(row, hash)).orElseGet(Claim.Mine::new);
    }

    private static Claim found(IdempotencyStore.Row row, String hash) {
        if (!row.requestHash().equals(hash)) {
            return new Claim.Mismatch();
        }
        String response = row.response();
        return response == null ? new Claim.Running() : new Claim.Stored(row.status(), response);
    }

    /** Stores the answer of a claimed key within the running transaction. */
    public void finish(String scope, String operation, String key, int status, String body) {
        store.finish(scope, operation, key, status, body);
    }

    /** Removes records past their time. Returns how many. */
    public int sweep(int atMost) {
        int removed = store.sweep(atMost);
        if (removed > 0) {
            LOG.info("{} idempotency records past their time were removed", removed);
        }
        return removed;
    }
}
