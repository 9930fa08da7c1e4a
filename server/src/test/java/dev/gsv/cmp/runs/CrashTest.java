package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Cmp;
import dev.gsv.cmp.Database;
import dev.gsv.cmp.Harness;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A node that is killed, or frozen and continued, in the middle of its runs, over a real database. */
class CrashTest {

    private static final int RUNS = 100;
    private static final int FROZEN = 16;

    @Test
    void cr_01_kill_9_in_the_middle_of_a_hundred_runs_loses_and_doubles_nothing() throws Exception {
        Database database = Database.fresh();
        try (OddModel model = new OddModel()) {
            // This node stays; it is the one that finds the dead, and it is where the buyer looks afterwards.
            try (Harness stays = Harness.start(
                    database,
                    Map.of(
                            "OPENAI_BASE_URL", model.url(),
                            "RUN_TIMEOUT_SECONDS", "3",
                            "RESERVATION_TTL_SECONDS", "4",
                            "JOBS_POLL_SECONDS", "1"))) {
                Booth booth = Booth.of(stays, Booth.MODEL, Booth.UNLIMITED).withCredits(600);
                Map<String, String> answered = new ConcurrentHashMap<>();
                int port = freePort();
                Process child = child(database, model, port, stays, 3);
                try {
                    runAndKill(booth, child, port, model, answered);
                } finally {
                    child.destroyForcibly().waitFor();
                }
                afterwards(booth, answered);
            }
        }
    }

    /** The credit of a hold and the patience for a run are over when the node wakes up, and its callers were told. */
    @Test
    void cr_03_a_node_that_is_frozen_past_its_holds_and_continued_settles_nothing_twice() throws Exception {
        Database database = Database.fresh();
        try (OddModel model = new OddModel();
                Harness stays = Harness.start(database, Map.of("OPENAI_BASE_URL", model.url()))) {
            Booth booth = Booth.of(stays, Booth.MODEL, Booth.UNLIMITED).withCredits(600);
            int port = freePort();
            Process child = child(database, model, port, stays, 30);
            try {
                freeze(booth, child, port, model, stays);
            } finally {
                child.destroyForcibly().waitFor();
            }
            booth.keepsTheLaws();
        }
    }

    private static void freeze(Booth booth, Process child, int port, OddModel model, Harness stays) throws Exception {
        Api frozen = Api.at("http://127.0.0.1:" + port).as(booth.apiKey());
        Api other = booth.withKey();
        TroubleTest.until(Duration.ofSeconds(120), () -> up(frozen));
        model.mood = OddModel.Mood.SLOW;
        Map<String, Api.Reply> again = new HashMap<>();
        List<Future<Api.Reply>> late = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < FROZEN; i++) {
                String key = "run-" + i;
                late.add(threads.submit(() -> booth.run(frozen.key(key), "x")));
            }
            TroubleTest.until(Duration.ofSeconds(60), () -> running(booth).size() >= FROZEN / 2);
            signal("STOP", child);
            model.mood = OddModel.Mood.WELL;
            List<String> keys = running(booth);
            // As much later as a hold and the lease of a run last.
            for (String later : List.of("hold set expires_at", "wallet set due_at", "run set lease_until")) {
                booth.sql("update " + later + " = clock_timestamp() where org_id = :org")
                        .update();
            }
            stays.bean(Runs.class).abandonOverdue(100);
            assertThat(booth.wallet().at("/reserved")).isEqualTo("0");
            for (String key : keys.subList(0, keys.size() / 2)) {
                again.put(key, booth.run(other.key(key), "x").expect(200));
            }
            signal("CONT", child);
            for (Future<Api.Reply> each : late) {
                each.get();
            }
        }
        assertThat(booth.sql("select count(*) from transfer where org_id = :org and reason = 'KEY_USED_AGAIN'")
                        .query(Long.class)
                        .single())
                .as("late answers that nobody pays")
                .isPositive();
        for (int i = 0; i < FROZEN; i++) {
            String key = "run-" + i;
            String answer = booth.run(other.key(key), "x").expect(200).text();
            assertThat(answer).isEqualTo(again.containsKey(key) ? again.get(key).text() : answer);
        }
        assertThat(booth.balance()).as("one key is one charge").isEqualTo(String.valueOf(600 - 3 * FROZEN));
        assertThat(booth.count("hold")).isZero();
    }

    private static List<String> running(Booth booth) {
        return booth.sql("select key from run where org_id = :org and status = 'running'")
                .query(String.class)
                .list();
    }

    private static void signal(String name, Process child) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(child.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static void runAndKill(Booth booth, Process child, int port, OddModel model, Map<String, String> answered)
            throws Exception {
        // A person may have eight runs at once; software is limited by its plan alone.
        Api caller = Api.at("http://127.0.0.1:" + port).as(booth.apiKey());
        TroubleTest.until(Duration.ofSeconds(120), () -> up(caller));
        model.mood = OddModel.Mood.WELL;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                String key = "run-" + i;
                if (i == RUNS / 2) {
                    TroubleTest.until(Duration.ofSeconds(60), () -> !answered.isEmpty());
                    model.mood = OddModel.Mood.SLOW;
                }
                all.add(threads.submit(() -> {
                    try {
                        Api.Reply reply = booth.run(caller.key(key), "x");
                        if (reply.status() == 200) {
                            answered.put(key, reply.text());
                        }
                    } catch (UncheckedIOException e) {
                        // The node died under this call: its end is unknown to the caller.
                    }
                }));
            }
            TroubleTest.until(Duration.ofSeconds(60), () -> running(booth).size() >= RUNS / 10);
            child.destroyForcibly().waitFor();
            for (Future<?> each : all) {
                each.get();
            }
        }
        model.mood = OddModel.Mood.WELL;
    }

    private static void afterwards(Booth booth, Map<String, String> answered) throws Exception {
        Api asKey = booth.api().anonymous().as(booth.apiKey());
        TroubleTest.until(
                Duration.ofSeconds(60), () -> booth.sql("""
                        select count(*) from run where org_id = :org and status = 'running'
                        """).query(Long.class).single() == 0);
        TroubleTest.until(
                Duration.ofSeconds(60), () -> booth.wallet().at("/reserved").equals("0"));
        booth.keepsTheLaws();
        long succeeded = booth.sql("select count(*) from run where org_id = :org and status = 'succeeded'")
                .query(Long.class)
                .single();
        assertThat(booth.sql("select count(*) from run where org_id = :org and status = 'abandoned'")
                        .query(Long.class)
                        .single())
                .as("some runs were in the air")
                .isPositive();
        assertThat(booth.balance()).as("each success is paid once").isEqualTo(String.valueOf(600 - 3 * succeeded));
        assertThat(succeeded).isGreaterThanOrEqualTo(answered.size());
        for (Map.Entry<String, String> answer : answered.entrySet()) {
            assertThat(booth.run(asKey.key(answer.getKey()), "x").expect(200).text())
                    .as("no answered success is lost")
                    .isEqualTo(answer.getValue());
        }
        for (int i = 0; i < RUNS; i++) {
            booth.run(asKey.key("run-" + i), "x").expect(200);
        }
        assertThat(booth.balance())
                .as("the same hundred keys again: a hundred runs are paid, none twice")
                .isEqualTo(String.valueOf(600 - 3 * RUNS));
        assertThat(booth.sql("select sum(requests) from usage_record where org_id = :org")
                        .query(Long.class)
                        .single())
                .as("EV-01 the use of every answered run is there, each once")
                .isEqualTo(RUNS);
        booth.keepsTheLaws();
    }

    private static boolean up(Api caller) {
        try {
            return caller.get("/v1/health").status() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Process child(Database database, OddModel model, int port, Harness stays, int seconds)
            throws IOException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx600m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Cmp.class.getName(),
                        "--server.port=" + port,
                        "--CMP_DEMO=false",
                        "--CMP_DATA=" + stays.data(),
                        // Two nodes of one installation trust one issuer.
                        "--PUBLIC_URL=" + stays.base(),
                        "--DATABASE_URL=" + database.url(),
                        "--cmp.database.allow-losing-commits=true",
                        "--OPENAI_BASE_URL=" + model.url(),
                        "--RUN_TIMEOUT_SECONDS=" + seconds,
                        "--RESERVATION_TTL_SECONDS=4",
                        "--CMP_ROLES=api,gateway")
                .redirectErrorStream(true)
                .start();
        Path log = Files.createTempFile("cmp-child", ".log");
        Thread.ofVirtual().start(() -> {
            try (BufferedReader out = child.inputReader()) {
                Files.write(log, (Iterable<String>) out.lines()::iterator);
            } catch (IOException e) {
                // The child was killed, which is the point.
            }
        });
        return child;
    }
}
