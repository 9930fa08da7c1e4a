package dev.gsv.cmp.commerce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.billing.Meters;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.catalog.Market;
import dev.gsv.cmp.kit.Credits;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the catalogue takes as a rate card, billing can read: no plan makes runs fail. */
class RateCardTest {

    private static Market market;

    @BeforeAll
    static void open() {
        market = Market.open();
    }

    private static JsonNode stored(String card) {
        String offering = market.draft();
        Api.Reply plan = market.api()
                .post("/api/v1/offerings/" + offering + "/plans", "{\"name\":\"p\",\"rate_card\":" + card + "}")
                .expect(201);
        return plan.json().at("/rate_card");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{}",
                "{\"model\":\"default\"}",
                "{\"per_1000\":{\"llm_tokens_in\":0.03,\"llm_tokens_out\":0.06},\"each\":{\"requests\":0.5},"
                        + "\"minimum\":0.1}",
                "{\"each\":{\"audio_minutes\":1000}}",
                "{\"each\":{\"requests\":0}}"
            })
    void a_card_that_was_taken_can_be_read(String card) {
        assertThat(RateCard.of(stored(card)).cost(Meters.of(1000, 1000, 1, 1, 10), true))
                .isGreaterThanOrEqualTo(Credits.ZERO);
    }

    @Test
    void both_rooms_know_the_same_models_and_meters() {
        RateCard.MODELS
                .keySet()
                .forEach(model -> assertThat(stored("{\"model\":\"" + model + "\"}")
                                .at("/model")
                                .asString())
                        .isEqualTo(model));
        Market.MAPPER
                .valueToTree(Meters.NONE)
                .propertyNames()
                .forEach(meter -> assertThat(RateCard.of(stored("{\"each\":{\"" + meter + "\":1}}")))
                        .isNotNull());
    }
}
