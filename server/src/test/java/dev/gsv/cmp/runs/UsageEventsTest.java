package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.kit.Idempotency;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Section 13 of the conformance sheet, where a settlement is the usage event: its id is the reservation. Events of a
 * runtime of its own, in batches and with a time of their own, come with the runtime.
 */
class UsageEventsTest {

    private final Booth booth = Booth.of(Booth.ECHO, Booth.UNLIMITED);
    private final Api service = booth.service();

    private String held() {
        return service.post("/api/v1/billing/authorize", Map.of("instance_id", booth.instance()))
                .expect(200)
                .at("/reservation_id");
    }

    private Api.Reply settle(Api caller, String reservation, Map<String, Object> usage) {
        return caller.post(
                "/api/v1/billing/settle",
                Map.of("reservation_id", reservation, "instance_id", booth.instance(), "usage", usage));
    }

    private JsonNode totals(Booth of) {
        return of.api()
                .get("/api/v1/instances/" + of.instance() + "/usage")
                .expect(200)
                .json()
                .path("totals");
    }

    @Test
    void ev_02_and_ev_03_an_event_counts_once_and_its_first_content_stands() throws Exception {
        String reservation = held();
        List<Api.Reply> replies = KeysTest.together(20, () -> settle(service, reservation, Map.of("requests", 4)));
        assertThat(replies).allSatisfy(reply -> assertThat(reply.status()).isEqualTo(200));
        settle(service, reservation, Map.of("requests", 5)).expect(409, "IDEMPOTENCY_PAYLOAD_MISMATCH");
        settle(service, reservation, Map.of("requests", 4, "rag_queries", 1))
                .expect(409, "IDEMPOTENCY_PAYLOAD_MISMATCH");
        assertThat(totals(booth).path("requests").asInt()).isEqualTo(4);
        assertThat(totals(booth).path("rag_queries").asInt()).isZero();
        assertThat(booth.balance()).isEqualTo("96");
    }

    @Test
    void ev_04_without_the_memory_of_keys_the_ledger_itself_refuses_doubles() {
        Api caller = service.key(Harness.unique("k"));
        String reservation = held();
        Api.Reply first = settle(caller, reservation, Map.of("requests", 4)).expect(200);
        assertThat(booth.sql("delete from idempotency_record where scope = :org::text")
                        .update())
                .isPositive();
        Api.Reply again = settle(caller, reservation, Map.of("requests", 4)).expect(200);
        assertThat(again.at("/ledger_entry_id")).isEqualTo(first.at("/ledger_entry_id"));
        assertThat(again.header("Idempotency-Replayed")).isEmpty();
        assertThat(totals(booth).path("requests").asInt()).isEqualTo(4);
        assertThat(booth.balance()).isEqualTo("96");
        booth.keepsTheLaws();
    }

    @Test
    void ev_05_and_tz_09_what_arrives_late_lies_where_it_arrived_and_changes_no_day_that_is_over() {
        String reservation = held();
        booth.sql("""
                        update hold
                        set created_at = created_at - interval '40 days', expires_at = now() - interval '39 days'
                        where org_id = :org
                        """).update();
        booth.sql("update wallet set due_at = now() - interval '39 days' where org_id = :org")
                .update();
        booth.harness().bean(Ledger.class).sweep(booth.org());
        booth.harness().bean(Idempotency.class).sweep(10_000);
        LocalDate today = LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC);
        String path =
                "/api/v1/instances/" + booth.instance() + "/usage?group_by=day&from=" + today.minusDays(60) + "&to=";
        String before = booth.api().get(path + today.minusDays(1)).expect(200).text();
        Api.Reply late = settle(service, reservation, Map.of("requests", 4)).expect(200);
        assertThat(late.at("/debited")).isEqualTo("4");
        assertThat(booth.api().get(path + today.minusDays(1)).expect(200).text())
                .as("the days before are as they were")
                .isEqualTo(before);
        assertThat(totals(booth).path("requests").asInt()).isEqualTo(4);
        Instant booked = booth.sql("select created_at from transfer where org_id = :org and type = 'usage'")
                .query((row, number) -> row.getTimestamp(1).toInstant())
                .single();
        assertThat(Duration.between(booked, Instant.now()).abs()).isLessThan(Duration.ofMinutes(5));
    }

    @Test
    void ev_07_the_order_of_arrival_changes_no_sum() {
        long seed = System.nanoTime();
        List<Map<String, Object>> events = new ArrayList<>();
        for (int i = 1; i <= 12; i++) {
            events.add(Map.of("requests", 1, "rag_queries", i, "tool_calls", i % 3, "audio_minutes", i / 8.0));
        }
        JsonNode inOrder = null;
        for (int round = 0; round < 3; round++) {
            Booth one = Booth.of(Booth.ECHO, Booth.UNLIMITED).withCredits(1000);
            for (Map<String, Object> usage : events) {
                String reservation = service.post("/api/v1/billing/authorize", Map.of("instance_id", one.instance()))
                        .expect(200)
                        .at("/reservation_id");
                service.post(
                                "/api/v1/billing/settle",
                                Map.of("reservation_id", reservation, "instance_id", one.instance(), "usage", usage))
                        .expect(200);
            }
            JsonNode totals = totals(one);
            if (inOrder == null) {
                inOrder = totals;
                assertThat(totals.path("audio_minutes").decimalValue()).isEqualByComparingTo("9.75");
                assertThat(totals.path("requests").asInt()).isEqualTo(12);
                assertThat(totals.path("rag_queries").asInt()).isEqualTo(78);
                assertThat(totals.path("tool_calls").asInt()).isEqualTo(12);
            }
            assertThat(totals).as("seed " + seed).isEqualTo(inOrder);
            Collections.shuffle(events, new Random(seed + round));
        }
    }

    @Test
    void ev_08_a_correction_is_a_line_of_its_own_that_names_what_it_corrects() {
        String entry =
                settle(service, held(), Map.of("requests", 4)).expect(200).at("/ledger_entry_id");
        Api operator = Signed.in(booth.harness(), "cmp-admin").api().key(Harness.unique("k"));
        String wallet = "/api/v1/wallets/" + booth.wallet().at("/wallet_id");
        String before = booth.sql("select t::text from transfer t where id = :id::uuid")
                .param("id", entry)
                .query(String.class)
                .single();
        String correction = operator.post(
                        wallet + "/refunds", Map.of("entry_id", entry, "amount", 3, "reason", "measured wrongly"))
                .expect(201)
                .at("/ledger_entry_id");
        Api.Reply line = booth.api().get(wallet + "/ledger/" + correction).expect(200);
        assertThat(line.at("/amount")).isEqualTo("3");
        assertThat(line.at("/reference_id")).isEqualTo("refund:" + entry);
        assertThat(booth.sql("select t::text from transfer t where id = :id::uuid")
                        .param("id", entry)
                        .query(String.class)
                        .single())
                .as("never an edit")
                .isEqualTo(before);
        assertThat(totals(booth).path("requests").asInt())
                .as("the use stays a fact")
                .isEqualTo(4);
        assertThat(booth.balance()).isEqualTo("99");
    }

    @Test
    void ev_10_two_keys_of_an_instance_have_one_bill() {
        String first = booth.apiKey();
        booth.run(booth.api().anonymous().as(first), "1").expect(200);
        Api.Reply second = booth.api()
                .post("/api/v1/instances/" + booth.instance() + "/api_keys", Map.of("name", "rotated"))
                .expect(201);
        booth.run(booth.api().anonymous().as(second.at("/key")), "2").expect(200);
        String old = booth.sql("select id::text from api_key where org_id = :org order by created_at limit 1")
                .query(String.class)
                .single();
        booth.api()
                .post("/api/v1/instances/" + booth.instance() + "/api_keys/" + old + "/revoke")
                .expect(200);
        booth.run(booth.api().anonymous().as(first), "x").expect(401);
        booth.run(booth.api().anonymous().as(second.at("/key")), "3").expect(200);
        assertThat(totals(booth).path("requests").asInt()).isEqualTo(3);
        assertThat(booth.count("usage_record")).isEqualTo(1);
        Api.Reply statement = booth.api()
                .get("/api/v1/wallets/" + booth.wallet().at("/wallet_id") + "/statement")
                .expect(200);
        assertThat(statement.at("/totals/usage")).isEqualTo("-3");
        assertThat(statement.json().at("/lines").findValuesAsString("instance_id"))
                .filteredOn(id -> !id.isEmpty() && !id.equals("null"))
                .containsOnly(booth.instance());
    }
}
