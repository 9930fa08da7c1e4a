package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.kit.Credits;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What breaks during a run, and that nobody pays for it twice or for nothing. */
class TroubleTest {

    @AfterEach
    void well() {
        Booth.model().mood = OddModel.Mood.WELL;
    }

    static void until(Duration atMost, BooleanSupplier done) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.sleep(50);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NEVER,504,RUN_TIMEOUT,timed_out",
        "HTML,502,EXECUTION_FAILED,failed",
        "BROKEN,502,EXECUTION_FAILED,failed",
        "HANGS_UP,502,EXECUTION_FAILED,failed"
    })
    void a_run_that_fails_or_times_out_is_never_charged(OddModel.Mood mood, int status, String code, String state) {
        Booth booth = Booth.of(Booth.MODEL, Map.of());
        Booth.model().mood = mood;
        Api.Reply reply = booth.run("x").expect(status, code);
        assertThat(reply.text()).doesNotContain("sk-secret", "127.0.0.1", "Exception");
        assertThat(booth.balance()).isEqualTo("100");
        assertThat(booth.wallet().at("/available")).isEqualTo("100");
        assertThat(booth.sql("select status from run where org_id = :org")
                        .query(String.class)
                        .single())
                .isEqualTo(state);
        assertThat(booth.ledgerAmounts()).containsExactly("trial_grant 100");
        assertThat(booth.count("quota_slot")).isZero();
        assertThat(booth.sql("""
                                select -sum(amount_micros) from entry where org_id = :org and account = 'absorbed'
                                """).query(Long.class).single())
                .as("the request that was measured is the platform's cost")
                .isEqualTo(1_000_000);
        booth.keepsTheLaws();
    }

    @Test
    void a_run_whose_flow_was_changed_in_the_storage_does_not_run() throws Exception {
        Booth booth = Booth.of(Booth.ECHO, Map.of());
        booth.run("x").expect(200);
        String key = booth.sql("""
                        select v.artifact_s3_key from offering_version v
                        join instance i on i.offering_version_id = v.id where i.org_id = :org
                        """).query(String.class).single();
        try (var files = java.nio.file.Files.walk(booth.harness().data())) {
            java.nio.file.Path file = files.filter(path -> path.toString().endsWith(key))
                    .findFirst()
                    .orElseThrow();
            file.toFile().setWritable(true);
            java.nio.file.Files.writeString(file, Booth.MODEL);
        }
        booth.run("x").expect(500, "ARTIFACT_HASH_MISMATCH");
        assertThat(booth.balance()).isEqualTo("99");
    }

    @Test
    void tp_32_a_caller_who_hangs_up_finds_the_answer_under_the_key() throws Exception {
        Booth booth = Booth.of(Booth.MODEL, Map.of());
        Booth.model().mood = OddModel.Mood.SLOW;
        String key = Harness.unique("k");
        String body = "{\"instance_id\":\"" + booth.instance() + "\",\"input\":{\"query\":\"x\"}}";
        URI base = URI.create(booth.harness().base());
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.getOutputStream()
                    .write(("POST /v1/runs HTTP/1.1\r\nHost: cmp\r\nContent-Type: application/json"
                                    + "\r\nAuthorization: Bearer "
                                    + booth.buyer().person().token() + "\r\nIdempotency-Key: " + key
                                    + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            until(Duration.ofSeconds(10), () -> booth.count("run") == 1);
            socket.setSoLinger(true, 0);
        }
        until(
                Duration.ofSeconds(10),
                () -> booth.sql("select status from run where org_id = :org")
                        .query(String.class)
                        .single()
                        .equals("succeeded"));
        Api.Reply answer = booth.run(booth.api().key(key), "x").expect(200);
        assertThat(answer.header("Idempotency-Replayed")).contains("true");
        assertThat(answer.at("/output/text")).isEqualTo("An odd answer.");
        assertThat(booth.balance()).isEqualTo("97");
        assertThat(booth.count("run")).isEqualTo(1);
    }

    @Test
    void tp_36_a_settlement_that_cannot_be_written_is_written_later_and_once() throws Exception {
        Booth booth = Booth.of(Booth.MODEL, Map.of());
        Booth.model().mood = OddModel.Mood.SLOW;
        Api caller = booth.api().key(Harness.unique("k"));
        Api.Reply answer;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection connection = booth.harness().database().dataSource().getConnection()) {
            Future<Api.Reply> running = threads.submit(() -> booth.run(caller, "x"));
            until(Duration.ofSeconds(10), () -> booth.count("run") == 1);
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "select 1 from run where org_id = '" + booth.org() + "' for update")) {
                assertThat(row.next()).isTrue();
                answer = running.get().expect(200);
            }
            connection.rollback();
        }
        assertThat(answer.at("/output/text")).isEqualTo("An odd answer.");
        assertThat(answer.at("/billing/status")).isEqualTo("pending_reconciliation");
        assertThat(answer.at("/billing/debited")).isEqualTo("0");
        until(Duration.ofSeconds(20), () -> booth.balance().equals("97"));
        Thread.sleep(3500);
        assertThat(booth.ledgerAmounts()).containsExactly("usage -3", "trial_grant 100");
        assertThat(booth.run(caller, "x").expect(200).text()).isEqualTo(answer.text());
        booth.api().get("/api/v1/runs/" + answer.at("/run_id") + "/usage").expect(200);
        booth.keepsTheLaws();
    }

    @Test
    void a_run_whose_process_died_is_abandoned_and_its_credit_is_free_again() throws Exception {
        Booth booth = Booth.of(Booth.MODEL, Map.of("max_concurrent", 1));
        Booth.model().mood = OddModel.Mood.SLOW;
        Api caller = booth.api().key(Harness.unique("k"));
        Api.Reply answer;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Api.Reply> running = threads.submit(() -> booth.run(caller, "x"));
            until(Duration.ofSeconds(10), () -> booth.count("run") == 1);
            // As another node sees it: the lease is over and nobody closed the run.
            booth.sql("update run set lease_until = clock_timestamp() where org_id = :org")
                    .update();
            booth.harness().bean(Runs.class).abandonOverdue(100);
            assertThat(booth.wallet().at("/available")).isEqualTo("100");
            assertThat(booth.count("hold")).isZero();
            // The process was only frozen: it answered after all, so it is charged, from what is available.
            answer = running.get().expect(200);
        }
        assertThat(booth.balance()).isEqualTo("97");
        assertThat(booth.sql("select status from run where org_id = :org")
                        .query(String.class)
                        .single())
                .isEqualTo("succeeded");
        // Its key was given back when it was taken for dead, and taken again since nobody had used it.
        Booth.model().mood = OddModel.Mood.WELL;
        assertThat(booth.run(caller, "x").expect(200).text()).isEqualTo(answer.text());
        booth.run(caller, "y").expect(409, "IDEMPOTENCY_PAYLOAD_MISMATCH");
        assertThat(booth.balance()).isEqualTo("97");
        booth.keepsTheLaws();
    }

    @Test
    void a_late_answer_whose_key_was_used_again_is_not_charged() throws Exception {
        Booth booth = Booth.of(Booth.MODEL, Map.of());
        Booth.model().mood = OddModel.Mood.SLOW;
        Api caller = booth.api().key(Harness.unique("k"));
        Api.Reply late;
        Api.Reply again;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Api.Reply> running = threads.submit(() -> booth.run(caller, "x"));
            until(Duration.ofSeconds(10), () -> booth.count("run") == 1);
            booth.sql("update run set lease_until = clock_timestamp() where org_id = :org")
                    .update();
            booth.harness().bean(Runs.class).abandonOverdue(100);
            Booth.model().mood = OddModel.Mood.WELL;
            again = booth.run(caller, "x").expect(200);
            late = running.get().expect(200);
        }
        assertThat(again.at("/billing/debited")).isEqualTo("3");
        assertThat(late.at("/billing/debited")).isEqualTo("0");
        assertThat(late.at("/billing/status")).isEqualTo("released");
        assertThat(booth.balance()).as("one key is one charge").isEqualTo("97");
        assertThat(booth.run(caller, "x").expect(200).text()).isEqualTo(again.text());
        booth.keepsTheLaws();
    }

    @Test
    void tp_36_a_settlement_that_comes_after_the_run_was_taken_for_dead_still_charges_once() throws Exception {
        Booth booth = Booth.of(Booth.MODEL, Map.of());
        limited(booth);
        long tokens;
        Booth.model().mood = OddModel.Mood.SLOW;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Api.Reply> running = threads.submit(() -> booth.run("x"));
            until(Duration.ofSeconds(10), () -> booth.count("run") == 1);
            Api.Reply answer;
            try (Connection connection = booth.harness().database().dataSource().getConnection()) {
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("select 1 from wallet where org_id = '" + booth.org() + "' for update");
                }
                answer = running.get().expect(200);
                connection.rollback();
            }
            assertThat(answer.at("/billing/status")).isEqualTo("pending_reconciliation");
            JsonNode usage = answer.json().path("usage");
            tokens = usage.path("llm_tokens_in").asLong()
                    + usage.path("llm_tokens_out").asLong();
            booth.sql("update run set lease_until = clock_timestamp() where org_id = :org and status = 'running'")
                    .update();
            booth.harness().bean(Runs.class).abandonOverdue(100);
            assertThat(Limited.spent(booth)).as("held by nobody").endsWith("held 0");
            until(Duration.ofSeconds(20), () -> booth.balance().equals("97"));
            Thread.sleep(3500);
            assertThat(booth.ledgerAmounts()).containsExactly("usage -3", "trial_grant 100");
        }
        assertThat(tokens).isPositive();
        assertThat(Limited.spent(booth)).as("a dollar for a million").isEqualTo("spent " + tokens + " held 0");
        assertThat(Limited.counted(booth)).isEqualTo("requests 1 tokens " + tokens);
        booth.keepsTheLaws();
    }

    /** Under a budget of the provider and a quota of its members. */
    private static void limited(Booth booth) {
        Api operator = Signed.in(Booth.house(), "cmp-admin").api();
        String admin = "/api/v1/admin/control-plane";
        String slug = booth.api()
                .get("/api/v1/orgs/" + booth.org().value())
                .expect(200)
                .at("/slug");
        operator.post(
                        admin + "/prices",
                        "{\"provider\": \"openai\", \"model\": \"odd\", \"input_usd_per_million\": 1,"
                                + " \"output_usd_per_million\": 1}")
                .expect(201);
        operator.post(
                        admin + "/policies/budget?project=default&tenant=" + slug,
                        Map.of("provider", "openai", "usd_per_day", 100))
                .expect(201);
        operator.post(
                        admin + "/policies/quota?project=default&tenant=" + slug,
                        Map.of("user_type", "paid", "requests_per_day", 10))
                .expect(201);
    }

    @Test
    void a_service_cannot_end_the_hold_of_a_run_that_goes_on() throws Exception {
        Booth booth = Booth.of(Booth.MODEL, Map.of());
        Booth.model().mood = OddModel.Mood.SLOW;
        Api service = booth.service();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Api.Reply> running = threads.submit(() -> booth.run("x"));
            until(Duration.ofSeconds(10), () -> booth.count("hold") == 1);
            String reservation = booth.sql("select id::text from hold where org_id = :org")
                    .query(String.class)
                    .single();
            service.post(
                            "/api/v1/billing/settle",
                            Map.of(
                                    "reservation_id",
                                    reservation,
                                    "instance_id",
                                    booth.instance(),
                                    "usage",
                                    Map.of("requests", 1)))
                    .expect(409, "INVALID_STATE");
            service.delete("/api/v1/billing/reservations/" + reservation).expect(409, "INVALID_STATE");
            running.get().expect(200);
        }
        assertThat(booth.balance()).isEqualTo("97");
    }

    @Test
    void a_run_that_can_never_be_settled_keeps_no_other_waiting() {
        Booth booth = Booth.of(Booth.ECHO, Map.of());
        Unsettled unsettled = booth.harness().bean(Unsettled.class);
        Opened unknown = new Opened(
                booth.org(),
                UUID.randomUUID(),
                UUID.fromString(booth.instance()),
                UUID.randomUUID(),
                null,
                Credits.ZERO);
        unsettled.keep(new Unsettled.Late(unknown, Ending.abandoned(), null));
        booth.harness().bean(Living.class).reconcile();
        assertThat(unsettled.waiting(10)).noneMatch(late -> late.run().run().equals(unknown.run()));
    }

    @Test
    void no_transaction_is_open_while_a_flow_runs() throws Exception {
        Booth booth = Booth.of(Booth.MODEL, Map.of());
        Booth.model().mood = OddModel.Mood.SLOW;
        int before = Booth.model().asked.get();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Api.Reply> running = threads.submit(() -> booth.run("x"));
            until(Duration.ofSeconds(10), () -> Booth.model().asked.get() > before);
            // Whoever held a lock of this run would now stop us.
            booth.sql("select 1 from wallet where org_id = :org for update nowait")
                    .query(Integer.class)
                    .single();
            booth.sql("select 1 from run where org_id = :org for update nowait")
                    .query(Integer.class)
                    .single();
            booth.sql("select 1 from instance_quota where org_id = :org for update nowait")
                    .query(Integer.class)
                    .single();
            running.get().expect(200);
        }
    }

    @Test
    void a_price_that_changes_during_a_run_is_not_its_price() throws Exception {
        Booth booth = Booth.of(Booth.MODEL, Map.of());
        Booth.model().mood = OddModel.Mood.SLOW;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Api.Reply> running = threads.submit(() -> booth.run("x"));
            until(Duration.ofSeconds(10), () -> booth.count("run") == 1);
            booth.sql("""
                            update plan set rate_card = '{"each": {"requests": 50}}'
                            where id = (select plan_id from instance where org_id = :org)
                            """).update();
            assertThat(running.get().expect(200).at("/billing/debited"))
                    .as("TP-37")
                    .isEqualTo("3");
        }
        Booth.model().mood = OddModel.Mood.WELL;
        assertThat(booth.run("x").expect(200).at("/billing/debited")).isEqualTo("50");
    }
}
