package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Notices;
import dev.gsv.cmp.orgs.OrgId;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What two nodes over one database remember, and how soon they forget it. */
class CachesTest {

    private static Harness here;
    private static Harness there;
    private Counter counter;

    @BeforeAll
    static void nodes() {
        here = Harness.start(Map.of());
        there = Harness.start(here.database(), Map.of("CMP_DATA", here.data().toString()));
    }

    @AfterAll
    static void end() {
        there.close();
        here.close();
    }

    @BeforeEach
    void open() {
        counter = Counter.open(here);
    }

    private Allowance seen(Harness node, String bundle) {
        return node.bean(UserQuotas.class)
                .effective(counter.place(), "user", "t", bundle, false)
                .limits();
    }

    private static Duration until(BooleanSupplier done) throws InterruptedException {
        Instant begin = Instant.now();
        while (!done.getAsBoolean()) {
            if (Instant.now().isAfter(begin.plusSeconds(10))) {
                throw new AssertionError("not within 10 s");
            }
            Thread.sleep(5);
        }
        return Duration.between(begin, Instant.now());
    }

    @Test
    void r10_writing_for_all_bundles_reaches_each_bundle_on_all_nodes_within_a_second() throws Exception {
        counter.policy("user_type", "t", "requests_per_day", 1).expect(201);
        assertThat(seen(here, "b").requestsPerDay()).isEqualTo(1);
        until(() -> Long.valueOf(1).equals(seen(there, "b").requestsPerDay()));
        counter.policy("user_type", "t", "requests_per_day", 2).expect(201);
        assertThat(seen(here, "b").requestsPerDay()).isEqualTo(2);
        assertThat(until(() -> Long.valueOf(2).equals(seen(there, "b").requestsPerDay())))
                .isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void r10_a_write_whose_notice_is_lost_is_known_after_five_seconds() throws Exception {
        counter.policy("user_type", "t", "requests_per_day", 1).expect(201);
        until(() -> Long.valueOf(1).equals(seen(there, "b").requestsPerDay()));
        counter.jdbc()
                .sql("update quota_policy set requests_per_day = 9 where tenant = :t")
                .param("t", counter.tenant())
                .update();
        counter.jdbc()
                .sql("update notice_revision set revision = revision + 1 where topic = :topic")
                .param("topic", QuotaPolicies.POLICIES)
                .update();
        assertThat(until(() -> Long.valueOf(9).equals(seen(there, "b").requestsPerDay())))
                .isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void r10_a_node_whose_connection_is_cut_listens_again() throws Exception {
        Notices ears = there.bean(Notices.class);
        until(ears::connected);
        counter.jdbc()
                .sql("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                        + " where application_name = 'cmp-notices' and datname = current_database()")
                .query(Integer.class)
                .single();
        until(() -> !ears.connected());
        until(ears::connected);
    }

    @Test
    void a_grant_counts_for_the_very_next_request_on_the_other_node() {
        counter.policy("user_type", "t", "requests_per_day", 1).expect(201);
        used("run-0");
        assertThat(admit("x")).isFalse();
        for (int i = 1; i < 6; i++) {
            counter.topUp("user_id", "user", "additional_requests_per_day", 1).expect(201);
            used("run-" + i);
            assertThat(admit("x" + i)).isFalse();
        }
    }

    /** At the other node. */
    private boolean admit(String lock) {
        return there.bean(Admissions.class)
                .admit(counter.place(), new QuotaUser("user", "t", false), "b", lock, 1, 100)
                .allowed();
    }

    private void used(String lock) {
        assertThat(admit(lock)).isTrue();
        there.bean(Admissions.class).commit(counter.place(), lock, 1);
    }

    @Test
    void fewer_than_one_of_a_hundred_admissions_reads_policies_or_grants_from_the_database() {
        counter.policy("user_type", "t", "requests_per_day", 100_000).expect(201);
        counter.topUp("user_id", "user-0", "additional_requests_per_day", 5).expect(201);
        Quotas quotas = here.bean(Quotas.class);
        TransactionTemplate whole = new TransactionTemplate(here.bean(PlatformTransactionManager.class));
        double admissions = counted(Quotas.ADMISSIONS);
        double reads = counted(QuotaPolicies.READS);
        for (int i = 0; i < 1000; i++) {
            Quotas.Entry run = quotas.entry(
                    new Quotas.Where(new OrgId(UUID.randomUUID()), UUID.randomUUID(), counter.place(), "b"),
                    UUID.randomUUID(),
                    new Limits(null, null, null),
                    Optional.of(new QuotaUser("user-" + i % 200, "t", false)),
                    1,
                    Map.of());
            whole.executeWithoutResult(status -> {
                Turnstile turnstile = quotas.open(List.of(run), List.of());
                assertThat(turnstile.admit(run)).isEmpty();
                turnstile.close();
            });
        }
        assertThat(counted(Quotas.ADMISSIONS) - admissions).isEqualTo(1000);
        assertThat(counted(QuotaPolicies.READS) - reads).isLessThan(10);
    }

    private static double counted(String name) {
        return here.bean(MeterRegistry.class).find(name).counters().stream()
                .mapToDouble(io.micrometer.core.instrument.Counter::count)
                .sum();
    }

    @Test
    void r15_who_has_no_grant_is_refused_and_let_in_after_the_purchase_at_the_other_node_at_once() {
        counter.policy("user_type", "t", "requests_per_day", 0).expect(201);
        for (int i = 0; i < 5; i++) {
            String user = "buyer-" + i;
            Api.Reply refused = at(there, user, "first-" + user);
            assertThat(refused.at("/allowed")).isEqualTo("false");
            counter.topUp(
                            "user_id",
                            user,
                            "additional_requests_per_day",
                            50,
                            "purchase_id",
                            "pi-" + user,
                            "purchase_amount_usd",
                            10)
                    .expect(201);
            assertThat(at(there, user, "next-" + user).at("/allowed")).isEqualTo("true");
            assertThat(at(here, user, "last-" + user).at("/allowed")).isEqualTo("true");
        }
    }

    private Api.Reply at(Harness node, String user, String lock) {
        return dev.gsv.cmp.access.Signed.service(node)
                .post(
                        "/api/v1/quotas/admissions",
                        Map.of("tenant", counter.tenant(), "user_id", user, "user_type", "t", "lock_id", lock))
                .expect(200);
    }

    @Test
    void clear_cache_says_how_many_entries_went() {
        seen(here, "b");
        Api.Reply cleared =
                counter.operator().post(Counter.BASE + "/clear-cache").expect(201);
        assertThat(cleared.json().path("entries").asLong()).isPositive();
        assertThat(counter.operator().get(Counter.BASE + "/health").expect(200).at("/postgresql"))
                .isEqualTo("ready");
    }
}
