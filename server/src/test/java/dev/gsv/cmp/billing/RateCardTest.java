package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 11.2 of the control plane contract and section 9 of the conformance sheet. */
class RateCardTest {

    @ParameterizedTest
    @CsvSource({"0,0,0,0,0,1", "999,499,0,0,0,1", "1500,800,1,1,3,4", "10000,2500,0,1,10,17", "0,500,0,0,0,1"})
    void the_default_formula_is_the_documented_one(
            long in, long out, long tools, long requests, long rag, long credits) {
        assertThat(RateCard.STANDARD.cost(Meters.of(in, out, tools, requests, rag), true))
                .isEqualTo(Credits.of(credits));
    }

    @Test
    void the_minimum_is_only_for_runs_that_answered() {
        assertThat(RateCard.STANDARD.cost(Meters.NONE, false)).isEqualTo(Credits.ZERO);
        assertThat(RateCard.STANDARD.cost(Meters.NONE, true)).isEqualTo(Credits.of(1));
    }

    @Test
    void tp_35_an_answered_run_without_usage_costs_the_minimum() {
        Scene w = Scene.scene(10);
        HoldOutcome.Held held = w.ledger
                .hold(new HoldRequest(w.org, w.instance, null, Credits.of(1), RateCard.STANDARD))
                .orThrow();
        w.ledger.settle(new SettleRequest(w.org, held.reservation(), w.instance, Meters.NONE));
        w.shows(9);
    }

    @ParameterizedTest
    @CsvSource({
        "default,1000,1000,40000",
        "gpt-4,1000,1000,90000",
        "gpt-4-turbo,1000,0,10000",
        "gpt-3.5-turbo,1000,1000,2000",
        "claude-3-opus,0,1000,75000",
        "claude-3-sonnet,1000,1000,18000",
        "claude-3-haiku,1000,1000,1500"
    })
    void the_documented_prices_per_model(String model, long in, long out, long micros) {
        RateCard card = RateCard.of(Json.mapper().readTree("{\"model\": \"" + model + "\"}"));
        assertThat(card.cost(Meters.of(in, out, 0, 0, 0), true)).isEqualTo(new Credits(micros));
    }

    @Test
    void rd_03_a_fraction_of_a_price_is_kept_to_the_micro_credit() {
        RateCard haiku = RateCard.of(Json.mapper().readTree("{\"model\": \"claude-3-haiku\"}"));
        assertThat(haiku.cost(Meters.of(100, 0, 0, 0, 0), true)).isEqualTo(new Credits(25));
    }

    @ParameterizedTest
    @CsvSource({"2,0", "6,2", "10,2", "14,4"})
    void rd_04_a_remainder_is_rounded_half_even_once_per_run(long tokens, long micros) {
        RateCard haiku = RateCard.of(Json.mapper().readTree("{\"model\": \"claude-3-haiku\"}"));
        assertThat(haiku.cost(Meters.of(tokens, 0, 0, 0, 0), true)).isEqualTo(new Credits(micros));
    }

    @Test
    void a_card_survives_being_kept() {
        for (String json : new String[] {
            "{}",
            "{\"model\": \"gpt-4\"}",
            "{\"per_1000\": {\"llm_tokens_in\": 0.00025}, \"each\": {\"requests\": 0.5}, \"minimum\": 0.1}"
        }) {
            RateCard card = RateCard.of(Json.mapper().readTree(json));
            assertThat(RateCard.of(Json.mapper().readTree(card.json().toString())))
                    .isEqualTo(card);
        }
        assertThat(RateCard.of(null)).isEqualTo(RateCard.STANDARD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"model\": \"unheard-of\"}",
                "{\"price\": 1}",
                "{\"each\": {\"smiles\": 1}}",
                "{\"each\": {\"requests\": -1}}",
                "{\"each\": {\"requests\": \"1\"}}",
                "{\"each\": {\"requests\": 9e12}}"
            })
    void a_card_that_says_something_else_is_refused(String json) {
        assertThatThrownBy(() -> RateCard.of(Json.mapper().readTree(json))).isInstanceOf(KitProblem.Meaningless.class);
    }

    @Test
    void usage_that_costs_more_than_can_be_counted_is_refused() {
        Meters absurd = Meters.of(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, 1, 0);
        assertThatThrownBy(() -> RateCard.STANDARD.cost(absurd, true)).isInstanceOf(KitProblem.Meaningless.class);
        RateCard opus = RateCard.of(Json.mapper().readTree("{\"model\": \"claude-3-opus\"}"));
        assertThatThrownBy(() -> opus.cost(absurd, true)).isInstanceOf(KitProblem.Meaningless.class);
    }

    @Test
    void meters_with_absurd_exponents_are_refused_before_they_are_expanded() {
        BigDecimal absurd = new BigDecimal("1e999999");
        BigDecimal none = BigDecimal.ZERO;
        assertThatThrownBy(() -> new Meters(0, 0, 0, 0, 0, absurd, 0, 0, 0, 0, 0, none, none, 0, 0))
                .isInstanceOf(KitProblem.Meaningless.class);
    }

    @Test
    void equal_amounts_in_another_spelling_are_the_same_usage() {
        BigDecimal none = BigDecimal.ZERO;
        assertThat(new Meters(0, 0, 0, 0, 0, new BigDecimal("1.50"), 0, 0, 0, 0, 0, none, none, 0, 0))
                .isEqualTo(new Meters(0, 0, 0, 0, 0, new BigDecimal("1.5"), 0, 0, 0, 0, 0, none, none, 0, 0));
    }
}
