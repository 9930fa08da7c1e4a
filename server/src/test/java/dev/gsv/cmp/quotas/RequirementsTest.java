package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.House;
import dev.gsv.cmp.access.Signed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 13 of the quotas contract, by number. R-06 and R-13 to R-15 come with payments. */
class RequirementsTest {

    private final Counter counter = Counter.open();

    private static final String USER = "user-1";

    @Test
    void of_any_number_of_parallel_admissions_no_more_than_the_limit_are_let_in() throws Exception {
        r01("user_type", "ten", "requests_per_day", 10);
    }

    @Test
    void r01_the_same_holds_for_runs_at_once() throws Exception {
        r01("user_type", "ten", "max_concurrent", 10);
    }

    private void r01(Object... policy) throws Exception {
        counter.policy(policy).expect(201);
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String lock = "run-" + i;
            calls.add(() -> counter.admitted(USER, "ten", lock));
        }
        int admitted = 0;
        try (var threads = Executors.newFixedThreadPool(20)) {
            for (Future<Boolean> call : threads.invokeAll(calls)) {
                admitted += call.get() ? 1 : 0;
            }
        }
        assertThat(admitted).isEqualTo(10);
        assertThat(counter.traces().stream().filter(line -> line.startsWith("a ")))
                .hasSize(10);
    }

    @Test
    void r01_held_tokens_count_and_a_refused_admission_writes_nothing() {
        counter.policy("user_type", "t", "tokens_per_day", 100).expect(201);
        assertThat(counter.admitted(USER, "t", "a", "estimated_tokens", 100)).isTrue();
        List<String> before = counter.traces();
        Api.Reply refused = counter.admit(USER, "t", "b");
        assertThat(refused.at("/reason")).isEqualTo("tokens_per_day");
        assertThat(refused.at("/snapshot/in_flight")).isEqualTo("0");
        assertThat(counter.traces()).isEqualTo(before);
    }

    @Test
    @Tag("R-02")
    void what_is_committed_twice_counts_once() {
        counter.policy("user_type", "t", "requests_per_day", 10).expect(201);
        assertThat(counter.admitted(USER, "t", "a")).isTrue();
        Api.Reply first = counter.step("a", "commit", "tokens", 70).expect(200);
        Api.Reply again = counter.step("a", "commit", "tokens", 999).expect(200);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(counter.step("a", "release").expect(200).at("/released")).isEqualTo("0");
        Api.Reply seen = counter.breakdown(USER, "t", "bundle");
        assertThat(seen.at("/current_usage/requests_today")).isEqualTo("1");
        assertThat(seen.at("/current_usage/tokens_today")).isEqualTo("70");
        assertThat(counter.service()
                        .post(
                                "/api/v1/quotas/admissions",
                                Map.of("tenant", counter.tenant(), "user_id", USER, "user_type", "t", "lock_id", "a"))
                        .status())
                .isEqualTo(409);
    }

    @Test
    void r02_a_repetition_is_recognized_for_48_hours_whatever_the_jobs_do() {
        counter.policy("user_type", "t", "requests_per_day", 10).expect(201);
        assertThat(counter.admitted(USER, "t", "a")).isTrue();
        counter.step("a", "commit", "tokens", 70).expect(200);
        assertThat(counter.admitted(USER, "t", "released")).isTrue();
        counter.step("released", "release").expect(200);
        UserQuotas users = counter.harness().bean(UserQuotas.class);
        Budgets budgets = counter.harness().bean(Budgets.class);
        ended("47 hours 59 minutes");
        users.sweep(100_000);
        budgets.sweep(100_000);
        counter.step("a", "commit", "tokens", 5).expect(200);
        counter.step("released", "commit", "tokens", 5).expect(409);
        assertThat(counter.service()
                        .post(
                                "/api/v1/quotas/admissions",
                                Map.of("tenant", counter.tenant(), "user_id", USER, "user_type", "t", "lock_id", "a"))
                        .status())
                .isEqualTo(409);
        assertThat(counter.breakdown(USER, "t", "bundle").at("/current_usage/tokens_today"))
                .isEqualTo("70");
        ended("2 minutes");
        users.sweep(100_000);
        counter.step("a", "commit", "tokens", 5).expect(404);
    }

    /** Lets so much time pass for what has ended. */
    private void ended(String ago) {
        counter.jdbc()
                .sql("update quota_admission set finished_at = finished_at - cast(:ago as interval)"
                        + " where tenant = :t and state <> 'open'")
                .param("ago", ago)
                .param("t", counter.tenant())
                .update();
    }

    /** What the requirements promise, each by a test that carries its number; payments bring R-06, R-13 and R-14. */
    @Test
    void every_requirement_has_a_test_of_its_number() throws IOException {
        Set<Integer> covered = new TreeSet<>();
        try (Stream<Path> files = Files.walk(House.root().resolve("server/src/test/java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith("Test.java")).toList()) {
                Matcher numbered = NUMBERED.matcher(Files.readString(file));
                while (numbered.find()) {
                    covered.add(Integer.valueOf(numbered.group(1)));
                }
            }
        }
        Set<Integer> wanted = IntStream.rangeClosed(1, 20).boxed().collect(Collectors.toCollection(TreeSet::new));
        wanted.removeAll(WITH_PAYMENTS);
        assertThat(covered).containsAll(wanted);
    }

    private static final Pattern NUMBERED = Pattern.compile("(?:void r|@Tag\\(\"R-)(\\d\\d)[_\"]");
    private static final Set<Integer> WITH_PAYMENTS = Set.of(6, 13, 14);

    @Test
    void r02_unknown_is_404_and_negative_422_and_a_release_frees_once() {
        counter.policy("user_type", "t", "max_concurrent", 1).expect(201);
        counter.step("none", "commit", "tokens", 1).expect(404);
        counter.step("none", "renew").expect(404);
        assertThat(counter.step("none", "release").expect(200).at("/released")).isEqualTo("0");
        counter.admitted(USER, "t", "a");
        counter.step("a", "commit", "tokens", -1).expect(422);
        assertThat(counter.admitted(USER, "t", "b")).isFalse();
        assertThat(counter.step("a", "release").expect(200).at("/released")).isEqualTo("1");
        assertThat(counter.step("a", "release").expect(200).at("/released")).isEqualTo("0");
        assertThat(counter.admitted(USER, "t", "b")).isTrue();
        counter.step("a", "commit", "tokens", 1).expect(409);
    }

    @Test
    @Tag("R-03")
    void grants_add_up_and_never_replace_each_other() {
        counter.policy("user_type", "t", "requests_per_day", 10).expect(201);
        counter.topUp("user_id", USER, "additional_requests_per_day", 200, "purchase_id", "pro")
                .expect(201);
        counter.topUp("user_id", USER, "additional_requests_per_day", 50, "bundle_id", "bundle")
                .expect(201);
        Api.Reply again = counter.topUp("user_id", USER, "additional_requests_per_day", 200, "purchase_id", "pro")
                .expect(201);
        assertThat(again.at("/replenishment/purchase_id")).isEqualTo("pro");
        Api.Reply seen = counter.breakdown(USER, "t", "bundle");
        assertThat(seen.at("/effective_policy/requests_per_day")).isEqualTo("260");
        assertThat(seen.at("/replenishment/grants")).isEqualTo("2");
        assertThat(counter.breakdown(USER, "t", "other").at("/effective_policy/requests_per_day"))
                .isEqualTo("210");
        assertThat(counter.operator()
                        .get(counter.in("/replenishments/user/" + USER))
                        .at("/credit_count"))
                .isEqualTo("2");
    }

    @Test
    void r04_null_can_be_set_back_and_absent_is_unchanged() {
        counter.policy("user_type", "t", "requests_per_day", 10, "tokens_per_day", 7)
                .expect(201);
        Api.Reply lifted =
                counter.policy("user_type", "t", "requests_per_day", null).expect(201);
        assertThat(lifted.json().at("/policy/requests_per_day").isNull()).isTrue();
        assertThat(lifted.at("/policy/tokens_per_day")).isEqualTo("7");
        counter.budget("provider", "p", "usd_per_day", 2, "usd_per_hour", 1).expect(201);
        Api.Reply budget = counter.budget("provider", "p", "usd_per_day", null).expect(201);
        assertThat(budget.json().at("/policy/usd_per_day").isNull()).isTrue();
        assertThat(budget.at("/policy/usd_per_hour")).isEqualTo("1");
        String grant = counter.topUp("user_id", USER, "additional_requests_per_day", 5)
                .expect(201)
                .at("/replenishment/id");
        Api.Reply endless = counter.operator()
                .patch(counter.in("/grants/" + grant), "{\"expires_at\": null}")
                .expect(200);
        assertThat(endless.json().path("expires_at").isNull()).isTrue();
        assertThat(endless.at("/additional_requests_per_day")).isEqualTo("5");
    }

    @Test
    void r05_an_expired_or_inactive_row_never_shadows() {
        counter.policy("user_type", "t", "requests_per_day", 10).expect(201);
        counter.topUp("user_id", USER, "bundle_id", "bundle", "additional_requests_per_day", 50)
                .expect(201);
        counter.topUp("user_id", USER, "additional_requests_per_day", 100).expect(201);
        counter.jdbc()
                .sql("update quota_grant set expires_at = now() - interval '1 second'"
                        + " where tenant = :t and bundle_id = 'bundle'")
                .param("t", counter.tenant())
                .update();
        assertThat(counter.breakdown(USER, "t", "bundle").at("/effective_policy/requests_per_day"))
                .isEqualTo("110");
        counter.operator().delete(counter.in("/replenishments/" + USER + "/*")).expect(200);
        counter.topUp("user_id", USER, "additional_requests_per_day", 7).expect(201);
        assertThat(counter.breakdown(USER, "t", "bundle").at("/effective_policy/requests_per_day"))
                .isEqualTo("17");
    }

    @Test
    void r07_amounts_below_a_cent_are_kept_and_zero_is_zero() {
        Api.Reply made = counter.budget("provider", "p", "usd_per_day", 0.000001, "usd_per_hour", 0)
                .expect(201);
        assertThat(made.json().at("/policy/usd_per_day").decimalValue()).isEqualByComparingTo("0.000001");
        assertThat(made.json().at("/policy/usd_per_hour").isNumber()).isTrue();
        counter.budget("provider", "p", "usd_per_day", 0.0000001).expect(400);
        counter.budget("provider", "p", "usd_per_day", -1).expect(422);
    }

    @Test
    void r09_an_admission_is_renewed_and_asking_again_succeeds() {
        counter.policy("user_type", "t", "max_concurrent", 1).expect(201);
        assertThat(counter.admitted(USER, "t", "a", "lock_ttl_sec", 2)).isTrue();
        assertThat(counter.admitted(USER, "t", "a", "lock_ttl_sec", 2)).isTrue();
        assertThat(counter.traces()).hasSize(1);
        counter.step("a", "renew", "lock_ttl_sec", 500).expect(200);
        assertThat(counter.jdbc()
                        .sql("select expires_at > now() + interval '400 seconds' from quota_admission"
                                + " where tenant = :t")
                        .param("t", counter.tenant())
                        .query(Boolean.class)
                        .single())
                .isTrue();
        assertThat(counter.admitted(USER, "t", "b")).isFalse();
    }

    @Test
    void r11_that_there_is_no_grant_is_remembered_until_the_first_one() {
        counter.policy("user_type", "t", "requests_per_day", 1).expect(201);
        counter.used(USER, "t", 1);
        assertThat(counter.admitted(USER, "t", "x")).isFalse();
        counter.topUp("user_id", USER, "additional_requests_per_day", 1).expect(201);
        assertThat(counter.admitted(USER, "t", "x")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0", "1000000000", "3651"})
    void r12_days_that_make_no_sense_are_422(String days) {
        String body = "{\"user_id\": \"u\", \"additional_requests_per_day\": 1, \"expires_in_days\": " + days + "}";
        counter.operator().post(counter.in("/replenishments/top-up"), body).expect(422);
    }

    @Test
    void r12_bad_input_is_4xx() {
        counter.topUp("user_id", USER).expect(422);
        counter.topUp("user_id", USER, "additional_requests_per_day", -1).expect(422);
        counter.topUp("user_id", USER, "additional_requests_per_day", 0).expect(422);
        counter.topUp("user_id", USER, "additional_requests_per_day", 1.5).expect(400);
        counter.topUp("user_id", "u".repeat(10_000), "additional_requests_per_day", 1)
                .expect(400);
        counter.topUp("additional_requests_per_day", 1).expect(400);
        counter.policy("user_type", "t", "max_concurrent", 0).expect(422);
        counter.policy("user_type", "t", "requests_per_day", -1).expect(422);
        counter.policy("requests_per_day", 1).expect(400);
        counter.policy("user_type", null, "requests_per_day", 1).expect(400);
        counter.operator().post(counter.in("/policies/quota"), "[]").expect(400);
        counter.operator()
                .post(counter.in("/policies/quota"), "{\"user_type\":\"t\",\"tokens_per_day\":9223372036854775808}")
                .expect(400);
        counter.operator().get(counter.in("/users/u/quota-breakdown")).expect(400);
        counter.operator()
                .get(counter.in("/users/u/quota-breakdown?user_type=nobody"))
                .expect(404);
        counter.operator().delete(counter.in("/replenishments/nobody/*")).expect(404);
        Signed.in().api().get(counter.in("/policies/quota")).expect(403);
        counter.operator().anonymous().get(counter.in("/policies/quota")).expect(401);
    }

    @Test
    void r16_an_asterisk_is_stored_and_applied_as_one() {
        counter.budget("provider", "p", "usd_per_day", 1).expect(201);
        assertThat(counter.operator().get(counter.in("/policies/budget")).at("/policies/0/bundle_id"))
                .isEqualTo("*");
        assertThat(counter.harness().bean(Budgets.class).of(counter.place(), "any").stream()
                        .map(ProviderBudget::provider))
                .contains("p");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "a:b:c", "ä ö/ü", "%", "'; drop table x"})
    void r17_any_id_works_and_no_two_run_together(String user) {
        counter.policy("user_type", "t:u", "requests_per_day", 1).expect(201);
        assertThat(counter.admitted(user, "t:u", "run:1", "bundle_id", "c")).isTrue();
        assertThat(counter.admitted(user + ":c", "t:u", "run:2", "bundle_id", "*"))
                .isTrue();
        assertThat(counter.admitted(user, "t:u", "run:3", "bundle_id", "c")).isFalse();
    }

    @Test
    void r18_all_seven_limits_are_everywhere() {
        String[] names = {
            "max_concurrent",
            "requests_per_day",
            "requests_per_month",
            "total_requests",
            "tokens_per_hour",
            "tokens_per_day",
            "tokens_per_month"
        };
        for (String name : names) {
            counter.policy("user_type", "t", name, 3).expect(201);
            counter.topUp("user_id", USER, "additional_" + name, 2).expect(201);
        }
        Api.Reply seen = counter.breakdown(USER, "t", "bundle");
        Api.Reply listed = counter.operator().get(counter.in("/policies/quota"));
        for (String name : names) {
            assertThat(seen.at("/effective_policy/" + name)).as(name).isEqualTo("5");
            assertThat(seen.at("/base_policy/" + name)).as(name).isEqualTo("3");
            assertThat(seen.at("/replenishment/additional_" + name)).as(name).isEqualTo("2");
            assertThat(listed.at("/policies/0/" + name)).as(name).isEqualTo("3");
        }
    }

    @Test
    void r19_a_crash_leaves_at_most_one_expiry() {
        counter.policy("user_type", "t", "max_concurrent", 1).expect(201);
        counter.admitted(USER, "t", "a");
        counter.jdbc()
                .sql("update quota_admission set expires_at = clock_timestamp() where tenant = :t")
                .param("t", counter.tenant())
                .update();
        assertThat(counter.admitted(USER, "t", "b")).isTrue();
        counter.step("a", "commit", "tokens", 5).expect(200);
        assertThat(counter.breakdown(USER, "t", "bundle").at("/current_usage/requests_today"))
                .isEqualTo("1");
    }

    @Test
    void r20_lists_have_a_limit_an_offset_and_a_stable_order() {
        for (int i = 0; i < 3; i++) {
            counter.policy("user_type", "t" + i, "requests_per_day", i).expect(201);
        }
        Api.Reply second = counter.operator()
                .get(counter.in("/policies/quota?limit=1&offset=1"))
                .expect(200);
        assertThat(second.at("/policies/0/user_type")).isEqualTo("t1");
        for (String part : List.of("limit=0", "limit=1001", "offset=-1", "limit=x")) {
            counter.operator().get(counter.in("/policies/quota?" + part)).expect(400);
            counter.operator().get(counter.in("/replenishments?" + part)).expect(400);
        }
        assertThat(Harness.shared()).isNotNull();
    }
}
