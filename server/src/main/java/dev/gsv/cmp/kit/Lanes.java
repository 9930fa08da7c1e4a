package dev.gsv.cmp.kit;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Group commit: work that changes the same rows queues in the application, on the lane of its key, and a lane does
 * whatever has queued meanwhile in one transaction. Light load means batches of one; heavy load means large ones. A
 * caller is answered after the commit, never before, and holds no connection while it waits (ADR 0009).
 *
 * <p>Lanes are speed only: what is right is decided under the locks of the database, so that any number of nodes may
 * work on one key.
 *
 * @param <T> what is asked; its key decides its lane
 * @param <R> what is answered
 */
public final class Lanes<T, R> implements SmartLifecycle {

    /**
     * Does a batch within the running transaction.
     *
     * @param <T> what is asked
     * @param <R> what is answered
     */
    @FunctionalInterface
    public interface Work<T, R> {
        /** One answer for each task, in the same order. What is thrown undoes all of it. */
        List<Answer<R>> apply(List<T> batch);
    }

    /**
     * The answer to one task of a batch. A refusal does not disturb the others, and has changed nothing.
     *
     * @param <R> what is answered
     */
    public sealed interface Answer<R> {
        record Done<R>(R result) implements Answer<R> {}

        record Refused<R>(Problem problem) implements Answer<R> {}
    }

    /**
     * The limits of lanes.
     *
     * @param lanes workers, each with one database connection at most
     * @param queue tasks that wait in one lane; one more is told to come back: 503
     * @param batch tasks in one transaction, and therefore rows that it locks
     */
    public record Limits(int lanes, int queue, int batch) {
        public static final Limits USUAL = new Limits(4, 4096, 256);
    }

    /** How long a task may wait for its turn, and how long a batch may then take. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);

    private static final Duration MAX_BATCH = Duration.ofSeconds(30);
    /** A deadlock or a lock that was too slow says nothing about the work: it is done again. */
    private static final int ATTEMPTS = 3;

    /** How often an idle lane looks whether it shall stop. */
    private static final Duration LOOK = Duration.ofMillis(200);

    /**
     * How long a lane that has just answered many waits for them to come back, as a part of the time that the batch
     * took and at most. Without it, of two nodes that serve one wallet each takes the first few of its callers and then
     * waits for the lock of the other with them.
     */
    private static final int LINGER_PART = 8;

    private static final long MAX_LINGER_NANOS = Duration.ofMillis(1).toNanos();
    private static final int LINGER_FROM = 16;

    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration BACK = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

    private static final int QUEUED = 0;
    private static final int TAKEN = 1;
    private static final int GIVEN_UP = 2;

    private static final class Task<T, R> {
        final T what;
        final CompletableFuture<Answer<R>> answer = new CompletableFuture<>();
        final AtomicInteger state = new AtomicInteger(QUEUED);
        /** The caller was told to come back while its batch went on. */
        volatile boolean left;

        Task(T what) {
            this.what = what;
        }
    }

    private final String name;
    private final Limits limits;
    private final Function<T, Object> key;
    private final Work<T, R> work;
    private final TransactionTemplate whole;
    private final List<ArrayBlockingQueue<Task<T, R>>> queues = new ArrayList<>();
    private final Set<Thread> workers = new HashSet<>();
    private final DistributionSummary sizes;
    private volatile boolean running;

    /** @param key tasks of one key are done in the order in which they came */
    public Lanes(
            String name,
            Limits limits,
            Function<T, Object> key,
            Work<T, R> work,
            PlatformTransactionManager transactions,
            MeterRegistry meters) {
        this.name = name;
        this.limits = limits;
        this.key = key;
        this.work = work;
        this.whole = new TransactionTemplate(transactions);
        for (int lane = 0; lane < limits.lanes(); lane++) {
            queues.add(new ArrayBlockingQueue<>(limits.queue()));
        }
        this.sizes = DistributionSummary.builder("cmp.lanes.batch")
                .description("Tasks that were committed together")
                .tag("lanes", name)
                .register(meters);
        Gauge.builder(
                        "cmp.lanes.queued",
                        queues,
                        all -> all.stream().mapToInt(ArrayBlockingQueue::size).sum())
                .description("Tasks that wait for their turn")
                .tag("lanes", name)
                .register(meters);
    }

    /**
     * Queues a task and waits for its commit.
     *
     * @throws Problem the refusal of the task; or 503 with Retry-After: the lane is full, its turn did not come, or the
     *     commit failed. Whether a commit that failed was made is not known: the same idempotency key tells.
     */
    public R submit(T what) {
        Task<T, R> task = new Task<>(what);
        int hash = key.apply(what).hashCode();
        ArrayBlockingQueue<Task<T, R>> lane = queues.get(Math.floorMod(hash ^ (hash >>> 16), limits.lanes()));
        if (!running || !lane.offer(task)) {
            throw busy();
        }
        return switch (await(task)) {
            case Answer.Done<R> done -> done.result();
            case Answer.Refused<R> refused -> throw refused.problem();
        };
    }

    private Answer<R> await(Task<T, R> task) {
        try {
            return task.answer.get(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            if (task.state.compareAndSet(QUEUED, GIVEN_UP)) {
                throw busy();
            }
            return awaitBatch(task);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            task.state.compareAndSet(QUEUED, GIVEN_UP);
            throw busy();
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        }
    }

    private Answer<R> awaitBatch(Task<T, R> task) {
        try {
            return task.answer.get(MAX_BATCH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            task.left = true;
            throw busy();
        } catch (InterruptedException e) {
            task.left = true;
            Thread.currentThread().interrupt();
            throw busy();
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        }
    }

    private static RuntimeException failed(@Nullable Throwable cause) {
        return cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
    }

    private static KitProblem.Unavailable busy() {
        return new KitProblem.Unavailable("The service is busy. Try again in a second.", BACK);
    }

    private void drive(ArrayBlockingQueue<Task<T, R>> queue) {
        List<Task<T, R>> drained = new ArrayList<>(limits.batch());
        long took = 0;
        while (running || !queue.isEmpty()) {
            Task<T, R> first = next(queue);
            if (first == null) {
                drained.clear();
                continue;
            }
            linger(queue, drained.size(), took);
            drained.clear();
            drained.add(first);
            queue.drainTo(drained, limits.batch() - 1);
            List<Task<T, R>> batch = drained.stream()
                    .filter(task -> task.state.compareAndSet(QUEUED, TAKEN))
                    .toList();
            if (!batch.isEmpty()) {
                sizes.record(batch.size());
                long began = System.nanoTime();
                done(batch);
                took = System.nanoTime() - began;
            }
        }
    }

    /** Waits for a crowd to come back, as long as less than half of it is there. */
    private static void linger(ArrayBlockingQueue<?> queue, int last, long took) {
        if (last < LINGER_FROM) {
            return;
        }
        long end = System.nanoTime() + Math.min(took / LINGER_PART, MAX_LINGER_NANOS);
        while (queue.size() < last / 2 && System.nanoTime() < end) {
            LockSupport.parkNanos(50_000);
        }
    }

    private @Nullable Task<T, R> next(ArrayBlockingQueue<Task<T, R>> queue) {
        try {
            return queue.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return null; // Nobody interrupts a lane; if somebody does, it goes on.
        }
    }

    /** Does a batch and answers all of its callers, whatever happens. */
    private void done(List<Task<T, R>> batch) {
        try {
            List<T> what = batch.stream().map(task -> task.what).toList();
            List<Answer<R>> answers = committed(what);
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).answer.complete(answers.get(i));
            }
        } catch (Undone e) {
            divide(batch, e).forEach(this::done);
        } catch (Throwable e) {
            LOG.error("a batch of {} of the lanes {} could not be committed", batch.size(), name, e);
            batch.forEach(task -> task.answer.completeExceptionally(busy()));
        }
    }

    /**
     * What is tried again of a batch of which nothing was written: one key, or one task of it, may have spoilt it for
     * the others. What the database was too busy for is not tried once for each of the callers, who would all have left
     * by then; and nothing is done for callers who have.
     */
    private List<List<Task<T, R>>> divide(List<Task<T, R>> batch, Undone undone) {
        Map<Object, List<Task<T, R>>> byKey = new LinkedHashMap<>();
        for (Task<T, R> task : batch) {
            byKey.computeIfAbsent(key.apply(task.what), any -> new ArrayList<>())
                    .add(task);
        }
        List<List<Task<T, R>>> parts = new ArrayList<>(byKey.values());
        if (parts.size() == 1 && !undone.busy) {
            parts = batch.stream().map(List::of).toList();
        }
        boolean whole = parts.size() == 1 || undone.unconnected;
        if (whole) {
            batch.forEach(task -> task.answer.completeExceptionally(undone.why));
            return List.of();
        }
        return parts.stream()
                .map(part -> part.stream().filter(task -> !task.left).toList())
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /** The work threw, so that nothing was written. */
    private static final class Undone extends RuntimeException {
        final transient RuntimeException why;
        /** The database stood in the way, and not the work. */
        final boolean busy;
        /** There was no connection: there will be none for a part of the batch either. */
        final boolean unconnected;

        Undone(RuntimeException why) {
            super(why);
            this.busy = SqlState.isTransient(why);
            this.unconnected = why instanceof CannotCreateTransactionException;
            this.why = busy ? busy() : why;
        }
    }

    private List<Answer<R>> committed(List<T> what) {
        for (int attempt = 1; ; attempt++) {
            boolean[] worked = new boolean[1];
            try {
                return Objects.requireNonNull(whole.execute(status -> {
                    List<Answer<R>> answers = work.apply(what);
                    if (answers.size() != what.size()) {
                        throw new IllegalStateException(what.size() + " tasks have " + answers.size() + " answers");
                    }
                    worked[0] = true;
                    return answers;
                }));
            } catch (RuntimeException e) {
                if (worked[0]) {
                    throw e; // The commit itself failed: whether it was made is not known.
                }
                if (attempt == ATTEMPTS || !SqlState.isWorthRepeating(e)) {
                    throw new Undone(e);
                }
                pause(attempt);
            }
        }
    }

    private static void pause(int attempt) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(1, PAUSE.toMillis() * attempt + 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void start() {
        if (running) {
            return;
        }
        running = true;
        for (int lane = 0; lane < queues.size(); lane++) {
            ArrayBlockingQueue<Task<T, R>> queue = queues.get(lane);
            workers.add(Thread.ofPlatform()
                    .name("lane-" + name + "-" + lane)
                    .daemon()
                    .start(() -> drive(queue)));
        }
    }

    /** Lets no more in, and does what has queued. */
    @Override
    public synchronized void stop() {
        running = false;
        for (Thread worker : workers) {
            try {
                worker.join(MAX_WAIT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        workers.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before the web server takes requests, and after it has answered the last. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 4096;
    }
}
