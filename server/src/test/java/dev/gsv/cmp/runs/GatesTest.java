package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.catalog.Market;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.quotas.Limits;
import dev.gsv.cmp.quotas.Place;
import dev.gsv.cmp.quotas.QuotaUser;
import dev.gsv.cmp.quotas.Quotas;
import dev.gsv.cmp.quotas.Turnstile;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
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

    @Nested
    class UserTypes {
        @Test
        void software_behind_a_key_is_of_the_type_service_and_counts_by_key() {
            Booth booth = Booth.of(Booth.ECHO, Booth.UNLIMITED);
            policy(booth, "user_type", "service", "requests_per_day", 1);
            Api software = booth.withKey();
            booth.run(software, "hello").expect(200);
            booth.run(software, "hello").expect(429, "QUOTA_EXCEEDED");
            booth.run(booth.withKey(), "another key").expect(200);
            booth.run("a person").expect(200);
        }

        @Test
        void a_member_is_free_on_a_trial_plan_and_paid_on_any_other() {
            Booth paying = Booth.of(Booth.ECHO, Booth.UNLIMITED);
            Booth trying = Booth.of(Booth.ECHO, Booth.UNLIMITED);
            trying.sql("update plan set is_trial = true where id in (select plan_id from instance where org_id = :org)")
                    .update();
            for (Booth booth : List.of(paying, trying)) {
                policy(booth, "user_type", "free", "requests_per_day", 0);
            }
            paying.run("hello").expect(200);
            trying.run("hello").expect(429, "QUOTA_EXCEEDED");
            operator.put(
                            ADMIN + "/users/" + trying.buyer().person().subject() + "/user-type",
                            Map.of("user_type", "vip"))
                    .expect(200);
            policy(trying, "user_type", "vip", "requests_per_day", 5);
            trying.run("an operator has assigned another type").expect(200);
        }

        @Test
        void a_visitor_is_anonymous_and_a_service_of_ours_has_no_quota() {
            Quotas quotas = Booth.house().bean(Quotas.class);
            assertThat(QuotaUser.visitor("visitor-1").userType()).isEqualTo("anonymous");
            assertThat(QuotaUser.of(Caller.service("gateway", false), false)).isEmpty();
            TransactionTemplate whole = new TransactionTemplate(Booth.house().bean(PlatformTransactionManager.class));
            Place place = new Place(Harness.unique("t"), "default");
            whole.executeWithoutResult(status -> {
                List<Quotas.Entry> visits = List.of(entry(quotas, place), entry(quotas, place));
                Turnstile turnstile = quotas.open(visits, List.of());
                assertThat(turnstile.admit(visits.getFirst())).isEmpty();
                assertThat(turnstile
                                .admit(visits.getLast())
                                .orElseThrow()
                                .details()
                                .toString())
                        .as("one at once, as on a fresh installation")
                        .contains("concurrency");
                status.setRollbackOnly();
            });
        }

        private static Quotas.Entry entry(Quotas quotas, Place place) {
            return quotas.entry(
                    new Quotas.Where(new OrgId(UUID.randomUUID()), UUID.randomUUID(), place, "bundle"),
                    UUID.randomUUID(),
                    new Limits(null, null, null),
                    Optional.of(QuotaUser.visitor("visitor-1")),
                    1,
                    Map.of());
        }
    }

    @Test
    void a_renamed_organization_keeps_its_limits_and_what_was_counted_and_whoever_takes_its_slug_gets_nothing() {
        Booth booth = Booth.of(Booth.ECHO, Booth.UNLIMITED);
        policy(booth, "user_type", "paid", "requests_per_day", 1);
        String before = tenant(booth);
        booth.run("hello").expect(200);
        String slug = Harness.unique("renamed");
        booth.api()
                .patch("/api/v1/orgs/" + booth.org().value(), Map.of("slug", slug))
                .expect(200);
        booth.run("hello").expect(429, "QUOTA_EXCEEDED");
        String user = booth.buyer().person().subject();
        operator.post(
                        ADMIN + "/replenishments/top-up?" + tenant(booth),
                        Map.of("user_id", user, "additional_requests_per_day", 1))
                .expect(201);
        booth.run("hello").expect(200);
        booth.run("hello").expect(429, "QUOTA_EXCEEDED");
        assertThat(operator.get(ADMIN + "/replenishments/users?" + tenant(booth))
                        .at("/users/0/tenant"))
                .isEqualTo(slug);
        assertThat(booth.sql("select tenant from kdcube_control_plane.user_quota_policies" + " where tenant = '" + slug
                                + "' and project = 'default'")
                        .query(String.class)
                        .list())
                .containsExactly(slug);
        Booth other = Booth.of(Booth.ECHO, Booth.UNLIMITED);
        other.api()
                .patch("/api/v1/orgs/" + other.org().value(), Map.of("slug", before.replaceAll("tenant=(.*)&.*", "$1")))
                .expect(200);
        other.run("hello").expect(200);
        other.run("its own counter, and no limit of the other").expect(200);
    }

    @Test
    void a_model_without_a_price_is_not_published_under_a_budget_and_is_after_it_was_declared_free() {
        Market market = Market.open(Booth.house());
        String place = "?tenant=" + Harness.unique("t");
        String provider = Harness.unique("byo");
        String flow = Booth.MODEL.replace(
                "\"value\":\"odd\"}",
                "\"value\":\"odd\"},\"provider\":{\"name\":\"provider\",\"value\":\"" + provider + "\"}");
        String offering = market.api()
                .post(
                        "/api/v1/flows/import",
                        "{\"name\":\"" + Harness.unique("Helper")
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
