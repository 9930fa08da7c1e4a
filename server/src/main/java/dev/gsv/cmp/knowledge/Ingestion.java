package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.NodeRoles;
import dev.gsv.cmp.knowledge.IngestionStore.Claimed;
import dev.gsv.cmp.knowledge.Unreadable.Reason;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/**
 * Reads documents in the background, one after the other on each node with the role worker. A document is claimed for
 * the time of a lease that its worker renews; when the process dies, another one takes the document over, and what the
 * first still writes is refused. No transaction is open while a document is read.
 */
@Service
class Ingestion {
    private static final Logger LOG = LoggerFactory.getLogger(Ingestion.class);

    /** Documents that one node reads at once: each may need a hundred times its size in memory. */
    static final int WORKERS = 1;
    /** Longer than the deadline of a reader: only a dead worker lets it pass. */
    static final Duration LEASE = Duration.ofSeconds(100);
    /** Pauses before the retries, section 9 of the control plane contract. */
    static final List<Duration> PAUSES = List.of(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(10));

    private static final Duration IDLE = Duration.ofSeconds(30);
    /** Percent when it is read, and when only its place on the shelf is missing. */
    private static final int READ = 40;

    private static final int READY = 99;

    private final IngestionStore store;
    private final Intake intake;
    private final NodeRoles roles;
    private final MeterRegistry meters;
    private final Reading reading;
    private final ThreadPoolExecutor workers;

    @org.springframework.beans.factory.annotation.Autowired
    Ingestion(IngestionStore store, Intake intake, NodeRoles roles, MeterRegistry meters) {
        this(store, intake, roles, meters, new Reading(Reading::parse, Reading.DEADLINE));
    }

    Ingestion(IngestionStore store, Intake intake, NodeRoles roles, MeterRegistry meters, Reading reading) {
        this.store = store;
        this.intake = intake;
        this.roles = roles;
        this.meters = meters;
        this.reading = reading;
        this.workers = new ThreadPoolExecutor(
                0,
                WORKERS,
                IDLE.toSeconds(),
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().daemon().name("knowledge-worker").factory(),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Looks for waiting documents now, beside the caller. Nothing happens while this node is at it already. */
    void wake() {
        if (roles.has(NodeRoles.Role.WORKER)) {
            workers.execute(this::drain);
        }
    }

    @PreDestroy
    void stop() {
        workers.shutdownNow();
    }

    private void drain() {
        try {
            while (!Thread.currentThread().isInterrupted() && one()) {
                LOG.debug("a document was read");
            }
        } catch (RuntimeException e) {
            // The database does not answer: the regular look for documents tries again.
            LOG.warn("the ingestion of documents pauses: {}", e.toString());
        }
    }

    /** Reads the next document. False when none waits. */
    boolean one() {
        Optional<Claimed> next = store.claim(LEASE);
        next.ifPresent(this::ingest);
        return next.isPresent();
    }

    private void ingest(Claimed claimed) {
        try {
            if (claimed.left() < 0) {
                throw new Unreadable(Reason.TROUBLE);
            }
            Extract extract = reading.read(
                    Format.of(claimed.contentType()),
                    store.original(claimed.org(), claimed.document(), Math.toIntExact(claimed.sizeBytes())));
            List<Chunks.Chunk> chunks = Chunks.of(extract);
            if (chunks.isEmpty()) {
                throw new Unreadable(Reason.EMPTY);
            }
            if (alive(claimed, READ)) {
                intake.put(claimed, extract, chunks, vectors(claimed, chunks));
                meters.counter("cmp.knowledge.documents", "outcome", "ready").increment();
            }
        } catch (Unreadable e) {
            meters.counter("cmp.knowledge.documents", "outcome", "failed").increment();
            store.fail(
                    claimed.org(),
                    claimed.document(),
                    claimed.attempt(),
                    e.reason().name(),
                    e.reason().sentence());
        } catch (InterruptedException e) {
            store.giveBack(claimed.org(), claimed.document(), claimed.attempt());
            Thread.currentThread().interrupt();
        } catch (KitProblem.NotFound e) {
            LOG.debug("a document was removed while it was read");
        } catch (RuntimeException e) {
            trouble(claimed, e);
        }
    }

    /** Says how far it is. False when the document is no longer this worker's, or is gone. */
    private boolean alive(Claimed claimed, int percent) {
        return store.progress(claimed.org(), claimed.document(), claimed.attempt(), percent, LEASE);
    }

    /** What cannot be embedded now gets its vectors in the background; it is found by its words until then. */
    private List<byte[]> vectors(Claimed claimed, List<Chunks.Chunk> chunks) {
        List<String> texts = chunks.stream()
                .map(chunk -> Embeddings.meaning("", chunk.heading(), chunk.text()))
                .toList();
        return Embedder.vectors(texts, done -> alive(claimed, READ + (READY - READ) * done / texts.size()))
                .orElse(List.of());
    }

    /** Whatever is wrong here is ours: the document waits for another attempt, and fails after the last one. */
    private void trouble(Claimed claimed, RuntimeException e) {
        LOG.warn("the document {} could not be ingested", claimed.document(), e);
        Reason reason = Reason.TROUBLE;
        if (claimed.left() <= 0) {
            store.fail(claimed.org(), claimed.document(), claimed.attempt(), reason.name(), reason.sentence());
            return;
        }
        Duration pause = PAUSES.get(Math.clamp(PAUSES.size() - claimed.left(), 0, PAUSES.size() - 1));
        store.retryLater(claimed.org(), claimed.document(), claimed.attempt(), reason.name(), reason.sentence(), pause);
    }
}
