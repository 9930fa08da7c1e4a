package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Cable;
import dev.gsv.cmp.Database;
import dev.gsv.cmp.Harness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section 14 of the conformance sheet: what the database does to a call, and that the call says so and costs nothing.
 */
class FaultsTest {

    private static Cable cable;
    private static Harness cmp;

    private Booth booth;
    private Api service;

    /** No jobs on this node: a commit that is counted is one of the call's. */
    @BeforeAll
    static void start() {
        Database database = Database.fresh();
        cable = new Cable(Cable.port(database.url()));
        cmp = Harness.start(
                database, Map.of("DATABASE_URL", cable.through(database.url()), "CMP_ROLES", "api,gateway"));
    }

    @AfterAll
    static void stop() {
        cmp.close();
        cable.close();
    }

    @BeforeEach
    void booth() {
        booth = Booth.of(cmp, Booth.ECHO, Booth.UNLIMITED);
        service = booth.service();
    }

    private Api.Reply topUp(String key) {
        return service.key(key)
                .post("/api/v1/wallets/" + booth.wallet().at("/wallet_id") + "/topups", Map.of("credits_amount", 5));
    }

    private Api.Reply authorize(String key) {
        return service.key(key)
                .post("/api/v1/billing/authorize", Map.of("instance_id", booth.instance(), "requested_budget", 4));
    }

    private Api.Reply settle(String key, String reservation) {
        return service.key(key)
                .post(
                        "/api/v1/billing/settle",
                        Map.of(
                                "reservation_id",
                                reservation,
                                "instance_id",
                                booth.instance(),
                                "usage",
                                Map.of("requests", 2)));
    }

    private Api.Reply release(String reservation) {
        return service.delete("/api/v1/billing/reservations/" + reservation);
    }

    private String held() {
        return authorize(Harness.unique("k")).expect(200).at("/reservation_id");
    }

    /** Each call that changes a wallet, with its key. */
    private List<Function<String, Api.Reply>> calls() {
        String toSettle = held();
        String toRelease = held();
        return List.of(
                this::topUp,
                this::authorize,
                key -> settle(key, toSettle),
                key -> release(toRelease),
                key -> booth.run(booth.api().key(key), "x"));
    }

    /** Makes every change of this wallet fail so many times with this code of PostgreSQL's. */
    private void fail(String code, int times) {
        String name = "fault_" + booth.org().toString().replace("-", "");
        for (String sql : List.of(
                "drop trigger if exists fault on wallet",
                "drop sequence if exists " + name + " cascade",
                "create sequence " + name,
                """
                create or replace function %1$s() returns trigger language plpgsql security definer as $$
                begin
                    if new.org_id = '%2$s' and nextval('%1$s') <= %3$d then
                        raise exception 'injected' using errcode = '%4$s';
                    end if;
                    return new;
                end $$
                """.formatted(name, booth.org(), times, code),
                "create trigger fault before update on wallet for each row execute function " + name + "()")) {
            booth.sql(sql).update();
        }
    }

    private void heal() {
        booth.sql("drop trigger if exists fault on wallet").update();
    }

    private String written() {
        return "%d %d %d %d %s"
                .formatted(
                        booth.count("transfer"),
                        booth.count("hold"),
                        booth.count("reservation"),
                        booth.count("run"),
                        booth.balance());
    }

    @Test
    void cr_04_a_connection_that_is_cut_between_commit_and_answer_leaves_the_answer_under_the_key() {
        for (Function<String, Api.Reply> call : calls().subList(0, 4)) {
            String key = Harness.unique("k");
            String before = written();
            cable.cutAfterCommit(1);
            Api.Reply first = call.apply(key);
            assertThat(cable.wasCut()).as("the answer of the commit was lost").isTrue();
            first.expect(503, "UNAVAILABLE");
            String after = written();
            assertThat(after).as("and it was committed").isNotEqualTo(before);
            Api.Reply again = call.apply(key);
            assertThat(again.status()).isBetween(200, 204);
            assertThat(call.apply(key).text()).isEqualTo(again.text());
            assertThat(written()).as("once").isEqualTo(after);
        }
        booth.keepsTheLaws();
    }

    @Test
    void cr_04_a_run_whose_closing_was_cut_is_charged_once() {
        String key = Harness.unique("k");
        cable.cutAfterCommit(2);
        Api.Reply first = booth.run(booth.api().key(key), "x").expect(200);
        assertThat(cable.wasCut()).isTrue();
        assertThat(first.at("/billing/debited")).isEqualTo("1");
        assertThat(booth.run(booth.api().key(key), "x").expect(200).text()).isEqualTo(first.text());
        assertThat(booth.balance()).isEqualTo("99");
        booth.keepsTheLaws();
    }

    @Test
    void cr_04_a_run_whose_opening_was_cut_runs_and_costs_once() {
        Api caller = booth.api().key(Harness.unique("k"));
        cable.cutAfterCommit(1);
        booth.run(caller, "x").expect(503, "UNAVAILABLE");
        assertThat(cable.wasCut()).isTrue();
        assertThat(booth.count("run")).isEqualTo(1);
        // Nobody runs it: until it is taken for dead, its key is in use.
        booth.run(caller, "x").expect(409, "IDEMPOTENCY_IN_PROGRESS");
        booth.sql("update run set lease_until = clock_timestamp() where org_id = :org")
                .update();
        cmp.bean(Runs.class).abandonOverdue(100);
        Api.Reply answer = booth.run(caller, "x").expect(200);
        assertThat(booth.run(caller, "x").expect(200).text()).isEqualTo(answer.text());
        assertThat(booth.balance()).isEqualTo("99");
        assertThat(booth.wallet().at("/available")).isEqualTo("99");
        booth.keepsTheLaws();
    }

    @Test
    void cr_05_a_full_disk_is_503_changes_nothing_and_is_over_when_there_is_room() {
        List<Function<String, Api.Reply>> calls = calls();
        List<String> keys = new ArrayList<>();
        fail("53100", 1000);
        String before = written();
        for (Function<String, Api.Reply> call : calls) {
            keys.add(Harness.unique("k"));
            Api.Reply refused = call.apply(keys.getLast()).expect(503, "UNAVAILABLE");
            assertThat(refused.header("Retry-After")).isPresent();
            assertThat(written()).isEqualTo(before);
        }
        heal();
        for (int i = 0; i < calls.size(); i++) {
            assertThat(calls.get(i).apply(keys.get(i)).status()).isBetween(200, 204);
        }
        booth.keepsTheLaws();
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01"})
    void cr_07_a_serialization_failure_or_deadlock_is_retried_within_limits_and_then_503(String code) {
        for (Function<String, Api.Reply> call : calls()) {
            fail(code, 2);
            assertThat(call.apply(Harness.unique("k")).status()).as("retried").isBetween(200, 204);
        }
        List<Function<String, Api.Reply>> calls = calls();
        fail(code, 1000);
        String before = written();
        for (Function<String, Api.Reply> call : calls) {
            Api.Reply refused = call.apply(Harness.unique("k")).expect(503, "UNAVAILABLE");
            assertThat(refused.header("Retry-After")).isPresent();
            assertThat(refused.text()).doesNotContain("injected", "Exception");
            assertThat(written()).isEqualTo(before);
        }
        heal();
        booth.keepsTheLaws();
    }

    @Test
    void cr_08_under_load_a_newer_version_adds_to_the_tables_and_this_one_goes_on() throws Exception {
        booth.withCredits(10_000);
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = new ArrayList<>();
            boolean[] stop = new boolean[1];
            for (int i = 0; i < 4; i++) {
                callers.add(threads.submit(() -> {
                    while (!stop[0]) {
                        List<Function<String, Api.Reply>> calls = calls();
                        for (Function<String, Api.Reply> call : calls) {
                            Api.Reply reply = call.apply(Harness.unique("k"));
                            if (reply.status() >= 300) {
                                wrong.add(reply.toString() + reply.text());
                            }
                        }
                        booth.api().get("/api/v1/wallets/me/ledger").expect(200);
                    }
                }));
            }
            // Long enough that every statement of this node has a plan that is kept.
            Thread.sleep(2000);
            for (String table : List.of(
                    "wallet",
                    "hold",
                    "transfer",
                    "reservation",
                    "credit_grant",
                    "run",
                    "instance",
                    "plan",
                    "offering",
                    "offering_version",
                    "organization",
                    "idempotency_record",
                    "instance_quota")) {
                booth.sql("alter table " + table + " add column newer text").update();
                Thread.sleep(50);
            }
            booth.sql("create table newer (id uuid primary key, org_id uuid not null)")
                    .update();
            booth.sql("create index newer_run on run (org_id, finished_at)").update();
            Thread.sleep(700);
            stop[0] = true;
            for (Future<?> each : callers) {
                each.get();
            }
        }
        assertThat(wrong).isEmpty();
        booth.keepsTheLaws();
    }
}
