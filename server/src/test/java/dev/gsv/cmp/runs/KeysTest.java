package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section 3 of the conformance sheet where it concerns runs, and many callers at once. */
class KeysTest {

    @AfterEach
    void well() {
        Booth.model().mood = OddModel.Mood.WELL;
    }

    static <T> List<T> together(int callers, Callable<T> work) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> all = IntStream.range(0, callers)
                    .mapToObj(i -> threads.submit(work))
                    .toList();
            List<T> answers = new ArrayList<>();
            for (Future<T> each : all) {
                answers.add(each.get());
            }
            return answers;
        }
    }

    @Test
    void a_key_answers_as_it_answered_the_first_time() {
        Booth booth = Booth.of(Booth.MODEL, Map.of());
        Api caller = booth.api().key(Harness.unique("k"));
        Api.Reply first = booth.run(caller, "x").expect(200);
        Api.Reply again = booth.run(caller, "x").expect(200);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("Idempotency-Replayed")).contains("true");
        assertThat(first.header("Idempotency-Replayed")).isEmpty();
        assertThat(booth.balance()).isEqualTo("97");
        assertThat(booth.count("run")).isEqualTo(1);
    }

    @Test
    void the_stored_answer_comes_before_the_state_of_the_instance() {
        Booth booth = Booth.of(Booth.ECHO, Map.of());
        Api caller = booth.api().key(Harness.unique("k"));
        Api.Reply first = booth.run(caller, "x").expect(200);
        booth.api().post("/api/v1/instances/" + booth.instance() + "/pause").expect(200);
        assertThat(booth.run(caller, "x").expect(200).text()).isEqualTo(first.text());
        booth.run(booth.stranger().api().key("k"), "x").expect(404);
    }

    @Test
    void id_01_a_hundred_parallel_calls_with_one_key_are_one_run() throws Exception {
        Booth booth = Booth.of(Booth.MODEL, Booth.UNLIMITED);
        Api caller = booth.api().key(Harness.unique("k"));
        Set<String> answers = new HashSet<>();
        for (Api.Reply reply : together(100, () -> booth.run(caller, "x"))) {
            answers.add(reply.expect(200).text());
        }
        assertThat(answers).hasSize(1);
        assertThat(booth.balance()).isEqualTo("97");
        booth.keepsTheLaws();
    }

    @Test
    void id_02_a_key_is_not_used_for_something_else() {
        Booth booth = Booth.of(Booth.ECHO, Map.of());
        Api caller = booth.api().key(Harness.unique("k"));
        booth.run(caller, "x").expect(200);
        booth.run(caller, "y").expect(409, "IDEMPOTENCY_PAYLOAD_MISMATCH");
        assertThat(booth.balance()).isEqualTo("99");
    }

    @Test
    void id_04_and_id_05_a_refusal_stays_until_a_new_key() {
        Booth booth = Booth.of(Booth.ECHO, Map.of()).withCredits(0);
        Api caller = booth.api().key(Harness.unique("k"));
        Api.Reply refused = booth.run(caller, "x").expect(402, "INSUFFICIENT_CREDITS");
        booth.topUp(5);
        assertThat(booth.run(caller, "x").expect(402).text()).isEqualTo(refused.text());
        booth.run(booth.api().key(Harness.unique("k")), "x").expect(200);
    }

    @Test
    void id_24_a_refusal_for_the_state_is_kept_too() {
        Booth booth = Booth.of(Booth.ECHO, Map.of());
        Api caller = booth.api().key(Harness.unique("k"));
        booth.api().post("/api/v1/instances/" + booth.instance() + "/pause").expect(200);
        Api.Reply refused = booth.run(caller, "x").expect(409, "INSTANCE_PAUSED");
        booth.api().post("/api/v1/instances/" + booth.instance() + "/resume").expect(200);
        assertThat(booth.run(caller, "x").expect(409).text()).isEqualTo(refused.text());
    }

    @Test
    void id_06_a_failure_of_ours_leaves_the_key_free() {
        Booth booth = Booth.of(Booth.MODEL, Map.of("requests_per_month", 3));
        Api caller = booth.api().key(Harness.unique("k"));
        Booth.model().mood = OddModel.Mood.BROKEN;
        booth.run(caller, "x").expect(502);
        Booth.model().mood = OddModel.Mood.WELL;
        booth.run(caller, "x").expect(200);
        assertThat(booth.balance()).isEqualTo("97");
    }

    @Test
    void id_07_keys_of_two_organizations_are_independent() {
        Booth one = Booth.of(Booth.ECHO, Map.of());
        Booth other = Booth.of(Booth.ECHO, Map.of());
        String key = Harness.unique("k");
        one.run(one.api().key(key), "x").expect(200);
        assertThat(other.run(other.api().key(key), "y").expect(200).at("/output/text"))
                .isEqualTo("y");
    }

    @Test
    void id_12_a_call_whose_first_still_runs_waits_and_then_is_told_to_come_back() throws Exception {
        Booth booth = Booth.of(Booth.MODEL, Map.of());
        Booth.model().mood = OddModel.Mood.NEVER;
        Api caller = booth.api().key(Harness.unique("k"));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Api.Reply> first = threads.submit(() -> booth.run(caller, "x"));
            while (booth.count("run") == 0) {
                Thread.sleep(20);
            }
            Api.Reply second = booth.run(caller, "x").expect(409, "IDEMPOTENCY_IN_PROGRESS");
            assertThat(second.header("Retry-After")).contains("1");
            first.get().expect(504, "RUN_TIMEOUT");
        }
        Booth.model().mood = OddModel.Mood.WELL;
        booth.run(caller, "x").expect(200);
    }

    @Test
    void id_14_and_id_15_the_same_request_in_another_spelling_is_a_replay() {
        Booth booth = Booth.of(Booth.ECHO, Map.of());
        Api caller = booth.api().key(Harness.unique("k"));
        Api.Reply first = booth.run(caller, "x").expect(200);
        Api.Reply again = caller.post(
                        "/v1/runs/",
                        "{ \"input\" : {\"query\":\"x\"},\n \"instance_id\":\"" + booth.instance() + "\" }")
                .expect(200);
        assertThat(again.text()).isEqualTo(first.text());
    }

    @Test
    void the_callers_own_name_of_a_run_makes_it_repeatable() {
        Booth booth = Booth.of(Booth.ECHO, Map.of());
        Map<String, Object> body = new HashMap<>(booth.question("x"));
        body.put("metadata", Map.of("client_run_id", "c-42"));
        Api.Reply first = booth.api().post("/v1/runs", body).expect(200);
        assertThat(booth.api().post("/v1/runs", body).expect(200).text()).isEqualTo(first.text());
        assertThat(booth.balance()).isEqualTo("99");
    }

    @ParameterizedTest
    @CsvSource({"200, 50", "1000, 100"})
    void of_many_parallel_runs_as_many_answer_as_there_are_credits(int runs, int credits) throws Exception {
        Booth booth = Booth.of(Booth.ECHO, Booth.UNLIMITED).withCredits(credits);
        // Software: a person has a quota of runs at once.
        Api software = booth.withKey();
        Map<Integer, Integer> statuses = new HashMap<>();
        for (Api.Reply reply : together(runs, () -> booth.run(software, "x"))) {
            statuses.merge(reply.status(), 1, Integer::sum);
        }
        assertThat(statuses).isEqualTo(Map.of(200, credits, 402, runs - credits));
        assertThat(booth.balance()).isEqualTo("0");
        assertThat(booth.wallet().at("/available")).isEqualTo("0");
        booth.keepsTheLaws();
    }

    @Test
    void max_concurrent_is_exact_and_slots_come_back() throws Exception {
        Booth booth = Booth.of(Booth.MODEL, Map.of("max_concurrent", 3));
        Booth.model().mood = OddModel.Mood.SLOW;
        Map<Integer, Integer> statuses = new HashMap<>();
        for (Api.Reply reply : together(10, () -> booth.run("x"))) {
            statuses.merge(reply.status(), 1, Integer::sum);
        }
        assertThat(statuses).isEqualTo(Map.of(200, 3, 429, 7));
        Booth.model().mood = OddModel.Mood.WELL;
        booth.run("x").expect(200);
        assertThat(booth.count("quota_slot")).isZero();
    }
}
