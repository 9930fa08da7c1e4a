package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Credit for outside gateways over HTTP: section 7.4 of the control plane contract, by the letter. */
class AuthorizeTest {

    private static final String AUTHORIZE = "/api/v1/billing/authorize";
    private static final String SETTLE = "/api/v1/billing/settle";

    private final Booth booth = Booth.of(Booth.ECHO, Map.of());
    private final Api service = booth.service();

    private Api.Reply authorize(Object budget) {
        Map<String, Object> body = new HashMap<>(Map.of("instance_id", booth.instance()));
        if (budget != null) {
            body.put("requested_budget", budget);
        }
        return service.post(AUTHORIZE, body);
    }

    private Api.Reply settle(String reservation, Map<String, Object> usage) {
        return service.post(
                SETTLE, Map.of("reservation_id", reservation, "instance_id", booth.instance(), "usage", usage));
    }

    private static final Map<String, Object> USAGE = Map.of(
            "llm_tokens_in",
            1500,
            "llm_tokens_out",
            800,
            "tool_calls",
            1,
            "requests",
            1,
            "rag_queries",
            3,
            "rag_ingestion_mb",
            0);

    @Test
    void s6_authorize_holds_a_budget() {
        Api.Reply reply = authorize(10).expect(200);
        assertThat(reply.at("/allowed")).isEqualTo("true");
        assertThat(reply.at("/budget")).isEqualTo("10");
        assertThat(reply.at("/balance")).isEqualTo("100");
        assertThat(reply.at("/available")).isEqualTo("90");
        assertThat(Duration.between(Instant.now(), Instant.parse(reply.at("/expires_at"))))
                .isBetween(Duration.ofSeconds(880), Duration.ofSeconds(910));
        assertThat(reply.json().has("reason")).isFalse();
    }

    @Test
    void s7_settle_debits_usage_and_repeats_itself() {
        String reservation = authorize(10).expect(200).at("/reservation_id");
        Api.Reply settled = settle(reservation, USAGE).expect(200);
        assertThat(settled.at("/debited")).isEqualTo("4");
        assertThat(settled.at("/balance")).isEqualTo("96");
        assertThat(settled.at("/status")).isEqualTo("settled");
        assertThat(settled.at("/absorbed")).isEqualTo("0");
        assertThat(settle(reservation, USAGE).expect(200).text()).isEqualTo(settled.text());
        settle(reservation, Map.of("requests", 9)).expect(409, "IDEMPOTENCY_PAYLOAD_MISMATCH");
        assertThat(booth.api()
                        .get("/api/v1/wallets/me/ledger")
                        .expect(200)
                        .json()
                        .at("/0/id")
                        .asString())
                .isEqualTo(settled.at("/ledger_entry_id"));
        assertThat(booth.api()
                        .get("/api/v1/instances/" + booth.instance() + "/usage")
                        .expect(200)
                        .at("/totals/rag_queries"))
                .as("counted once, though settled twice")
                .isEqualTo("3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "null"})
    void c_35_no_budget_means_ten(String budget) {
        Api.Reply reply = service.post(
                        AUTHORIZE,
                        "{\"instance_id\": \"" + booth.instance() + "\", \"requested_budget\": " + budget + "}")
                .expect(200);
        assertThat(reply.at("/budget")).isEqualTo("10");
    }

    @Test
    void c_03_and_tp_42_shortage_is_an_answer_with_a_cancelled_reservation() {
        Api.Reply reply = authorize(1000).expect(200);
        assertThat(reply.at("/allowed")).isEqualTo("false");
        assertThat(reply.at("/budget")).isEqualTo("0");
        assertThat(reply.at("/reason")).isEqualTo("INSUFFICIENT_CREDITS");
        assertThat(reply.at("/available")).isEqualTo("100");
        settle(reply.at("/reservation_id"), USAGE).expect(409, "INVALID_STATE");
        assertThat(booth.balance()).isEqualTo("100");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "-0.000001", "1e30", "9223372036854775808"})
    void amounts_without_sense_are_refused(String budget) {
        service.post(AUTHORIZE, "{\"instance_id\": \"" + booth.instance() + "\", \"requested_budget\": " + budget + "}")
                .expect(422, "SEMANTIC_ERROR");
        assertThat(booth.count("reservation")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"10\"", "0.0000001", "true", "[]", "NaN"})
    void amounts_of_the_wrong_shape_are_refused(String budget) {
        service.post(AUTHORIZE, "{\"instance_id\": \"" + booth.instance() + "\", \"requested_budget\": " + budget + "}")
                .expect(400, "VALIDATION_ERROR");
    }

    @Test
    void tp_11_negative_usage_writes_nothing() {
        String reservation = authorize(10).expect(200).at("/reservation_id");
        settle(reservation, Map.of("llm_tokens_in", -1)).expect(422, "SEMANTIC_ERROR");
        assertThat(booth.wallet().at("/reserved")).isEqualTo("10");
    }

    @Test
    void a_paused_instance_is_not_authorized_and_its_hold_still_settles() {
        String reservation = authorize(10).expect(200).at("/reservation_id");
        booth.api().post("/api/v1/instances/" + booth.instance() + "/pause").expect(200);
        authorize(10).expect(409, "INSTANCE_PAUSED");
        settle(reservation, USAGE).expect(200);
    }

    @Test
    void release_is_repeatable_and_refused_after_settlement() {
        String reservation = authorize(10).expect(200).at("/reservation_id");
        String path = "/api/v1/billing/reservations/" + reservation;
        service.delete(path).expect(204);
        service.delete(path).expect(204);
        assertThat(booth.wallet().at("/available")).isEqualTo("100");
        settle(reservation, USAGE).expect(409, "INVALID_STATE");
        String second = authorize(10).expect(200).at("/reservation_id");
        settle(second, USAGE).expect(200);
        service.delete("/api/v1/billing/reservations/" + second).expect(409, "INVALID_STATE");
        service.delete("/api/v1/billing/reservations/" + UUID.randomUUID()).expect(404);
    }

    @Test
    void a_terminated_instance_releases_what_it_held() {
        authorize(10).expect(200);
        booth.api().delete("/api/v1/instances/" + booth.instance()).expect(204);
        assertThat(booth.wallet().at("/reserved")).isEqualTo("0");
    }

    @Test
    void tp_19_another_instance_cannot_settle() {
        String reservation = authorize(10).expect(200).at("/reservation_id");
        Booth other = Booth.of(Booth.ECHO, Map.of());
        service.post(SETTLE, Map.of("reservation_id", reservation, "instance_id", other.instance(), "usage", USAGE))
                .expect(409, "INVALID_STATE");
        assertThat(booth.wallet().at("/reserved")).isEqualTo("10");
    }

    @Test
    void av_01_only_services_may_hold_and_settle() {
        Map<String, Object> body = Map.of("instance_id", booth.instance());
        booth.api().anonymous().post(AUTHORIZE, body).expect(401);
        booth.api().post(AUTHORIZE, body).expect(403, "PERMISSION_DENIED");
        booth.withKey().post(SETTLE, Map.of()).expect(403, "PERMISSION_DENIED");
        service.post(AUTHORIZE, Map.of("instance_id", UUID.randomUUID())).expect(404);
    }

    @Test
    void a_key_makes_one_hold() {
        Api caller = service.key(Harness.unique("run"));
        Map<String, Object> body = Map.of("instance_id", booth.instance(), "requested_budget", 7);
        Api.Reply first = caller.post(AUTHORIZE, body).expect(200);
        assertThat(caller.post(AUTHORIZE, body).expect(200).text()).isEqualTo(first.text());
        assertThat(booth.wallet().at("/reserved")).isEqualTo("7");
    }

    @Test
    void top_ups_are_for_operators_and_services_and_once_per_key() {
        String wallet = booth.wallet().at("/wallet_id");
        String path = "/api/v1/wallets/" + wallet + "/topups";
        Map<String, Object> body = Map.of("credits_amount", 25);
        booth.api().key("k").post(path, body).expect(403, "PERMISSION_DENIED");
        Api operator = Signed.in(booth.harness(), "cmp-admin").api();
        for (Api caller : List.of(service, operator)) {
            caller.post(path, body).expect(400, "VALIDATION_ERROR");
        }
        Api once = operator.key(Harness.unique("k"));
        Api.Reply first = once.post(path, body).expect(201);
        assertThat(first.at("/balance")).isEqualTo("125");
        assertThat(once.post(path, body).expect(201).text()).isEqualTo(first.text());
        once.post(path, Map.of("credits_amount", 26)).expect(409, "IDEMPOTENCY_PAYLOAD_MISMATCH");
        assertThat(booth.balance()).isEqualTo("125");
        for (Object amount : List.of(0, -5, 1.5, 1e15)) {
            operator.key(Harness.unique("k"))
                    .post(path, Map.of("credits_amount", amount))
                    .expect(422, "SEMANTIC_ERROR");
        }
        operator.key(Harness.unique("k"))
                .post(path, "{\"credits_amount\": \"5\"}")
                .expect(400);
        operator.key(Harness.unique("k")).post(path, "{}").expect(400);
        assertThat(booth.balance()).isEqualTo("125");
    }

    @Test
    void a_foreign_wallet_answers_as_an_unknown_one() {
        String wallet = booth.wallet().at("/wallet_id");
        Api stranger = booth.stranger().api();
        assertThat(stranger.get("/api/v1/wallets/" + wallet).expect(404).at("/detail"))
                .isEqualTo(stranger.get("/api/v1/wallets/" + UUID.randomUUID())
                        .expect(404)
                        .at("/detail"));
        stranger.get("/wallets/" + wallet + "/ledger/").expect(404);
        assertThat(booth.api().get("/wallets/" + wallet).expect(200).at("/balance"))
                .isEqualTo("100");
        booth.api().get("/api/v1/wallets/me/ledger?limit=0").expect(400);
        booth.api().get("/api/v1/wallets/me/ledger?limit=201").expect(400);
    }
}
