package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Database;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Pipelines;
import dev.gsv.cmp.orgs.OrgId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class InstanceQuotasTest {

    private final OrgId org = new OrgId(UUID.randomUUID());
    private final UUID instance = UUID.randomUUID();
    private JdbcClient jdbc;
    private InstanceQuotas quotas;
    private TurnstileStore store;
    private Pipelines pipelines;
    private TransactionTemplate transaction;

    @BeforeEach
    void database() {
        PGSimpleDataSource source = Database.fresh().dataSource();
        jdbc = JdbcClient.create(source);
        quotas = new InstanceQuotas(new InstanceQuotaStore(jdbc));
        store = new TurnstileStore();
        pipelines = new Pipelines(new JdbcTemplate(source), new SimpleMeterRegistry());
        transaction = new TransactionTemplate(new JdbcTransactionManager(source));
    }

    private UUID admit(Limits limits) {
        UUID run = UUID.randomUUID();
        transaction.executeWithoutResult(status -> one(run, limits));
        return run;
    }

    private void one(UUID run, Limits limits) {
        InstanceQuotas.Run wanted = InstanceQuotas.Run.of(org, instance, run, limits);
        InstanceTally tally = open(List.of(wanted));
        QuotasProblem refusal = admit(tally, wanted);
        write(tally);
        if (refusal != null) {
            throw refusal;
        }
    }

    private InstanceTally open(List<InstanceQuotas.Run> runs) {
        Map<InstanceQuotas.Counter, InstanceCount> locked = new HashMap<>();
        TurnstileStore.Flight flight = new TurnstileStore.Flight(Instant.EPOCH);
        Pipeline pipeline = pipelines.open();
        store.lockInstances(pipeline, InstanceQuotas.limited(runs), locked);
        store.flight(pipeline, InstanceQuotas.slotted(runs), List.of(), flight);
        pipeline.run();
        return new InstanceTally(locked, flight);
    }

    private static @Nullable QuotasProblem admit(InstanceTally tally, InstanceQuotas.Run run) {
        QuotasProblem refusal = tally.refusal(run);
        if (refusal == null) {
            tally.admit(run);
        }
        return refusal;
    }

    private void write(InstanceTally tally) {
        Pipeline pipeline = pipelines.open();
        store.write(
                pipeline,
                new TurnstileStore.Changes(
                        tally.changed(), tally.slots(), InstanceQuotas.SLOT_TIME, List.of(), List.of()),
                key -> {});
        pipeline.run();
    }

    private void finish(UUID run) {
        Pipeline pipeline = pipelines.open();
        store.end(
                pipeline,
                List.of(new TurnstileStore.Ending(
                        new InstanceQuotas.Counter(org, instance), run, Ticket.ofRun(run), false, 0, false)),
                booking -> {});
        pipeline.run();
    }

    private static Limits limits(@Nullable Integer minute, @Nullable Integer atOnce, @Nullable Integer month) {
        return new Limits(minute, atOnce, month);
    }

    private String state() {
        return jdbc.sql("select coalesce(string_agg(q::text, ' '), '') from instance_quota q")
                        .query(String.class)
                        .single()
                + jdbc.sql("select count(*) from quota_slot")
                        .query(String.class)
                        .single();
    }

    @Test
    void a_refusal_leaves_no_trace_in_any_window() {
        admit(limits(10, 1, 10));
        String before = state();
        assertThatThrownBy(() -> admit(limits(10, 1, 10))).isInstanceOf(QuotasProblem.RateLimited.class);
        assertThatThrownBy(() -> admit(limits(1, 9, 10))).isInstanceOf(QuotasProblem.RateLimited.class);
        assertThatThrownBy(() -> admit(limits(9, 9, 1))).isInstanceOf(QuotasProblem.QuotaExceeded.class);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void a_run_that_a_later_gate_refuses_was_never_counted() {
        String before = state();
        transaction.executeWithoutResult(status -> {
            one(UUID.randomUUID(), limits(1, 1, 1));
            status.setRollbackOnly();
        });
        assertThat(state()).isEqualTo(before);
        admit(limits(1, 1, 1));
    }

    @Test
    void an_instance_never_has_more_runs_open_at_once_than_its_limit() throws Exception {
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            calls.add(() -> {
                try {
                    admit(limits(null, 7, null));
                    return true;
                } catch (QuotasProblem.RateLimited refused) {
                    return false;
                }
            });
        }
        int admitted = 0;
        try (var threads = Executors.newFixedThreadPool(12)) {
            for (Future<Boolean> call : threads.invokeAll(calls)) {
                admitted += call.get() ? 1 : 0;
            }
        }
        assertThat(admitted).isEqualTo(7);
    }

    @Test
    void of_a_list_exactly_as_many_as_the_limit_are_let_in_and_what_is_withdrawn_was_never_counted() {
        List<InstanceQuotas.Run> runs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            runs.add(InstanceQuotas.Run.of(org, instance, UUID.randomUUID(), limits(3, 9, null)));
        }
        transaction.executeWithoutResult(status -> {
            InstanceTally tally = open(runs);
            runs.subList(0, 3).forEach(run -> assertThat(admit(tally, run)).isNull());
            assertThat(admit(tally, runs.get(3))).isInstanceOf(QuotasProblem.RateLimited.class);
            runs.subList(0, 2).forEach(tally::takeBack);
            runs.subList(3, 5).forEach(run -> assertThat(admit(tally, run)).isNull());
            write(tally);
        });
        assertThat(jdbc.sql("select in_minute from instance_quota")
                        .query(Integer.class)
                        .single())
                .isEqualTo(3);
        assertThat(jdbc.sql("select count(*) from quota_slot")
                        .query(Integer.class)
                        .single())
                .isEqualTo(3);
    }

    @Test
    void a_finished_run_makes_room_once() {
        UUID run = admit(limits(null, 1, null));
        finish(run);
        finish(run);
        admit(limits(null, 1, null));
        assertThatThrownBy(() -> admit(limits(null, 1, null))).isInstanceOf(QuotasProblem.RateLimited.class);
    }

    @Test
    void a_slot_of_a_dead_process_is_free_again_after_its_time() {
        admit(limits(null, 1, null));
        jdbc.sql("update quota_slot set expires_at = clock_timestamp()").update();
        admit(limits(null, 1, null));
        assertThat(quotas.sweep(10)).isEqualTo(1);
        assertThat(jdbc.sql("select count(*) from quota_slot")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void an_unlimited_plan_is_never_counted() {
        admit(limits(null, null, null));
        assertThat(state()).isEqualTo("0");
    }

    @Test
    void a_new_minute_and_a_new_month_begin_at_zero() {
        admit(limits(1, null, 1));
        jdbc.sql("update instance_quota set minute = minute - interval '1 minute'")
                .update();
        assertThatThrownBy(() -> admit(limits(1, null, 1))).isInstanceOf(QuotasProblem.QuotaExceeded.class);
        jdbc.sql("update instance_quota set month = month - interval '1 month'").update();
        admit(limits(1, null, 1));
    }

    @Test
    void a_refusal_says_which_limit_and_when_to_come_back() {
        admit(limits(1, null, null));
        assertThatThrownBy(() -> admit(limits(1, null, null)))
                .isInstanceOfSatisfying(QuotasProblem.RateLimited.class, refused -> {
                    assertThat(refused.retryAfter().orElseThrow()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
                    assertThat(refused.details().getFirst().path()).isEqualTo("limits.requests_per_minute");
                });
        jdbc.sql("update instance_quota set minute = minute - interval '1 minute'")
                .update();
        assertThatThrownBy(() -> admit(limits(5, null, 1)))
                .isInstanceOfSatisfying(
                        QuotasProblem.QuotaExceeded.class,
                        refused -> assertThat(refused.retryAfter().orElseThrow())
                                .isBetween(Duration.ZERO, Duration.ofDays(31)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 60 | 4 | 500",
                "{\"requests_per_minute\":null,\"max_concurrent\":null,\"requests_per_month\":null} | | | ",
                "{\"requests_per_minute\":5,\"max_concurrent\":2,\"requests_per_month\":9} | 5 | 2 | 9",
                "{\"requests_per_minute\":\"many\",\"max_concurrent\":-1,\"requests_per_month\":1.5} | 60 | 4 | 500"
            })
    void an_explicit_null_is_unlimited_and_an_absent_name_the_default(
            String json, @Nullable Integer minute, @Nullable Integer atOnce, @Nullable Integer month) {
        assertThat(Limits.of(Json.mapper().readTree(json), 500)).isEqualTo(limits(minute, atOnce, month));
    }
}
