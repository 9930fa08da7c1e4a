package dev.gsv.cmp.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.NodeRoles;
import dev.gsv.cmp.knowledge.Unreadable.Reason;
import dev.gsv.cmp.orgs.OrgId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Workers that die, hang, lie and come too late; over a node that does not work by itself. */
class IngestionTest {
    private static Harness node;

    @BeforeAll
    static void start() {
        node = Harness.start(Map.of("cmp.roles", "api,gateway"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private final IngestionStore queue = node.bean(IngestionStore.class);
    private final Training training = node.bean(Training.class);
    private final JdbcClient jdbc = node.bean(JdbcClient.class);

    private record Own(OrgId org, UUID instance) {}

    private static Own open() {
        var seller = dev.gsv.cmp.flows.Seller.open(node);
        var bought = seller.sell(seller.offering());
        return new Own(new OrgId(bought.org()), bought.instance());
    }

    private TrainingDocument give(Own own, String text) {
        return training.add(own.org(), own.instance(), Training.text("T", text));
    }

    private TrainingDocument now(Own own, TrainingDocument document) {
        return training.get(own.org(), own.instance(), document.id());
    }

    private Ingestion worker(Reading.Reader reader, Duration deadline) {
        return new Ingestion(
                queue,
                node.bean(Intake.class),
                new NodeRoles(List.of("worker")),
                new SimpleMeterRegistry(),
                new Reading(reader, deadline));
    }

    private Ingestion worker() {
        return worker(Reading::parse, Reading.DEADLINE);
    }

    /** The time of a lease, or of a pause, is over. */
    private void due(TrainingDocument document) {
        jdbc.sql("update knowledge_document set due_at = now() - interval '1 second' where id = :id")
                .param("id", document.id())
                .update();
    }

    @Test
    void a_document_whose_worker_died_is_taken_over_and_the_dead_one_writes_nothing_more() throws Exception {
        Own own = open();
        TrainingDocument document = give(own, "Giraffes are tall.");
        IngestionStore.Claimed dead = queue.claim(Ingestion.LEASE).orElseThrow();
        assertThat(dead.document()).isEqualTo(document.id());
        assertThat(queue.claim(Ingestion.LEASE))
                .as("nobody else has it meanwhile")
                .isEmpty();
        due(document);
        assertThat(worker().one()).isTrue();
        assertThat(now(own, document).status()).isEqualTo(TrainingDocument.Status.READY);

        // The first one was not dead but slow, and comes back with something else.
        Extract other = Extract.of("Zebras.");
        node.bean(Intake.class).put(dead, other, Chunks.of(other), List.of());
        queue.fail(own.org(), document.id(), dead.attempt(), "X", "Too late.");
        assertThat(now(own, document).status()).isEqualTo(TrainingDocument.Status.READY);
        assertThat(now(own, document).chunks()).isEqualTo(1);
        assertThat(now(own, document).attempts()).isEqualTo(2);
    }

    @Test
    void a_document_that_kills_every_worker_fails_after_the_last_attempt() {
        Own own = open();
        TrainingDocument document = give(own, "Giraffes are tall.");
        for (int i = 0; i < Training.ATTEMPTS; i++) {
            assertThat(queue.claim(Ingestion.LEASE)).isPresent();
            due(document);
        }
        assertThat(worker().one()).isTrue();
        assertThat(now(own, document).status()).isEqualTo(TrainingDocument.Status.FAILED);
        assertThat(now(own, document).error().code()).isEqualTo("TROUBLE");
        assertThat(worker().one()).isFalse();
    }

    @Test
    void trouble_of_ours_is_retried_with_growing_pauses_and_then_fails() {
        Own own = open();
        TrainingDocument document = give(own, "Giraffes are tall.");
        jdbc.sql("delete from knowledge_original where document_id = :id")
                .param("id", document.id())
                .update();
        for (int i = 0; i < Training.ATTEMPTS - 1; i++) {
            assertThat(worker().one()).isTrue();
            assertThat(now(own, document).status()).isEqualTo(TrainingDocument.Status.RETRY_PENDING);
            assertThat(now(own, document).retryAt()).isNotNull();
            assertThat(worker().one()).as("it waits").isFalse();
            due(document);
        }
        assertThat(worker().one()).isTrue();
        assertThat(now(own, document).status()).isEqualTo(TrainingDocument.Status.FAILED);
    }

    @Test
    void a_reader_that_hangs_is_given_up_and_others_go_on() {
        Own own = open();
        TrainingDocument document = give(own, "Giraffes are tall.");
        Ingestion hanging = worker(
                (format, bytes) -> {
                    while (true) {
                        Thread.onSpinWait();
                        if (Thread.currentThread().isInterrupted()) {
                            return Extract.of("never");
                        }
                    }
                },
                Duration.ofMillis(200));
        assertThat(hanging.one()).isTrue();
        assertThat(now(own, document).error().code()).isEqualTo("TOO_SLOW");
        TrainingDocument next = give(own, "Zebras are striped.");
        assertThat(worker().one()).isTrue();
        assertThat(now(own, next).status()).isEqualTo(TrainingDocument.Status.READY);
    }

    @Test
    void whatever_a_reader_throws_the_document_fails_with_a_reason() {
        Own own = open();
        Map<Reason, Throwable> thrown = Map.of(
                Reason.BROKEN, new StackOverflowError(),
                Reason.BOMB, new OutOfMemoryError("a test"),
                Reason.PROTECTED, new Unreadable(Reason.PROTECTED));
        thrown.forEach((reason, failure) -> {
            TrainingDocument document = give(own, "Text " + reason);
            assertThat(worker(
                                    (format, bytes) -> {
                                        if (failure instanceof Error error) {
                                            throw error;
                                        }
                                        throw (Exception) failure;
                                    },
                                    Reading.DEADLINE)
                            .one())
                    .isTrue();
            assertThat(now(own, document).error().code()).isEqualTo(reason.name());
        });
    }

    @Test
    void readers_that_never_end_are_bounded_in_number() throws Exception {
        AtomicInteger open = new AtomicInteger();
        var stop = new java.util.concurrent.CountDownLatch(1);
        Reading reading = new Reading(
                (format, bytes) -> {
                    open.incrementAndGet();
                    while (stop.getCount() > 0) {
                        Thread.onSpinWait();
                        Thread.yield();
                    }
                    return Extract.of("late");
                },
                Duration.ofMillis(20));
        try {
            for (int i = 0; i < Reading.MAX_THREADS; i++) {
                assertThatThrownBy(() -> reading.read(Format.TEXT, new byte[1])).isInstanceOf(Unreadable.class);
            }
            assertThatThrownBy(() -> reading.read(Format.TEXT, new byte[1])).isInstanceOf(IllegalStateException.class);
            assertThat(open).hasValue(Reading.MAX_THREADS);
        } finally {
            stop.countDown();
        }
    }

    @Test
    void a_document_that_is_removed_while_it_is_read_stays_removed() {
        Own own = open();
        TrainingDocument document = give(own, "Giraffes are tall.");
        assertThat(worker(
                                (format, bytes) -> {
                                    training.remove(own.org(), own.instance(), document.id());
                                    return Reading.parse(format, bytes);
                                },
                                Reading.DEADLINE)
                        .one())
                .isTrue();
        assertThat(node.bean(TrainingStore.class).remaining(own.org(), document.id()))
                .isZero();
    }

    @Test
    void many_workers_read_each_document_once() throws Exception {
        Own own = open();
        List<TrainingDocument> documents = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            documents.add(give(own, "Number " + i));
        }
        AtomicInteger read = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(6)) {
            for (var done : threads.invokeAll(IntStream.range(0, 6)
                    .<Callable<Boolean>>mapToObj(i -> () -> {
                        Ingestion worker = worker(
                                (format, bytes) -> {
                                    read.incrementAndGet();
                                    return Reading.parse(format, bytes);
                                },
                                Reading.DEADLINE);
                        while (worker.one()) {
                            Thread.yield();
                        }
                        return true;
                    })
                    .toList())) {
                done.get();
            }
        }
        assertThat(read).hasValue(12);
        assertThat(documents)
                .allSatisfy(
                        document -> assertThat(now(own, document).status()).isEqualTo(TrainingDocument.Status.READY));
    }

    @Test
    void a_large_original_is_kept_byte_for_byte() {
        Own own = open();
        byte[] bytes = "0123456789abcdef".repeat(200_000).getBytes(StandardCharsets.UTF_8);
        TrainingDocument document = training.add(
                own.org(),
                own.instance(),
                Training.file("large.txt", null, bytes.length, () -> new java.io.ByteArrayInputStream(bytes)));
        assertThat(queue.original(own.org(), document.id(), bytes.length)).isEqualTo(bytes);
        training.remove(own.org(), own.instance(), document.id());
    }
}
