package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls of operators, as section 9 of the quotas contract shows them, and the reports of section 12. */
class OperatorsTest {

    private final Counter counter = Counter.open();

    @Test
    void of_two_operators_who_edit_one_policy_the_second_is_refused() {
        counter.policy("user_type", "t", "requests_per_day", 1).expect(201);
        Api.Reply read =
                counter.operator().get(counter.in("/policies/quota/t/*")).expect(200);
        Api seen = counter.operator().with("If-Match", read.header("ETag").orElseThrow());
        Api.Reply first = seen.post(counter.in("/policies/quota"), Map.of("user_type", "t", "requests_per_day", 2))
                .expect(201);
        seen.post(counter.in("/policies/quota"), Map.of("user_type", "t", "tokens_per_day", 2))
                .expect(409, "EDIT_CONFLICT");
        counter.operator()
                .with("If-Match", first.header("ETag").orElseThrow())
                .post(counter.in("/policies/quota"), Map.of("user_type", "t", "tokens_per_day", 2))
                .expect(201);
        counter.operator()
                .with("If-Match", "nonsense")
                .post(counter.in("/policies/quota"), Map.of("user_type", "t"))
                .expect(400);
    }

    @Test
    void the_same_holds_for_budgets_grants_and_prices() {
        counter.budget("provider", "p", "usd_per_day", 1).expect(201);
        secondIsRefused(
                counter.in("/policies/budget/*/p"),
                api -> api.post(counter.in("/policies/budget"), Map.of("provider", "p", "usd_per_day", 2)));
        String grant = counter.topUp("user_id", "u", "additional_requests_per_day", 5)
                .expect(201)
                .at("/replenishment/id");
        secondIsRefused(
                counter.in("/grants/" + grant),
                api -> api.patch(counter.in("/grants/" + grant), Map.of("additional_requests_per_day", 6)));
        String model = Harness.unique("model");
        Map<String, Object> price =
                Map.of("provider", "p", "model", model, "input_usd_per_million", 1, "output_usd_per_million", 2);
        counter.operator().post(Counter.BASE + "/prices", price).expect(201);
        secondIsRefused(Counter.BASE + "/prices/p/" + model, api -> api.post(Counter.BASE + "/prices", price));
    }

    private void secondIsRefused(String read, Function<Api, Api.Reply> write) {
        String seen = counter.operator().get(read).expect(200).header("ETag").orElseThrow();
        Api writer = counter.operator().with("If-Match", seen);
        assertThat(write.apply(writer).status()).as(read).isIn(200, 201);
        write.apply(writer).expect(409, "EDIT_CONFLICT");
        String now = counter.operator().get(read).expect(200).header("ETag").orElseThrow();
        assertThat(write.apply(counter.operator().with("If-Match", now)).status())
                .as(read)
                .isIn(200, 201);
    }

    @Test
    void a_trial_is_granted_once_and_has_the_documented_defaults() {
        Api.Reply made = counter.operator()
                .post(counter.in("/replenishments/grant-trial"), Map.of("user_id", "user123"))
                .expect(201);
        assertThat(made.at("/message")).isEqualTo("Trial granted to user123 for 7 days");
        assertThat(made.at("/replenishment/additional_requests_per_day")).isEqualTo("100");
        assertThat(made.at("/replenishment/additional_tokens_per_day")).isEqualTo("1000000");
        counter.operator()
                .post(counter.in("/replenishments/grant-trial"), Map.of("user_id", "user123"))
                .expect(409, "DUPLICATE");
        counter.operator()
                .post(counter.in("/replenishments/grant-trial"), Map.of("user_id", "user123", "bundle_id", "other"))
                .expect(201);
        for (Object days : List.of(0, -1, 3651, 1_000_000_000)) {
            counter.operator()
                    .post(counter.in("/replenishments/grant-trial"), Map.of("user_id", "u", "days", days))
                    .expect(422);
        }
    }

    @Test
    void a_key_makes_one_grant() {
        Api keyed = counter.operator().key("key-" + counter.tenant());
        Map<String, Object> body = Map.of("user_id", "u", "additional_requests_per_day", 5);
        String first = keyed.post(counter.in("/replenishments/top-up"), body)
                .expect(201)
                .text();
        assertThat(keyed.post(counter.in("/replenishments/top-up"), body)
                        .expect(201)
                        .text())
                .isEqualTo(first);
        assertThat(counter.operator()
                        .get(counter.in("/replenishments?user_id=u"))
                        .at("/count"))
                .isEqualTo("1");
    }

    @Test
    void reports_list_what_ends_soonest_first_and_count_each_purchase_once() {
        counter.topUp("user_id", "a", "additional_requests_per_day", 1, "expires_in_days", null)
                .expect(201);
        counter.topUp(
                        "user_id",
                        "b",
                        "additional_requests_per_day",
                        1,
                        "purchase_amount_usd",
                        10.00,
                        "purchase_id",
                        "p1")
                .expect(201);
        counter.topUp(
                        "user_id",
                        "c",
                        "additional_requests_per_day",
                        1,
                        "expires_in_days",
                        3,
                        "purchase_amount_usd",
                        30.00)
                .expect(201);
        counter.operator().delete(counter.in("/replenishments/c/*")).expect(200);
        counter.topUp("user_id", "d", "additional_requests_per_day", 1, "expires_in_days", 3)
                .expect(201);
        Api.Reply active =
                counter.operator().get(counter.in("/reports/active-credits")).expect(200);
        assertThat(active.json().findValuesAsString("user_id")).containsExactly("d", "b", "a");
        assertThat(counter.operator()
                        .get(counter.in("/reports/expiring?days=7"))
                        .at("/count"))
                .isEqualTo("1");
        Api.Reply revenue =
                counter.operator().get(counter.in("/reports/revenue")).expect(200);
        assertThat(revenue.at("/purchases")).isEqualTo("2");
        assertThat(revenue.at("/total_usd")).isEqualTo("40");
        assertThat(revenue.at("/average_usd")).isEqualTo("20");
        counter.operator().get(counter.in("/reports/revenue?from=yesterday")).expect(400);
        Api.Reply users =
                counter.operator().get(counter.in("/replenishments/users")).expect(200);
        assertThat(users.at("/user_count")).isEqualTo("3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user_quota_policies",
                "user_quota_replenishment",
                "application_budget_policies",
                "active_replenishments",
                "expired_replenishments",
                "active_quota_policies",
                "active_budget_policies"
            })
    void the_documented_views_answer_and_cannot_be_written_to(String view) {
        assertThat(counter.jdbc()
                        .sql("select count(*) from kdcube_control_plane." + view)
                        .query(Long.class)
                        .single())
                .isNotNegative();
        counter.policy("user_type", "t", "requests_per_day", 1).expect(201);
        counter.budget("provider", "p", "usd_per_day", 0.5).expect(201);
        counter.topUp("user_id", "u", "additional_requests_per_day", 1).expect(201);
        if (!view.startsWith("expired")) {
            assertThatThrownBy(() -> counter.jdbc()
                            .sql("delete from kdcube_control_plane." + view)
                            .update())
                    .hasStackTraceContaining("read-only");
        }
    }

    @Test
    void a_fresh_installation_has_its_policies_and_prices() {
        Api.Reply listed =
                counter.operator().get(Counter.BASE + "/policies/quota").expect(200);
        assertThat(listed.json().findValuesAsString("user_type")).contains("anonymous", "free", "paid", "service");
        assertThat(counter.operator()
                        .get(Counter.BASE + "/prices")
                        .expect(200)
                        .json()
                        .findValuesAsString("model"))
                .contains("gpt-4o", "gpt-4o-mini*");
        Prices prices = counter.harness().bean(Prices.class);
        assertThat(prices.quote("OpenAI", "gpt-4o-mini-2024-07-18").inputMicro())
                .isEqualTo(150_000);
        assertThat(prices.quote("openai", "gpt-4o").inputMicro()).isEqualTo(2_500_000);
        assertThat(prices.quote("openai", "unheard-of").known()).isFalse();
        assertThat(prices.quote("openai", "unheard-of").inputMicro()).isEqualTo(10_000_000);
    }

    @Test
    void an_operator_assigns_a_user_type() {
        String user = Harness.unique("user");
        counter.operator().get(Counter.BASE + "/users/" + user + "/user-type").expect(404);
        counter.operator()
                .put(Counter.BASE + "/users/" + user + "/user-type", Map.of("user_type", "premium"))
                .expect(200);
        QuotaPolicies policies = counter.harness().bean(QuotaPolicies.class);
        assertThat(policies.type(new QuotaUser(user, null, true))).isEqualTo("premium");
        assertThat(policies.type(new QuotaUser(user, "vip", true))).isEqualTo("vip");
        counter.operator()
                .delete(Counter.BASE + "/users/" + user + "/user-type")
                .expect(200);
        assertThat(policies.type(new QuotaUser(user, null, true))).isEqualTo("free");
        assertThat(policies.type(new QuotaUser(user, null, false))).isEqualTo("paid");
    }

    @Test
    void nobody_but_an_operator_gets_in_and_admissions_are_for_services() {
        Api person = Signed.in().api();
        person.get(Counter.BASE + "/policies/budget").expect(403);
        person.post("/api/v1/quotas/admissions", Map.of("user_id", "u")).expect(403);
        person.get("/api/v1/me/quota-breakdown").expect(200);
        counter.operator().anonymous().get("/api/v1/me/quota-breakdown").expect(401);
    }
}
