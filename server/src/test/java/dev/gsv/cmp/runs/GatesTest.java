package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.catalog.Market;
import dev.gsv.cmp.kit.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The gates before a run, from the outside: plan, user quota, provider budget, credit; and what is left of a refusal.
 */
class GatesTest {

    private static final String ADMIN = "/api/v1/admin/control-plane";

    private final Api operator = Signed.in(Booth.house(), "cmp-admin").api();

    private String tenant(Booth booth) {
        return "tenant="
                + booth.api()
                        .get("/api/v1/orgs/" + booth.org().value())
                        .expect(200)
                        .at("/slug") + "&project=default";
    }

    private void policy(Booth booth, Object... fields) {
        operator.post(ADMIN + "/policies/quota?" + tenant(booth), Market.fields(fields))
                .expect(201);
    }

    private void budget(Booth booth, Object... fields) {
        operator.post(ADMIN + "/policies/budget?" + tenant(booth), Market.fields(fields))
                .expect(201);
    }

    private JsonNode spent(Booth booth) {
        return operator.get(ADMIN + "/policies/budget?" + tenant(booth))
                .expect(200)
                .json()
                .at("/policies/0");
    }

    /** A flow with this model could not be published here once a budget exists for its provider. */
    @BeforeEach
    void priced() {
        price("1", "1");
    }

    private void price(String input, String output) {
        operator.post(
                        ADMIN + "/prices",
                        "{\"provider\": \"openai\", \"model\": \"odd\", \"input_usd_per_million\": " + input
                                + ", \"output_usd_per_million\": " + output + "}")
                .expect(201);
    }

    @Nested
    class Answers429 {
        @Test
        void when_the_quota_of_the_user_is_used_up_and_says_until_when() {
            Booth booth = Booth.of(Booth.ECHO, Booth.UNLIMITED);
            policy(booth, "user_type", "paid", "requests_per_day", 1);
            booth.run("hello").expect(200);
            Api.Reply refused = booth.run("hello").expect(429, "QUOTA_EXCEEDED");
            assertThat(refused.header("Retry-After")).isPresent();
            assertThat(refused.at("/error/details/0/violations/0")).isEqualTo("requests_per_day");
            assertThat(refused.at("/error/details/0/messages_remaining")).isEqualTo("0");
            assertThat(booth.balance()).isEqualTo("99");
            booth.run(booth.withKey(), "software is limited by the plan alone").expect(200);
        }

        @Test
        void but_not_after_a_grant_of_the_installation_for_the_next_request() {
            Booth booth = Booth.of(Booth.ECHO, Booth.UNLIMITED);
            policy(booth, "user_type", "paid", "requests_per_day", 0);
            booth.run("hello").expect(429);
            operator.post(
                            ADMIN + "/replenishments/grant-trial",
                            Map.of("user_id", booth.buyer().person().subject()))
                    .expect(201);
            booth.run("hello").expect(200);
            Api.Reply mine = booth.api().get("/api/v1/me/quota-breakdown").expect(200);
            assertThat(mine.at("/current_usage/requests_today")).isEqualTo("1");
            assertThat(mine.at("/current_usage/concurrent")).isEqualTo("0");
        }
    }

    @Nested
    class Answers402 {
        @Test
        void when_the_budget_is_used_up_and_neither_quota_nor_plan_remember_it() {
            Booth booth = Booth.of(Booth.MODEL, Map.of("requests_per_month", 1));
            price("1000", "1000");
            policy(booth, "user_type", "paid", "requests_per_day", 1);
            budget(booth, "provider", "openai", "usd_per_day", 0.000001);
            Api.Reply refused = booth.run("hello").expect(402, "PROVIDER_BUDGET_EXCEEDED");
            assertThat(refused.header("Retry-After")).isPresent();
            assertThat(refused.at("/error/details/0/provider")).isEqualTo("openai");
            assertThat(refused.at("/error/details/0/violations/0")).isEqualTo("usd_per_day");
            assertThat(booth.balance()).isEqualTo("100");
            assertThat(spent(booth).at("/held/day").asString()).isEqualTo("0");
            budget(booth, "provider", "openai", "usd_per_day", null);
            booth.run("hello").expect(200);
            booth.run("hello").expect(429);
        }

        @Test
        void when_credit_is_short_and_no_earlier_gate_remembers_it() {
            Booth booth = Booth.of(Booth.MODEL, Map.of("requests_per_month", 1)).withCredits(0);
            policy(booth, "user_type", "paid", "requests_per_day", 1, "max_concurrent", 1);
            budget(booth, "provider", "openai", "usd_per_day", 100);
            booth.run("hello").expect(402, "INSUFFICIENT_CREDITS");
            assertThat(spent(booth).at("/held/day").asString()).isEqualTo("0");
            assertThat(booth.sql("select coalesce(sum(in_month), 0) from instance_quota where org_id = :org")
                            .query(Long.class)
                            .single())
                    .isZero();
            booth.topUp(100);
            booth.run("hello").expect(200);
        }
    }

    @Test
    void r08_a_run_is_booked_at_the_price_that_held_when_it_began_and_holds_nothing_afterwards() {
        Booth booth = Booth.of(Booth.MODEL, Booth.UNLIMITED);
        price("2", "10");
        budget(booth, "provider", "openai", "usd_per_day", 100);
        JsonNode usage = booth.run("hello").expect(200).json().path("usage");
        BigDecimal expected = new BigDecimal("0.000002")
                .multiply(usage.path("llm_tokens_in").decimalValue())
                .add(new BigDecimal("0.00001")
                        .multiply(usage.path("llm_tokens_out").decimalValue()));
        assertThat(spent(booth).at("/spent/day").decimalValue()).isEqualByComparingTo(expected);
        assertThat(spent(booth).at("/held/day").asString()).isEqualTo("0");
    }

    @Test
    void r19_a_run_that_fails_counts_in_no_quota_and_holds_nothing() {
        Booth booth = Booth.of(Booth.MODEL, Booth.UNLIMITED);
        policy(booth, "user_type", "paid", "requests_per_day", 1, "max_concurrent", 1);
        budget(booth, "provider", "openai", "usd_per_day", 100);
        Booth.model().mood = OddModel.Mood.BROKEN;
        booth.run("hello").expect(502);
        Booth.model().mood = OddModel.Mood.WELL;
        assertThat(spent(booth).at("/held/day").asString()).isEqualTo("0");
        booth.run("hello").expect(200);
    }

    @Test
    void a_model_without_a_price_is_not_published_under_a_budget_and_is_after_it_was_declared_free() {
        Market market = Market.open(Booth.house());
        String place = "?tenant=" + dev.gsv.cmp.Harness.unique("t");
        String provider = dev.gsv.cmp.Harness.unique("byo");
        String flow = Booth.MODEL.replace(
                "\"value\":\"odd\"}",
                "\"value\":\"odd\"},\"provider\":{\"name\":\"provider\",\"value\":\"" + provider + "\"}");
        String offering = market.api()
                .post(
                        "/api/v1/flows/import",
                        "{\"name\":\"" + dev.gsv.cmp.Harness.unique("Helper")
                                + "\",\"description\":\"helps\",\"category\":\"agents\",\"provider_uuid\":\""
                                + market.provider() + "\",\"flow_json\": " + flow + "}")
                .expect(201)
                .at("/offering_uuid");
        market.plan(offering);
        operator.post(ADMIN + "/policies/budget" + place, Map.of("provider", provider, "usd_per_day", 1))
                .expect(201);
        market.act(offering, "publish").expect(422);
        operator.post(
                        ADMIN + "/prices",
                        Json.mapper()
                                .writeValueAsString(Map.of(
                                        "provider",
                                        provider,
                                        "model",
                                        "*",
                                        "input_usd_per_million",
                                        0,
                                        "output_usd_per_million",
                                        0)))
                .expect(201);
        market.act(offering, "publish").expect(200);
        assertThat(List.of(offering)).isNotEmpty();
    }
}
