package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.orgs.Orgs;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Sections 2, 3, 5, 6 and 15 of the conformance sheet where they speak of calls that move credit, over HTTP. */
class CreditCallsTest {

    private static final String AUTHORIZE = "/api/v1/billing/authorize";
    private static final String SETTLE = "/api/v1/billing/settle";

    private final Booth booth = Booth.of(Booth.ECHO, Booth.UNLIMITED);
    private final Api service = booth.service();
    private final Api operator = Signed.in(booth.harness(), "cmp-admin").api();

    private static String topUps(Booth of) {
        return "/api/v1/wallets/" + of.wallet().at("/wallet_id") + "/topups";
    }

    private Api.Reply authorize(Api caller, Booth of, Object budget) {
        return caller.post(AUTHORIZE, Map.of("instance_id", of.instance(), "requested_budget", budget));
    }

    private Api.Reply settle(Api caller, String reservation, long requests) {
        return caller.post(
                SETTLE,
                Map.of(
                        "reservation_id",
                        reservation,
                        "instance_id",
                        booth.instance(),
                        "usage",
                        Map.of("requests", requests)));
    }

    @Test
    void tp_38_a_suspended_organization_settles_what_it_holds_and_holds_nothing_more() {
        String reservation = authorize(service, booth, 10).expect(200).at("/reservation_id");
        booth.harness().bean(Orgs.class).suspend(booth.org());
        authorize(service, booth, 10).expect(403, "ORGANIZATION_SUSPENDED");
        booth.run("x").expect(403, "ORGANIZATION_SUSPENDED");
        assertThat(booth.count("hold")).as("nothing new is held").isEqualTo(1);
        assertThat(settle(service, reservation, 9).expect(200).at("/debited")).isEqualTo("9");
        assertThat(booth.balance()).isEqualTo("91");
        booth.keepsTheLaws();
    }

    @Test
    void id_08_a_key_of_a_top_up_is_free_for_a_settlement() {
        String key = Harness.unique("k");
        String reservation = authorize(service.key(key), booth, 10).expect(200).at("/reservation_id");
        service.key(key).post(topUps(booth), Map.of("credits_amount", 5)).expect(201);
        settle(service.key(key), reservation, 3).expect(200);
        assertThat(booth.balance()).isEqualTo("102");
    }

    @Test
    void id_09_a_key_of_one_wallet_is_free_for_another() {
        Booth other = Booth.of(Booth.ECHO, Map.of());
        Api caller = operator.key(Harness.unique("k"));
        for (int i = 0; i < 2; i++) {
            caller.post(topUps(booth), Map.of("credits_amount", 5)).expect(201);
            caller.post(topUps(other), Map.of("credits_amount", 7)).expect(201);
        }
        assertThat(booth.balance()).isEqualTo("105");
        assertThat(other.balance()).isEqualTo("107");
    }

    @Test
    void id_11_of_calls_that_race_with_one_key_the_losers_write_nothing() throws Exception {
        for (int round = 0; round < 5; round++) {
            Api caller = service.key(Harness.unique("k"));
            long holds = booth.count("hold");
            AtomicInteger turn = new AtomicInteger();
            List<Api.Reply> replies =
                    KeysTest.together(12, () -> authorize(caller, booth, 1 + turn.getAndIncrement() % 2));
            Set<String> answers = new HashSet<>();
            for (Api.Reply reply : replies) {
                assertThat(reply.status()).as(reply.text()).isIn(200, 409);
                if (reply.status() == 200) {
                    answers.add(reply.text());
                }
            }
            assertThat(answers)
                    .as("one call won, and its repetitions say the same")
                    .hasSize(1);
            assertThat(booth.count("hold")).isEqualTo(holds + 1);
        }
        assertThat(booth.count("reservation")).isZero();
        booth.keepsTheLaws();
    }

    @Test
    void id_17_a_top_up_of_a_year_ago_is_remembered() {
        Api caller = operator.key(Harness.unique("k"));
        Map<String, Object> body = Map.of("credits_amount", 25);
        Api.Reply first = caller.post(topUps(booth), body).expect(201);
        int aged = booth.sql("""
                        update idempotency_record
                        set first_seen_at = first_seen_at - interval '1 year', last_seen_at = last_seen_at - interval '1 year',
                            expires_at = expires_at - interval '1 year'
                        where operation = 'wallets.topup' and scope = (select 'wallet:' || id from wallet where org_id = :org)
                        """).update();
        assertThat(aged).isEqualTo(1);
        booth.harness().bean(Idempotency.class).sweep(10_000);
        Api.Reply again = caller.post(topUps(booth), body).expect(201);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("Idempotency-Replayed")).contains("true");
        assertThat(booth.balance()).isEqualTo("125");
    }

    @Test
    void id_18_and_tu_01_without_a_key_a_top_up_is_refused_and_every_hold_is_a_new_one() {
        service.post(topUps(booth), Map.of("credits_amount", 5)).expect(400, "VALIDATION_ERROR");
        assertThat(booth.count("transfer")).isEqualTo(1);
        String first = authorize(service, booth, 10).expect(200).at("/reservation_id");
        String second = authorize(service, booth, 10).expect(200).at("/reservation_id");
        assertThat(second).isNotEqualTo(first);
        assertThat(booth.wallet().at("/reserved")).isEqualTo("20");
        Api.Reply settled = settle(service, first, 3).expect(200);
        assertThat(settle(service, first, 3).expect(200).text())
                .as("keyed by its reservation")
                .isEqualTo(settled.text());
        assertThat(booth.run("x").expect(200).at("/run_id"))
                .isNotEqualTo(booth.run("x").expect(200).at("/run_id"));
        assertThat(booth.balance()).isEqualTo("95");
    }

    @Test
    void tu_02_a_top_up_of_nothing_less_or_a_part_is_refused() {
        for (String amount : List.of("0", "-0", "-5", "1.5", "0.000001", "9223372036854775808", "9000000001")) {
            operator.key(Harness.unique("k"))
                    .post(topUps(booth), "{\"credits_amount\": " + amount + "}")
                    .expect(422, "SEMANTIC_ERROR");
        }
        for (String unit : List.of("USD", "eur", "tokens", "")) {
            operator.key(Harness.unique("k"))
                    .post(topUps(booth), Map.of("credits_amount", 5, "currency", unit))
                    .expect(422, "SEMANTIC_ERROR");
        }
        assertThat(booth.count("transfer")).isEqualTo(1);
    }

    @Test
    void tu_03_and_av_02_a_buyer_tops_nothing_up_and_a_member_buys_nothing() {
        long rows = booth.count("transfer");
        Map<String, Object> body = Map.of("credits_amount", 5);
        booth.api().key(Harness.unique("k")).post(topUps(booth), body).expect(403, "PERMISSION_DENIED");
        Signed member = Signed.in(booth.harness());
        booth.api()
                .post(
                        "/api/v1/orgs/" + booth.org().value() + "/members",
                        Map.of("user_id", member.subject(), "role", "member"))
                .expect(201);
        String project = booth.sql("select project_id from instance where org_id = :org")
                .query(String.class)
                .single();
        Map<String, Object> bought = new HashMap<>(booth.sql("""
                        select offering_version_id::text as offering_version_id, plan_id::text as plan_id from instance
                        where org_id = :org
                        """).query().singleRow());
        bought.putAll(Map.of("org_id", booth.org().value(), "project_id", project));
        long keys = booth.keyed();
        member.api().post("/api/v1/instances", bought).expect(403, "PERMISSION_DENIED");
        member.api().key(Harness.unique("k")).post(topUps(booth), body).expect(403, "PERMISSION_DENIED");
        booth.withKey().key(Harness.unique("k")).post(topUps(booth), body).expect(403, "PERMISSION_DENIED");
        assertThat(booth.count("instance")).isEqualTo(1);
        assertThat(booth.count("transfer")).isEqualTo(rows);
        assertThat(booth.keyed()).as("not even a key is taken").isEqualTo(keys);
        booth.api().post("/api/v1/instances", bought).expect(201);
    }

    @Test
    void av_03_a_refusal_for_credit_says_what_is_needed_what_is_there_and_how_to_go_on() {
        Booth poor = Booth.of(Booth.MODEL, Booth.UNLIMITED).withCredits(1);
        Api.Reply refused = poor.run("x").expect(402, "INSUFFICIENT_CREDITS");
        Map<String, String> details = new HashMap<>();
        refused.json()
                .at("/error/details")
                .forEach(one -> details.put(
                        one.path("path").asString(), one.path("message").asString()));
        assertThat(details.get("available"))
                .isEqualTo("1")
                .isEqualTo(poor.wallet().at("/available"));
        long needed = Long.parseLong(details.get("needed"));
        assertThat(needed).isGreaterThan(1);
        assertThat(details.get("continue")).contains("Add credit");
        assertThat(refused.at("/type")).endsWith("/insufficient-credits");
        poor.topUp(needed - 1);
        poor.run("x").expect(200);
    }

    @Test
    void gr_23_credit_for_one_capability_pays_for_runs_of_an_instance_that_has_it() {
        Booth chat = Booth.of(Booth.ECHO, Booth.UNLIMITED).withCredits(0);
        Booth model = Booth.of(Booth.MODEL, Booth.UNLIMITED).withCredits(0);
        for (Booth each : List.of(chat, model)) {
            String wallet = "/api/v1/wallets/" + each.wallet().at("/wallet_id") + "/grants";
            operator.key(Harness.unique("k"))
                    .post(wallet, Map.of("amount", 20, "capability", "prompt_orchestrator"))
                    .expect(201);
            operator.key(Harness.unique("k"))
                    .post(wallet, Map.of("amount", 20, "capability", "orchestrator_of_prompts"))
                    .expect(422, "SEMANTIC_ERROR");
            assertThat(each.wallet().at("/limited/0/capability")).isEqualTo("prompt_orchestrator");
            assertThat(each.wallet().at("/limited/0/available")).isEqualTo("20");
        }
        chat.run("no model is asked here").expect(402, "INSUFFICIENT_CREDITS");
        assertThat(authorize(service, chat, 5).expect(200).at("/allowed")).isEqualTo("false");
        model.run("x").expect(200);
        assertThat(model.balance()).isEqualTo("17");
        Api.Reply held = authorize(service, model, 5).expect(200);
        assertThat(held.at("/allowed")).isEqualTo("true");
        assertThat(model.wallet().at("/limited/0/available")).isEqualTo("12");
        Api.Reply preview = model.api()
                .post("/api/v1/billing/preview", Map.of("type", "run", "instance_id", model.instance(), "credits", 5))
                .expect(200);
        assertThat(preview.at("/allowed")).isEqualTo("true");
        service.post(
                        SETTLE,
                        Map.of(
                                "reservation_id",
                                held.at("/reservation_id"),
                                "instance_id",
                                model.instance(),
                                "usage",
                                Map.of("requests", 8)))
                .expect(200);
        assertThat(model.balance())
                .as("above its hold it goes on with the same credit")
                .isEqualTo("9");
        model.keepsTheLaws();
    }
}
