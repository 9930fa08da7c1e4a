package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gsv.cmp.Database;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class QuotasTest {

    private static final Duration LEASE = Duration.ofSeconds(75);
    private static final DataSource SOURCE = Database.fresh().dataSource();
    private static final JdbcClient JDBC = JdbcClient.create(SOURCE);
    private static final TransactionTemplate TRANSACTION = new TransactionTemplate(new JdbcTransactionManager(SOURCE));

    private final Quotas quotas = new Quotas(new QuotaStore(JDBC));
    private final OrgId org = new OrgId(UUID.randomUUID());
    private final UUID instance = UUID.randomUUID();

    private UUID admit(Limits limits) {
        UUID run = UUID.randomUUID();
        TRANSACTION.executeWithoutResult(status -> quotas.admit(org, instance, run, limits, LEASE));
        return run;
    }

    private static Limits limits(Long minute, Long month, Long concurrent) {
        return new Limits(minute, month, concurrent);
    }

    private String counted() {
        return JDBC.sql("select minute_used || '/' || month_used from quota_window where instance_id = :instance")
                .param("instance", instance)
                .query(String.class)
                .optional()
                .orElse("0/0");
    }

    private void shift(String column, String by) {
        JDBC.sql("update quota_window set " + column + " = " + column + " - interval '" + by + "'"
                        + " where instance_id = :instance")
                .param("instance", instance)
                .update();
    }

    @Test
    void the_minute_is_exact_and_says_when_to_come_back() {
        Limits limits = limits(3L, null, null);
        for (int i = 0; i < 3; i++) {
            admit(limits);
        }
        QuotasProblem.RateLimited refusal = catchThrowableOfType(QuotasProblem.RateLimited.class, () -> admit(limits));
        if (refusal == null) {
            // The minute ended within this test; the next one is young.
            for (int i = 0; i < 2; i++) {
                admit(limits);
            }
            refusal = catchThrowableOfType(QuotasProblem.RateLimited.class, () -> admit(limits));
        }
        assertThat(refusal.getMessage()).contains("requests_per_minute = 3");
        assertThat(refusal.retryAfter().orElseThrow()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(61));
        shift("minute_start", "1 minute");
        admit(limits);
    }

    @Test
    void the_month_is_utc_and_says_when_the_next_begins() {
        Limits limits = limits(null, 2L, null);
        admit(limits);
        admit(limits);
        QuotasProblem.QuotaExceeded refusal =
                catchThrowableOfType(QuotasProblem.QuotaExceeded.class, () -> admit(limits));
        assertThat(refusal.retryAfter().orElseThrow()).isLessThanOrEqualTo(Duration.ofDays(32));
        shift("month_start", "1 month");
        admit(limits);
        assertThat(counted()).endsWith("/1");
    }

    @Test
    void an_admission_that_is_refused_counts_for_nothing() {
        Limits limits = limits(10L, 1L, 5L);
        admit(limits);
        String before = counted();
        assertThatThrownBy(() -> admit(limits)).isInstanceOf(QuotasProblem.QuotaExceeded.class);
        assertThat(counted()).isEqualTo(before);
        assertThat(slots()).isEqualTo(1);
    }

    @Test
    void a_later_refusal_in_the_same_transaction_leaves_no_trace() {
        UUID run = UUID.randomUUID();
        TRANSACTION.executeWithoutResult(status -> {
            quotas.admit(org, instance, run, limits(10L, 10L, 5L), LEASE);
            status.setRollbackOnly();
        });
        assertThat(counted()).isEqualTo("0/0");
        assertThat(slots()).isZero();
    }

    private long slots() {
        return JDBC.sql("select count(*) from quota_slot where instance_id = :instance")
                .param("instance", instance)
                .query(Long.class)
                .single();
    }

    @Test
    void a_run_that_is_going_on_holds_one_slot() {
        Limits limits = limits(null, null, 2L);
        admit(limits);
        UUID second = admit(limits);
        assertThatThrownBy(() -> admit(limits)).hasMessageContaining("max_concurrent = 2");
        quotas.finish(org, instance, second);
        quotas.finish(org, instance, second);
        admit(limits);
    }

    @Test
    void a_slot_is_free_again_when_its_run_ends_or_its_time_is_over() {
        Limits limits = limits(null, null, 1L);
        quotas.finish(org, instance, admit(limits));
        admit(limits);
        JDBC.sql("update quota_slot set expires_at = clock_timestamp() where instance_id = :instance")
                .param("instance", instance)
                .update();
        admit(limits);
        assertThat(quotas.sweep(100)).isGreaterThanOrEqualTo(1);
        assertThat(slots()).isEqualTo(1);
    }

    @Test
    void parallel_admissions_are_exact() throws Exception {
        Limits limits = limits(null, 7L, null);
        List<Future<Boolean>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 40; i++) {
                answers.add(threads.submit(() -> {
                    try {
                        admit(limits);
                        return true;
                    } catch (QuotasProblem e) {
                        return false;
                    }
                }));
            }
        }
        int admitted = 0;
        for (Future<Boolean> answer : answers) {
            admitted += answer.get() ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(7);
    }

    @Test
    void limits_default_when_absent_and_are_unlimited_when_null() {
        assertThat(Limits.of(json("{}"), null)).isEqualTo(limits(60L, null, 4L));
        assertThat(Limits.of(json("{}"), 1000)).isEqualTo(limits(60L, 1000L, 4L));
        assertThat(Limits.of(json("{\"requests_per_month\": 5}"), 1000)).isEqualTo(limits(60L, 5L, 4L));
        assertThat(Limits.of(
                        json("{\"requests_per_minute\": null, \"max_concurrent\": null,"
                                + " \"requests_per_month\": null}"),
                        1000))
                .isEqualTo(Limits.NONE);
        assertThatThrownBy(() -> Limits.of(json("{\"max_concurrent\": -1}"), null))
                .isInstanceOf(KitProblem.Meaningless.class);
        assertThatThrownBy(() -> Limits.of(json("{\"max_concurrent\": \"4\"}"), null))
                .isInstanceOf(KitProblem.Meaningless.class);
    }

    private static tools.jackson.databind.JsonNode json(String text) {
        return Json.mapper().readTree(text);
    }
}
