package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Wallets as their owner and the operator see them over HTTP (sections 2, 5 and 15 of the conformance sheet). */
class WalletPagesTest {

    private final Harness harness = Harness.shared();
    private final Signed owner = Signed.in();
    private final Api operator = Signed.in("cmp-admin").api();
    private final OrgId org;
    private final String wallet;
    private final Ledger ledger = harness.bean(Ledger.class);

    WalletPagesTest() {
        Api.Reply opened = owner.api().post("/api/v1/orgs/auto").expect(200);
        org = new OrgId(UUID.fromString(opened.at("/org_id")));
        wallet = "/api/v1/wallets/" + opened.at("/wallet_id");
    }

    private Api keyed() {
        return operator.key(Harness.unique("key"));
    }

    private UUID hold(long credits) {
        return ledger.hold(new HoldRequest(org, UUID.randomUUID(), null, Credits.of(credits), Scene.ONE_EACH))
                .orThrow()
                .reservation();
    }

    private String spend(long credits) {
        UUID instance = UUID.randomUUID();
        UUID hold = ledger.hold(new HoldRequest(org, instance, null, Credits.of(credits), Scene.ONE_EACH))
                .orThrow()
                .reservation();
        return String.valueOf(ledger.settle(new SettleRequest(org, hold, instance, Scene.used(credits)))
                .entry());
    }

    private String balance() {
        return owner.api().get(wallet).expect(200).at("/balance");
    }

    @Test
    void av_05_the_wallet_page_shows_holds_with_their_age_and_grants_with_their_end() {
        hold(15);
        keyed().post(wallet + "/grants", Map.of("amount", 20, "kind", "promotional", "expires_in_days", 30))
                .expect(201);
        Api.Reply page = owner.api().get(wallet).expect(200);
        assertThat(List.of(page.at("/balance"), page.at("/reserved"), page.at("/available")))
                .containsExactly("120", "15", "105");
        Api.Reply holds = owner.api().get(wallet + "/reservations").expect(200);
        assertThat(holds.at("/count")).isEqualTo("1");
        assertThat(holds.at("/results/0/amount")).isEqualTo("15");
        assertThat(holds.json().at("/results/0/age_seconds").asInt()).isBetween(0, 60);
        Api.Reply grants = owner.api().get(wallet + "/grants").expect(200);
        assertThat(grants.at("/results/0/kind")).isEqualTo("trial");
        assertThat(grants.at("/results/0/held")).isEqualTo("15");
        assertThat(grants.at("/results/1/expires_at")).startsWith("20");
    }

    @Test
    void av_06_an_expired_hold_is_not_shown_as_open() {
        UUID hold = hold(15);
        JdbcClient.create(harness.database().dataSource())
                .sql("update hold set expires_at = now() - interval '1 second' where id = :id")
                .param("id", hold)
                .update();
        assertThat(owner.api().get(wallet + "/reservations").expect(200).at("/count"))
                .isEqualTo("0");
    }

    @Test
    void av_07_absorbed_cost_is_reported_with_its_reason_and_run() {
        UUID instance = UUID.randomUUID();
        UUID run = UUID.randomUUID();
        UUID hold = ledger.hold(new HoldRequest(org, instance, run, Credits.of(100), Scene.ONE_EACH))
                .orThrow()
                .reservation();
        ledger.settle(new SettleRequest(org, hold, instance, Scene.used(107)));
        Api.Reply report =
                operator.get("/api/v1/admin/reports/absorbed?org_id=" + org).expect(200);
        assertThat(report.at("/total")).isEqualTo("7");
        assertThat(report.at("/costs/results/0/run_id")).isEqualTo(run.toString());
        assertThat(report.at("/costs/results/0/reason")).contains("could not pay");
        owner.api().get("/api/v1/admin/reports/absorbed").expect(403);
    }

    @Test
    void av_08_an_entry_leads_to_its_grants_and_its_refund_and_back() {
        String entry = spend(7);
        Api.Reply refund = keyed().post(wallet + "/refunds", Map.of("entry_id", entry, "amount", 2, "reason", "sorry"))
                .expect(201);
        assertThat(refund.at("/refundable")).isEqualTo("5");
        Api.Reply line = owner.api().get(wallet + "/ledger/" + entry).expect(200);
        assertThat(line.at("/grants/0/kind")).isEqualTo("trial");
        assertThat(line.at("/refunds/0/ledger_entry_id")).isEqualTo(refund.at("/ledger_entry_id"));
        Api.Reply back = owner.api()
                .get(wallet + "/ledger/" + refund.at("/ledger_entry_id"))
                .expect(200);
        assertThat(back.at("/reference_id")).isEqualTo("refund:" + entry);
    }

    @Test
    void av_09_an_overdraft_is_agreed_by_the_operator_and_shown_as_debt() {
        owner.api().put(wallet + "/overdraft", Map.of("overdraft", 50)).expect(403);
        assertThat(operator.put(wallet + "/overdraft", Map.of("overdraft", 50))
                        .expect(200)
                        .at("/overdraft"))
                .isEqualTo("50");
        spend(130);
        Api.Reply page = owner.api().get(wallet).expect(200);
        assertThat(List.of(page.at("/balance"), page.at("/debt"), page.at("/available")))
                .containsExactly("-30", "30", "-30");
        operator.put(wallet + "/overdraft", Map.of("overdraft", 29)).expect(409, "INVALID_STATE");
        operator.put(wallet + "/overdraft", Map.of("overdraft", 30)).expect(200);
        operator.put(wallet + "/overdraft", Map.of("overdraft", -1)).expect(422);
        operator.put(wallet + "/overdraft", Map.of()).expect(400);
    }

    @Test
    void a_key_makes_one_grant_one_refund_one_adjustment_and_takes_back_once() {
        for (String[] call : new String[][] {
            {"/grants", "{\"amount\": 5}"},
            {"/adjustments", "{\"amount\": -5, \"reason\": \"too much\"}"},
            {"/refunds", "{\"entry_id\": \"" + spend(4) + "\", \"reason\": \"sorry\"}"}
        }) {
            operator.post(wallet + call[0], call[1]).expect(400);
            Api keyed = keyed();
            Api.Reply first = keyed.post(wallet + call[0], call[1]).expect(201);
            Api.Reply again = keyed.post(wallet + call[0], call[1]).expect(201);
            assertThat(again.text()).isEqualTo(first.text());
        }
        assertThat(balance()).isEqualTo("100");
        String grant = keyed().post(wallet + "/grants", Map.of("amount", 5))
                .expect(201)
                .at("/grant_id");
        keyed().post(wallet + "/grants/" + grant + "/voiding", Map.of("reason", "x"))
                .expect(201);
        keyed().post(wallet + "/grants/" + grant + "/voiding").expect(409);
        keyed().post(wallet + "/grants/" + UUID.randomUUID() + "/voiding").expect(404);
        assertThat(balance()).isEqualTo("100");
    }

    @Test
    void statements_come_as_json_csv_and_pdf() throws Exception {
        spend(7);
        Api.Reply json = owner.api().get(wallet + "/statement").expect(200);
        assertThat(json.at("/opening_balance")).isEqualTo("0");
        assertThat(json.at("/closing_balance")).isEqualTo("93");
        assertThat(json.at("/totals/usage")).isEqualTo("-7");
        assertThat(json.json().at("/lines").size()).isEqualTo(2);
        assertThat(json.json().at("/final").asBoolean()).isFalse();
        Api.Reply csv = owner.api().get(wallet + "/statement?format=csv").expect(200);
        assertThat(csv.header("content-type").orElse("")).startsWith("text/csv");
        assertThat(csv.text().lines().toList())
                .hasSize(5)
                .last()
                .asString()
                .contains("closing_balance")
                .contains(",93,");
        Api.Reply pdf = owner.api().get(wallet + "/statement?format=pdf").expect(200);
        assertThat(pdf.text()).startsWith("%PDF");
        assertThat(owner.api().get(wallet + "/balance").expect(200).at("/balance"))
                .isEqualTo("93");
        assertThat(owner.api()
                        .get(wallet + "/balance?at=2020-01-01")
                        .expect(200)
                        .at("/balance"))
                .isEqualTo("0");
    }

    @Test
    void pv_01_and_pv_02_a_refund_is_previewed_as_it_will_be() {
        String entry = spend(7);
        Map<String, Object> asked =
                Map.of("type", "refund", "wallet_id", wallet.substring(wallet.length() - 36), "entry_id", entry);
        Api.Reply preview = operator.post("/api/v1/billing/preview", asked).expect(200);
        assertThat(List.of(preview.at("/allowed"), preview.at("/debited"), preview.at("/balance")))
                .containsExactly("true", "-7", "100");
        assertThat(preview.at("/as_of")).startsWith("20");
        assertThat(balance()).as("nothing happened").isEqualTo("93");
        keyed().post(wallet + "/refunds", Map.of("entry_id", entry, "reason", "sorry"))
                .expect(201);
        Api.Reply over = operator.post("/api/v1/billing/preview", asked).expect(200);
        assertThat(over.at("/allowed")).isEqualTo("false");
        assertThat(over.at("/refusal/code")).isEqualTo("REFUND_TOO_LARGE");
        owner.api().post("/api/v1/billing/preview", asked).expect(403);
    }

    @Test
    void the_rule_of_a_wallet_that_fills_itself_is_its_owners() {
        owner.api().get(wallet + "/auto-top-up").expect(404);
        Api.Reply put = owner.api()
                .put(wallet + "/auto-top-up", Map.of("threshold", 20, "amount", 50, "max_per_day", 2))
                .expect(200);
        assertThat(put.at("/version")).isEqualTo("1");
        spend(90);
        assertThat(owner.api().get(wallet + "/auto-top-up").expect(200).at("/charges/0/state"))
                .isEqualTo("requested");
        owner.api().put(wallet + "/low-balance", Map.of("threshold", 5)).expect(200);
        owner.api().delete(wallet + "/auto-top-up").expect(204);
        Signed.in().api().get(wallet + "/auto-top-up").expect(404);
    }

    @Test
    void a_grant_without_an_end_or_with_null_for_it_never_ends() {
        for (String end : List.of("", ", \"expires_in_days\": null", ", \"expires_at\": null")) {
            assertThat(keyed().post(wallet + "/grants", "{\"amount\": 1" + end + "}")
                            .expect(201)
                            .json()
                            .path("expires_at")
                            .isNull())
                    .isTrue();
        }
        assertThat(balance()).isEqualTo("103");
    }

    @Nested
    class Answers422 {
        @Test
        void tp_40_another_unit_than_credits_is_refused() {
            for (String path : List.of("/grants", "/adjustments", "/refunds", "/topups")) {
                for (String unit : List.of("usd", "EUR", "", "credit", "Credits")) {
                    keyed().post(
                                    wallet + path,
                                    Map.of(
                                            "amount",
                                            1,
                                            "credits_amount",
                                            1,
                                            "entry_id",
                                            UUID.randomUUID(),
                                            "reason",
                                            "x",
                                            "currency",
                                            unit))
                            .expect(422);
                }
            }
            assertThat(balance()).isEqualTo("100");
        }

        @Test
        void amounts_that_make_no_sense_write_nothing() {
            for (String amount : List.of("0", "-1", "9223372036854775808", "1e40", "9000000001")) {
                keyed().post(wallet + "/grants", "{\"amount\": " + amount + "}").expect(422);
            }
            for (String amount : List.of("0", "9223372036854775808", "-9223372036854775808", "1e30")) {
                keyed().post(wallet + "/adjustments", "{\"amount\": " + amount + ", \"reason\": \"x\"}")
                        .expect(422);
            }
            for (String days : List.of("-1", "0", "1000000000", "1.5", "1e30")) {
                keyed().post(wallet + "/grants", "{\"amount\": 1, \"expires_in_days\": " + days + "}")
                        .expect(422);
            }
            keyed().post(wallet + "/grants", "{\"amount\": 1, \"expires_at\": \"2020-01-01\"}")
                    .expect(422);
            keyed().post(
                            wallet + "/grants",
                            "{\"amount\": 1, \"recurs\": \"month\", \"rollover_min\": 5, \"rollover_max\": 2}")
                    .expect(422);
            keyed().post(wallet + "/adjustments", "{\"amount\": -101, \"reason\": \"x\"}")
                    .expect(402);
            keyed().post(wallet + "/refunds", Map.of("entry_id", UUID.randomUUID(), "reason", "x"))
                    .expect(404);
            assertThat(balance()).isEqualTo("100");
        }
    }

    @Nested
    class Answers400 {
        @Test
        void what_is_not_well_formed() {
            for (String body : List.of(
                    "{\"amount\": \"10\"}",
                    "{\"amount\": 0.0000001}",
                    "{}",
                    "{\"amount\": 1, \"kind\": \"gold\"}",
                    "{\"amount\": 1, \"recurs\": \"daily\"}",
                    "{\"amount\": 1, \"effective_at\": \"soon\"}",
                    "{\"amount\": 1, \"expires_at\": \"2099-01-01\", \"expires_in_days\": 3}")) {
                keyed().post(wallet + "/grants", body).expect(400);
            }
            keyed().post(wallet + "/refunds", Map.of("reason", "x")).expect(400);
            owner.api().get(wallet + "/statement?format=xml").expect(400);
            owner.api().get(wallet + "/statement?from=x").expect(400);
            owner.api().put(wallet + "/auto-top-up", Map.of("threshold", 20)).expect(400);
        }
    }

    @Nested
    class Answers403 {
        @Test
        void owners_do_not_give_themselves_credit() {
            Api keyed = owner.api().key("k");
            keyed.post(wallet + "/grants", Map.of("amount", 5)).expect(403);
            keyed.post(wallet + "/adjustments", Map.of("amount", 5, "reason", "x"))
                    .expect(403);
            keyed.post(wallet + "/refunds", Map.of("entry_id", UUID.randomUUID(), "reason", "x"))
                    .expect(403);
            keyed.post(wallet + "/grants/" + UUID.randomUUID() + "/voiding").expect(403);
        }
    }
}
