package dev.gsv.cmp.journeys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers and days that make no sense: line 19 of the defects to exclude, and what lies around it. */
class AmountsTest {

    private static final String INSTANCES = "/api/v1/instances/";

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
        offering = seller.sells(Flows.ECHO, Harness.unique("Amounts"));
        service = Signed.service(HARNESS);
        operator = Signed.in(HARNESS, "cmp-admin").api();
    }

    private String held() {
        return service.post("/api/v1/billing/authorize", Map.of("instance_id", instance))
                .expect(200)
                .at("/reservation_id");
    }

    private Api.Reply settle(Map<String, Object> usage) {
        return settle(held(), usage);
    }

    private Api.Reply settle(String reservation, Map<String, Object> usage) {
        return service.post(
                "/api/v1/billing/settle",
                Map.of("reservation_id", reservation, "instance_id", instance, "usage", usage));
    }

    private BigDecimal balance() {
        return buyer.money().path("balance").decimalValue();
    }

    private void ledgerSumsToTheBalance() {
        BigDecimal sum = buyer.ledger()
                .valueStream()
                .map(entry -> entry.path("amount").decimalValue())
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(balance()).isEqualByComparingTo(sum);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "credits_amount 0",
                "credits_amount -5",
                "credits_amount -0",
                "credits_amount 0.5",
                "credits_amount 9223372036854775808",
                "credits_amount 1e400",
                "requested_budget -1",
                "llm_tokens_in -1",
                "audio_minutes -0.5",
                "price_credits -1",
                "price_cents -1",
                "monthly_quota 0",
                "monthly_quota -1",
                "included_credits -1",
                "limits {\"requests_per_minute\":0}",
                "stars 0",
                "stars -1"
            })
    void line_19_amounts_limits_or_days_that_make_no_sense(String amount) {
        String name = amount.substring(0, amount.indexOf(' '));
        Map<String, Object> part = new HashMap<>(Map.of(name, Nasty.raw(amount.substring(name.length() + 1))));
        Api.Reply reply = switch (name) {
            case "credits_amount" ->
                operator.key(Harness.unique("k")).post("/api/v1/wallets/" + buyer.wallet() + "/topups", part);
            case "requested_budget" -> {
                part.put("instance_id", instance);
                yield service.post("/api/v1/billing/authorize", part);
            }
            case "llm_tokens_in", "audio_minutes" -> settle(part);
            case "stars" -> {
                buyer.run(instance, "s", "Hello").expect(200);
                yield buyer.api().post("/api/v1/offerings/" + offering + "/reviews", part);
            }
            default -> {
                part.put("name", Harness.unique("Plan"));
                yield seller.api().post("/api/v1/offerings/" + offering + "/plans", part);
            }
        };
        reply.expect(422, "SEMANTIC_ERROR");
        ledgerSumsToTheBalance();
    }

    @Test
    void line_19_an_amount_is_a_number_in_any_spelling_of_it() {
        operator.key(Harness.unique("k"))
                .post("/api/v1/wallets/" + buyer.wallet() + "/topups", "{\"credits_amount\": 1e3}")
                .expect(201);
        assertThat(balance()).isEqualByComparingTo("1100");
        for (String odd : List.of("\"10\"", "1.0000001", "NaN", "true", "[1]", "null")) {
            operator.key(Harness.unique("k"))
                    .post("/api/v1/wallets/" + buyer.wallet() + "/topups", "{\"credits_amount\": " + odd + "}")
                    .expect(400, "VALIDATION_ERROR");
        }
        assertThat(balance()).isEqualByComparingTo("1100");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "to=-1000000000-01-01T00:00:00Z",
                "to=-999999999-01-01",
                "from=%2B999999999-12-31",
                "from=2026-02-30",
                "to=10000-01-01",
                "to=0000-01-01",
                "from=NaN"
            })
    void line_20_days_that_no_calendar_has(String query) {
        buyer.api().get(INSTANCES + instance + "/usage?" + query).expect(400, "VALIDATION_ERROR");
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1, 1_000_000_000_000_000L})
    void usage_beyond_all_measure_costs_no_more_than_the_wallet_has_and_is_counted(long tokens) {
        for (String reservation : List.of(held(), held())) {
            Api.Reply reply = settle(reservation, Map.of("llm_tokens_in", tokens));
            assertThat(reply.status()).as(reply.text()).isIn(200, 422);
        }
        assertThat(balance()).isNotNegative();
        ledgerSumsToTheBalance();
        buyer.api().get(INSTANCES + instance + "/usage").expect(200);
    }

    @Test
    void a_member_of_an_inner_part_in_two_spellings_is_refused() {
        buyer.api()
                .post(
                        "/v1/runs",
                        "{\"instance_id\": \"" + instance + "\", \"input\": {\"query\": \"x\"},"
                                + " \"metadata\": {\"session_id\": \"a\", \"sessionId\": \"b\"}}")
                .expect(400, "VALIDATION_ERROR");
        settle(Map.of("llm_tokens_in", 1, "llmTokensIn", 1_000_000)).expect(400, "VALIDATION_ERROR");
        assertThat(balance()).isEqualByComparingTo("100");
    }
}
