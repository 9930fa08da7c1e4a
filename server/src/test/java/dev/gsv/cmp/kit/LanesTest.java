package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.gsv.cmp.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Group commit over a real database: one connection in the pool, so that whoever waits with one is seen. */
class LanesTest {

    private static final Lanes.Limits ONE = new Lanes.Limits(1, 64, 16);

    private final HikariDataSource pool = new HikariDataSource();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch gate = new CountDownLatch(1);
    private JdbcClient jdbc;
    private Lanes<String, String> lanes;

    @BeforeEach
    void open() {
        pool.setDataSource(Database.fresh().dataSource());
        pool.setMaximumPoolSize(1);
        pool.setConnectionTimeout(Duration.ofSeconds(2).toMillis());
        jdbc = JdbcClient.create(pool);
        // Two rows of one name are refused at the commit, not before.
        jdbc.sql("create table done (name text unique deferrable initially deferred)")
                .update();
    }

    @AfterEach
    void close() {
        gate.countDown();
        if (lanes != null) {
            lanes.stop();
        }
        callers.shutdownNow();
        pool.close();
    }

    private void lanes(Lanes.Limits limits, Lanes.Work<String, String> work) {
        lanes = new Lanes<>(
                "test", limits, name -> "all", work, new JdbcTransactionManager(pool), new SimpleMeterRegistry());
        lanes.start();
    }

    /** Writes each name; "no" is refused, "bad" breaks its batch, "wait" waits for the gate. */
    private List<Lanes.Answer<String>> write(List<String> names) {
        sizes.add(names.size());
        List<Lanes.Answer<String>> answers = new ArrayList<>();
        for (String name : names) {
            switch (name) {
                case "no" -> answers.add(new Lanes.Answer.Refused<>(new KitProblem.NotFound("thing")));
                case "bad" -> throw new IllegalStateException("bad");
                default -> {
                    if (name.equals("wait")) {
                        await();
                    }
                    jdbc.sql("insert into done values (:name)")
                            .param("name", name)
                            .update();
                    answers.add(new Lanes.Answer.Done<>("did " + name));
                }
            }
        }
        return answers;
    }

    private void await() {
        try {
            assertThat(gate.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> written() {
        return jdbc.sql("select name from done order by name")
                .query(String.class)
                .list();
    }

    /** Keeps the lane busy until the gate opens, so that what is sent meanwhile forms one batch. */
    private Future<String> busy() {
        Future<String> first = callers.submit(() -> lanes.submit("wait"));
        while (sizes.isEmpty()) {
            Thread.onSpinWait();
        }
        return first;
    }

    private List<Future<String>> queue(String... names) throws InterruptedException {
        List<Future<String>> queued = new ArrayList<>();
        for (String name : names) {
            queued.add(callers.submit(() -> lanes.submit(name)));
            Thread.sleep(20);
        }
        return queued;
    }

    @Test
    void what_queues_meanwhile_is_committed_together_and_in_order() throws Exception {
        lanes(ONE, this::write);
        Future<String> first = busy();
        List<Future<String>> rest = queue("a", "b", "c");
        gate.countDown();
        assertThat(first.get()).isEqualTo("did wait");
        assertThat(rest.get(2).get()).isEqualTo("did c");
        assertThat(sizes).containsExactly(1, 3);
    }

    @Test
    void cc_10_a_full_lane_says_come_back_and_writes_nothing() throws Exception {
        lanes(new Lanes.Limits(1, 2, 16), this::write);
        busy();
        List<Future<String>> queued = queue("a", "b");
        assertThatThrownBy(() -> lanes.submit("c"))
                .isInstanceOfSatisfying(
                        KitProblem.Unavailable.class,
                        busy -> assertThat(busy.status()).isEqualTo(503));
        gate.countDown();
        queued.get(1).get();
        assertThat(written()).containsExactly("a", "b", "wait");
    }

    @Test
    void cc_11_who_waits_in_a_lane_holds_no_connection() throws Exception {
        lanes(ONE, names -> names.contains("wait") ? List.of(new Lanes.Answer.Done<>(waited())) : write(names));
        Future<String> first = callers.submit(() -> lanes.submit("wait"));
        while (pool.getHikariPoolMXBean().getActiveConnections() == 0) {
            Thread.onSpinWait();
        }
        List<Future<String>> queued = queue("a", "b", "c");
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isEqualTo(1);
        assertThat(pool.getHikariPoolMXBean().getThreadsAwaitingConnection()).isZero();
        gate.countDown();
        first.get();
        queued.get(2).get();
    }

    private String waited() {
        await();
        return "waited";
    }

    @Test
    void cc_12_a_commit_that_fails_fails_every_caller_of_the_batch() throws Exception {
        lanes(ONE, this::write);
        busy();
        List<Future<String>> queued = queue("a", "twice", "twice");
        gate.countDown();
        for (Future<String> caller : queued) {
            assertThatThrownBy(caller::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(KitProblem.Unavailable.class);
        }
        assertThat(written()).containsExactly("wait");
    }

    @Test
    void cc_14_a_refusal_does_not_disturb_the_others() throws Exception {
        lanes(ONE, this::write);
        busy();
        List<Future<String>> queued = queue("a", "no", "b");
        gate.countDown();
        assertThat(queued.get(0).get()).isEqualTo("did a");
        assertThat(queued.get(2).get()).isEqualTo("did b");
        assertThatThrownBy(() -> queued.get(1).get()).hasCauseInstanceOf(KitProblem.NotFound.class);
    }

    @Test
    void a_task_that_breaks_its_batch_breaks_nobody_elses() throws Exception {
        lanes(ONE, this::write);
        busy();
        List<Future<String>> queued = queue("a", "bad", "b");
        gate.countDown();
        assertThat(queued.get(0).get()).isEqualTo("did a");
        assertThat(queued.get(2).get()).isEqualTo("did b");
        assertThatThrownBy(() -> queued.get(1).get()).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(written()).containsExactly("a", "b", "wait");
    }

    @Test
    void cc_15_a_batch_has_a_limit() throws Exception {
        lanes(new Lanes.Limits(1, 64, 2), this::write);
        busy();
        List<Future<String>> queued = queue("a", "b", "c", "d", "e");
        gate.countDown();
        queued.get(4).get();
        assertThat(sizes).allMatch(size -> size <= 2).hasSizeGreaterThanOrEqualTo(4);
    }

    @Test
    void cc_17_without_a_connection_a_caller_is_told_to_come_back() throws Exception {
        lanes(ONE, this::write);
        try (var taken = pool.getConnection()) {
            assertThat(taken).isNotNull();
            assertThatThrownBy(() -> lanes.submit("a")).isInstanceOf(KitProblem.Unavailable.class);
        }
        assertThat(written()).isEmpty();
    }

    @Test
    void cc_17_without_a_connection_a_whole_batch_is_told_after_one_wait() throws Exception {
        lanes(ONE, this::write);
        try (Connection taken = pool.getConnection()) {
            long began = System.nanoTime();
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                String name = "n" + i;
                answers.add(callers.submit(() -> lanes.submit(name)));
            }
            for (Future<String> answer : answers) {
                assertThatThrownBy(answer::get).hasCauseInstanceOf(KitProblem.Unavailable.class);
            }
            // The first of them may have gone alone.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void cc_07_a_key_whose_rows_are_locked_stops_its_lane_once_and_not_for_each_of_its_callers() throws Exception {
        HikariDataSource more = new HikariDataSource();
        more.setDataSource(pool.getDataSource());
        more.setMaximumPoolSize(2);
        jdbc.sql("create table guarded (name text primary key)").update();
        jdbc.sql("insert into guarded values ('held'), ('free')").update();
        lanes = new Lanes<>(
                "test",
                new Lanes.Limits(1, 128, 128),
                name -> name.substring(0, 4),
                names -> {
                    JdbcClient inside = JdbcClient.create(more);
                    inside.sql("set local lock_timeout = '500ms'").update();
                    names.stream()
                            .map(name -> name.substring(0, 4))
                            .distinct()
                            .sorted()
                            .forEach(name -> inside.sql("select name from guarded where name = :name for update")
                                    .param("name", name)
                                    .query(String.class)
                                    .single());
                    return names.stream()
                            .map(name -> (Lanes.Answer<String>) new Lanes.Answer.Done<>(name))
                            .toList();
                },
                new JdbcTransactionManager(more),
                new SimpleMeterRegistry());
        try (more;
                Connection other = pool.getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("select name from guarded where name = 'held' for update");
            List<Future<String>> stuck = new ArrayList<>();
            List<Future<String>> fine = new ArrayList<>();
            lanes.start();
            long began = System.nanoTime();
            for (int i = 0; i < 50; i++) {
                String number = String.valueOf(i);
                stuck.add(callers.submit(() -> lanes.submit("held" + number)));
                fine.add(callers.submit(() -> lanes.submit("free" + number)));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(fine.get(i).get()).isEqualTo("free" + i);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
            for (Future<String> each : stuck) {
                assertThatThrownBy(each::get).hasCauseInstanceOf(KitProblem.Unavailable.class);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void what_has_queued_is_done_before_the_lanes_stop() throws Exception {
        lanes(ONE, this::write);
        busy();
        List<Future<String>> queued = queue("a", "b");
        Thread stopper = Thread.startVirtualThread(lanes::stop);
        Thread.sleep(50);
        gate.countDown();
        stopper.join();
        assertThat(queued.get(1).get()).isEqualTo("did b");
        assertThatThrownBy(() -> lanes.submit("c")).isInstanceOf(KitProblem.Unavailable.class);
    }
}
