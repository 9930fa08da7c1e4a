package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that no UTF-8 can hold. */
class HalfCharactersTest {

    private static void read(String json) {
        HalfCharacters.refuse(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\\ud800\"",
                "\"a\\uDBFFb\"",
                "\"\\udc00\"",
                "\"\\udc00\\ud800\"",
                "\"\\ud83d\\ud83d\\ude00\"",
                "\"\\ud83d\\n\\ude00\"",
                "{\"\\ud800\": 1}",
                "\"\\\\\\ud800\"",
            })
    void half_a_character_is_refused_wherever_it_is(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(KitProblem.Invalid.class);
    }

    @Test
    void half_a_character_is_refused_in_raw_bytes_too() {
        byte[] raw = {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'};
        assertThatThrownBy(() -> HalfCharacters.refuse(raw)).isInstanceOf(KitProblem.Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"\\",
                "\"\\u",
                "\"\\ud8",
                "\"\\ud83d\\ude00\"",
                "\"👩‍🚀 שלום 한국\"",
                "\"\\\\ud800\"",
                "\"\\u00e9\\ud7ff\\ue000\"",
                "\"\\uzzzz\"",
            })
    void whole_characters_and_what_is_no_json_are_left_alone(String json) {
        assertThatCode(() -> read(json)).doesNotThrowAnyException();
    }
}
