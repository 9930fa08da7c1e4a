package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

class CreditsTest {

    private final JsonMapper mapper = Json.mapper();

    record Amount(Credits amount) {}

    @ParameterizedTest
    @CsvSource({
        "90, 90000000",
        "90.0, 90000000",
        "1e3, 1000000000",
        "0.000123, 123",
        "-0, 0",
        "0e99999999, 0",
        "-4.5, -4500000",
        "9223372036854.775807, 9223372036854775807"
    })
    void a_decimal_becomes_whole_micro_credits(String text, long micros) {
        assertThat(mapper.readValue("{\"amount\":" + text + "}", Amount.class)
                        .amount()
                        .micros())
                .isEqualTo(micros);
    }

    @ParameterizedTest
    @CsvSource({"90000000, 90", "123, 0.000123", "0, 0", "-4500000, -4.5", "100000000000000, 100000000"})
    void whole_values_go_out_without_a_point_and_none_in_scientific_form(long micros, String text) {
        assertThat(mapper.writeValueAsString(new Amount(new Credits(micros)))).isEqualTo("{\"amount\":" + text + "}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0000001", "0.00000049"})
    void more_than_six_places_are_refused(String text) {
        assertThatThrownBy(() -> Credits.parse(new BigDecimal(text))).isInstanceOf(KitProblem.Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854.775808", "1e30", "-1e999999999", "1e999999999"})
    void amounts_beyond_64_bits_are_refused(String text) {
        assertThatThrownBy(() -> Credits.parse(new BigDecimal(text))).isInstanceOf(KitProblem.Meaningless.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"10\"", "NaN", "true", "[]", "{}"})
    void what_is_no_number_is_refused(String text) {
        assertThatThrownBy(() -> mapper.readValue("{\"amount\":" + text + "}", Amount.class))
                .isInstanceOf(JacksonException.class);
    }

    @Test
    void what_goes_out_comes_back() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            Credits credits = new Credits(random.nextLong() >> random.nextInt(64));
            String json = mapper.writeValueAsString(new Amount(credits));
            assertThat(mapper.readValue(json, Amount.class).amount())
                    .as("seed " + seed)
                    .isEqualTo(credits);
        }
    }

    @Test
    void one_credit_is_said_as_one() {
        assertThat(new dev.gsv.cmp.billing.BillingProblem.InsufficientCredits(new Credits(1_000_000), new Credits(0))
                        .sentence())
                .startsWith("1 credit is needed, 0 are available.");
        assertThat(new dev.gsv.cmp.billing.BillingProblem.InsufficientCredits(
                                new Credits(2_500_000), new Credits(1_000_000))
                        .sentence())
                .startsWith("2.5 credits are needed, 1 is available.");
    }
}
