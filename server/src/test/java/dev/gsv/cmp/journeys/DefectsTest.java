package dev.gsv.cmp.journeys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/**
 * Section 20 of the control plane contract, line by line: what must not occur. Lines 2, 11, 13, 14 and 17 are about
 * connectors, the shop, signatures and the widget, which come with their rooms. Proved elsewhere: line 3 by
 * {@code StrangersTest}, where nobody gets through a door that is not open; line 15 by {@code AliasesTest}, which walks
 * every documented path; line 20 by {@code ShapesTest} and {@code FuzzTest}; of line 10 the payload mismatch by
 * {@code RepeatedCallsTest}, of line 7 the failed run by {@code TroubleTest}; line 19 by {@code AmountsTest}.
 */
class DefectsTest {

    private static final String AUTHORIZE = "/api/v1/billing/authorize";
    private static final String SETTLE = "/api/v1/billing/settle";
    private static final String INSTANCES = "/api/v1/instances/";
    private static final Map<String, Object> FOUR_CREDITS =
            Map.of("llm_tokens_in", 1500, "llm_tokens_out", 800, "tool_calls", 1, "requests", 1, "rag_queries", 3);

    private static final Harness HARNESS = Harness.shared();
    private static Seller seller;
    private static String offering;
    private static Api service;
    private static Api operator;

    private final Buyer buyer = Buyer.at(HARNESS);
    private final String instance = buyer.subscribes(offering);

    @BeforeAll
    static void open() {
        seller = Seller.at(HARNESS);
        offering = seller.sells(Flows.ECHO, Harness.unique("Defects"));
        service = Signed.service(HARNESS);
        operator = Signed.in(HARNESS, "cmp-admin").api();
    }

    private static <T> List<T> together(int times, Callable<T> call) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> started = IntStream.range(0, times)
                    .mapToObj(i -> threads.submit(call))
                    .toList();
            List<T> results = new java.util.ArrayList<>();
            for (Future<T> each : started) {
                results.add(each.get());
            }
            return results;
        }
    }

    private Api.Reply authorize(int budget) {
        return service.post(AUTHORIZE, Map.of("instance_id", instance, "requested_budget", budget));
    }

    private Api.Reply settle(String reservation, String of, Map<String, Object> usage) {
        return service.post(SETTLE, Map.of("reservation_id", reservation, "instance_id", of, "usage", usage));
    }

    private BigDecimal money(String what) {
        return buyer.money().path(what).decimalValue();
    }

    private void ledgerSumsToTheBalance() {
        BigDecimal sum = buyer.ledger()
                .valueStream()
                .map(entry -> entry.path("amount").decimalValue())
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(money("balance")).isEqualByComparingTo(sum);
    }

    @Test
    void line_1_a_trial_start_that_always_fails_and_a_trial_granted_twice() throws Exception {
        Signed person = Signed.in(HARNESS);
        List<JsonNode> opened = together(
                12, () -> person.api().post("/api/v1/orgs/auto").expect(200).json());
        assertThat(opened.stream().filter(each -> each.path("trial_granted").asBoolean()))
                .hasSize(1);
        String wallet = "/api/v1/wallets/" + opened.getFirst().path("wallet_id").asString();
        String product = seller.imports(Flows.ECHO, Harness.unique("Trial")).offering();
        seller.plan(product, Map.of("name", "Trial", "is_trial", true));
        String slug = seller.publish(product).expect(200).at("/slug");
        List<Integer> started = together(
                6,
                () -> person.api()
                        .post(INSTANCES + "trial", Map.of("product_slug", slug))
                        .status());
        assertThat(started).containsOnlyOnce(201).containsOnly(201, 409);
        assertThat(person.api().get(wallet).expect(200).at("/balance")).isEqualTo("100");
        assertThat(person.api().get(wallet + "/ledger").expect(200).json().findValuesAsString("entry_type"))
                .containsExactly("trial_grant");
    }

    @Test
    void line_4_free_top_up_by_the_customer_and_a_top_up_key_shared_between_wallets() {
        Buyer other = Buyer.at(HARNESS);
        Map<String, Object> body = Map.of("credits_amount", 5, "idempotency_key", Harness.unique("k"));
        String path = "/api/v1/wallets/" + buyer.wallet() + "/topups";
        buyer.api().post(path, body).expect(403, "PERMISSION_DENIED");
        HARNESS.caller().as(buyer.key(instance)).post(path, body).expect(403, "PERMISSION_DENIED");
        assertThat(money("balance")).isEqualByComparingTo("100");
        for (int i = 0; i < 2; i++) {
            operator.post(path, body).expect(201);
            operator.post("/api/v1/wallets/" + other.wallet() + "/topups", body).expect(201);
        }
        assertThat(money("balance")).isEqualByComparingTo("105");
        assertThat(other.money().path("balance").asInt()).isEqualTo(105);
    }

    @Test
    void line_5_parallel_authorizes_or_settles_that_overspend_or_lose_an_update() throws Exception {
        List<JsonNode> answers = together(25, () -> authorize(10).expect(200).json());
        List<String> held = answers.stream()
                .filter(each -> each.path("allowed").asBoolean())
                .map(each -> each.path("reservation_id").asString())
                .toList();
        assertThat(held).hasSize(10).doesNotHaveDuplicates();
        assertThat(money("available")).isZero();
        for (String reservation : held) {
            assertThat(together(
                            4,
                            () -> settle(reservation, instance, FOUR_CREDITS)
                                    .expect(200)
                                    .at("/ledger_entry_id")))
                    .hasSize(4)
                    .containsOnly(settle(reservation, instance, FOUR_CREDITS).at("/ledger_entry_id"));
        }
        assertThat(money("balance")).isEqualByComparingTo("60");
        assertThat(money("reserved")).isZero();
        ledgerSumsToTheBalance();
    }

    @Test
    void line_6_reservations_that_never_expire() {
        String reservation = authorize(100).expect(200).at("/reservation_id");
        assertThat(authorize(1).expect(200).at("/allowed")).isEqualTo("false");
        JdbcClient.create(HARNESS.database().dataSource())
                .sql("""
                        with past as (update hold set expires_at = now() - interval '1 second' where id = :id returning org_id)
                        update wallet set due_at = now() - interval '1 second' where org_id = (select org_id from past)
                        """)
                .param("id", UUID.fromString(reservation))
                .update();
        assertThat(authorize(100).expect(200).at("/allowed")).isEqualTo("true");
    }

    @Test
    void line_7_unbilled_overage() {
        String reservation = authorize(1).expect(200).at("/reservation_id");
        Api.Reply settled = settle(reservation, instance, FOUR_CREDITS).expect(200);
        assertThat(settled.at("/debited")).isEqualTo("4");
        assertThat(money("balance")).isEqualByComparingTo("96");
    }

    @Test
    void line_7_authorize_on_a_paused_instance() {
        buyer.api().post(INSTANCES + instance + "/pause").expect(200);
        authorize(1).expect(409, "INSTANCE_PAUSED");
        assertThat(money("reserved")).isZero();
    }

    @Test
    void line_7_settle_with_a_foreign_instance() {
        String reservation = authorize(10).expect(200).at("/reservation_id");
        settle(reservation, buyer.subscribes(offering), FOUR_CREDITS).expect(409, "INVALID_STATE");
        settle(reservation, Buyer.at(HARNESS).subscribes(offering), FOUR_CREDITS)
                .expect(409, "INVALID_STATE");
        assertThat(money("reserved")).isEqualByComparingTo("10");
        assertThat(money("balance")).isEqualByComparingTo("100");
    }

    @Test
    void line_8_a_second_settle_that_shows_another_debit() {
        String reservation = authorize(10).expect(200).at("/reservation_id");
        String first = settle(reservation, instance, FOUR_CREDITS).expect(200).text();
        assertThat(settle(reservation, instance, FOUR_CREDITS).expect(200).text())
                .isEqualTo(first);
        settle(reservation, instance, Map.of("requests", 9)).expect(409, "IDEMPOTENCY_PAYLOAD_MISMATCH");
    }

    @Test
    void line_8_a_cancelled_reservation_reported_as_settled() {
        String reservation = authorize(10).expect(200).at("/reservation_id");
        service.delete("/api/v1/billing/reservations/" + reservation).expect(204);
        settle(reservation, instance, FOUR_CREDITS).expect(409, "INVALID_STATE");
        String refused = authorize(1000).expect(200).at("/reservation_id");
        settle(refused, instance, FOUR_CREDITS).expect(409, "INVALID_STATE");
        assertThat(money("balance")).isEqualByComparingTo("100");
    }

    @Test
    void line_9_a_ledger_that_does_not_sum_to_the_balance() {
        String dear = seller.imports(Flows.ECHO, Harness.unique("Dear")).offering();
        seller.plan(dear, Map.of("name", "Paid", "price_credits", new BigDecimal("2.5")));
        seller.publish(dear).expect(200);
        buyer.subscribes(dear);
        operator.key(Harness.unique("k"))
                .post("/api/v1/wallets/" + buyer.wallet() + "/topups", Map.of("credits_amount", 7))
                .expect(201);
        buyer.run(instance, "s", "Hello").expect(200);
        settle(authorize(3).expect(200).at("/reservation_id"), instance, FOUR_CREDITS)
                .expect(200);
        authorize(5).expect(200);
        assertThat(buyer.ledger().findValuesAsString("entry_type")).contains("trial_grant", "usage", "topup");
        ledgerSumsToTheBalance();
        assertThat(money("available")).isEqualByComparingTo(money("balance").subtract(money("reserved")));
    }

    @Test
    void line_10_an_api_key_stored_in_clear() {
        JdbcClient sql = JdbcClient.create(HARNESS.database().dataSource());
        for (String format : List.of("jwt", "opaque")) {
            Api.Reply made = buyer.api()
                    .key(Harness.unique("k"))
                    .post(INSTANCES + instance + "/api_keys", Map.of("name", "shop", "format", format))
                    .expect(201);
            String secret = made.at("/key").substring(made.at("/key").length() - 20);
            for (String table : List.of("api_key", "idempotency_record", "instance")) {
                assertThat(sql.sql("select count(*) from " + table + " t where t::text like :secret")
                                .param("secret", "%" + secret + "%")
                                .query(Long.class)
                                .single())
                        .as(format + " in " + table)
                        .isZero();
            }
        }
    }

    @Test
    void line_12_organizations_without_wallet() {
        Signed person = Signed.in(HARNESS);
        person.organization();
        assertThat(person.api().get("/api/v1/wallets/me").expect(200).at("/balance"))
                .isEqualTo("0");
    }

    @Test
    void line_12_strangers_adding_members_or_projects() {
        Signed stranger = Signed.in(HARNESS);
        String org = "/api/v1/orgs/" + buyer.org();
        stranger.api()
                .post(org + "/members", Map.of("user_id", stranger.subject(), "role", "owner"))
                .expect(404, "NOT_FOUND");
        stranger.api().post(org + "/projects", Map.of("name", "Mine")).expect(404, "NOT_FOUND");
        assertThat(buyer.api().get(org + "/members").at("/count")).isEqualTo("1");
        assertThat(buyer.api().get(org + "/projects").at("/count")).isEqualTo("1");
    }

    @Test
    void line_12_state_set_by_patch() {
        buyer.api().patch(INSTANCES + instance, Map.of("state", "terminated")).expect(400, "VALIDATION_ERROR");
        assertThat(buyer.api().get(INSTANCES + instance).at("/state")).isEqualTo("active");
        seller.api().patch("/api/v1/offerings/" + offering, Map.of("status", "eol"));
        assertThat(seller.api().get("/api/v1/offerings/" + offering).at("/status"))
                .isEqualTo("published");
    }

    @Test
    void line_12_overrides_replacing_plan_limits() {
        Map<String, Object> limits = Map.of("limits", Map.of("requests_per_minute", 1_000_000));
        buyer.api()
                .patch(INSTANCES + instance + "/config", Map.of("overrides", limits))
                .expect(422, "CONFIG_VALIDATION_FAILED");
        assertThat(buyer.api()
                        .get(INSTANCES + instance + "/config")
                        .expect(200)
                        .json()
                        .at("/effective_config/limits/requests_per_minute")
                        .isNull())
                .as("unlimited, as the plan says")
                .isTrue();
    }

    @Test
    void line_12_entitlements_readable_by_anyone() {
        String path = INSTANCES + instance + "/entitlements";
        HARNESS.caller().get(path).expect(401, "UNAUTHENTICATED");
        Buyer other = Buyer.at(HARNESS);
        other.api().get(path).expect(404, "NOT_FOUND");
        HARNESS.caller().as(other.key(other.subscribes(offering))).get(path).expect(404, "NOT_FOUND");
        buyer.api().get(path).expect(200);
    }

    @Test
    void line_12_revoking_a_key_of_another_instance() {
        Api.Reply key = buyer.api()
                .post(INSTANCES + instance + "/api_keys", Map.of("name", "shop"))
                .expect(201);
        String another = buyer.subscribes(offering);
        buyer.api()
                .post(INSTANCES + another + "/api_keys/" + key.at("/id") + "/revoke")
                .expect(404, "NOT_FOUND");
        HARNESS.caller().as(key.at("/key")).get(INSTANCES + instance).expect(200);
    }

    @Test
    void line_16_any_logged_in_user_editing_offerings_or_seeing_foreign_drafts() {
        String draft = seller.imports(Flows.ECHO, Harness.unique("Draft")).offering();
        buyer.api().get("/api/v1/offerings/" + draft).expect(404, "NOT_FOUND");
        assertThat(buyer.api()
                        .get("/api/v1/offerings?limit=200&provider=" + seller.org())
                        .expect(200)
                        .text())
                .doesNotContain(draft);
        for (String foreign : List.of(draft, offering)) {
            buyer.api()
                    .patch("/api/v1/offerings/" + foreign, Map.of("name", "Mine now"))
                    .expect(404, "NOT_FOUND");
            buyer.api().delete("/api/v1/offerings/" + foreign).expect(404, "NOT_FOUND");
        }
        assertThat(seller.api().get("/api/v1/offerings/" + offering).at("/name"))
                .startsWith("Defects");
    }

    @Test
    void line_18_usage_always_zero() {
        JsonNode run = buyer.run(instance, "s", "Hello").expect(200).json();
        assertThat(run.at("/usage/requests").asInt()).isEqualTo(1);
        JsonNode report =
                buyer.api().get(INSTANCES + instance + "/usage").expect(200).json();
        assertThat(report.at("/totals/api_calls").asInt()).isEqualTo(1);
        assertThat(report.at("/totals/credits").asInt()).isEqualTo(1);
    }

    @Test
    void line_18_a_flow_id_guessed_from_the_instance_id() {
        JsonNode shown = buyer.api().get(INSTANCES + instance).expect(200).json();
        for (String other : List.of(
                offering,
                shown.at("/offering_version/id").asString(),
                shown.at("/plan/id").asString())) {
            buyer.run(other, "s", "Hello").expect(404, "NOT_FOUND");
        }
        assertThat(money("balance")).isEqualByComparingTo("100");
    }
}
