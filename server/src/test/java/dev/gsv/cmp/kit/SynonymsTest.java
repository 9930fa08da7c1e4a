package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A body that says one thing in both spellings of its name. */
class SynonymsTest {

    record Part(@Nullable String sessionId, @Nullable JsonNode freeForm) {}

    record Whole(
            @Nullable Long creditsAmount,
            @Nullable Part firstPart,
            @Nullable List<Part> otherParts,
            @Nullable JsonNode freeForm) {}

    private static final JsonMapper MAPPER = Json.mapper();

    private static void read(String json) {
        Synonyms.refuse(json.getBytes(StandardCharsets.UTF_8), Whole.class, MAPPER);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'credits_amount': 1, 'creditsAmount': 2} | credits_amount",
                "{'creditsAmount': 2, 'credits_amount': null} | credits_amount",
                "{'unknown_name': 1, 'unknownName': 2} | unknown_name",
                "{'first_part': {'session_id': 'a', 'sessionId': 'b'}} | first_part.session_id",
                "{'firstPart': {'session_id': 'a', 'sessionId': 'b'}} | first_part.session_id",
                "{'other_parts': [{}, {'session_id': 'a', 'sessionId': 'b'}]} | other_parts[1].session_id",
            })
    void both_spellings_with_different_values_are_refused_and_named(String json, String path) {
        assertThatThrownBy(() -> read(json.replace('\'', '"')))
                .isInstanceOfSatisfying(
                        KitProblem.Invalid.class,
                        refused -> assertThat(refused.details())
                                .extracting(Problem.Detail::path)
                                .containsExactly(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'credits_amount': 10, 'creditsAmount': 1e1}",
                "{'credits_amount': 10}",
                "{'creditsAmount': 10}",
                "{'first_part': {'session_id': 'a'}, 'other_parts': [{'sessionId': 'b'}]}",
                "{'first_part': {'session_id': 'a', 'sessionId': 'a'}}",
            })
    void one_value_in_one_or_both_spellings_is_read(String json) {
        assertThatCode(() -> read(json.replace('\'', '"'))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'free_form': {'some_name': 1, 'someName': 2}}",
                "{'first_part': {'free_form': {'some_name': 1, 'someName': 2}}}",
                "{'not_known': {'some_name': 1, 'someName': 2}}",
            })
    void names_inside_of_free_form_parts_are_the_callers_own(String json) {
        assertThatCode(() -> read(json.replace('\'', '"'))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "[]", "5", "null", "[{'a_b': 1, 'aB': 2}]", "{'a_b':1,'aB':2} {}", "{'a_b':1,'aB':"})
    void what_is_no_object_is_left_to_who_reads_it(String json) {
        assertThatCode(() -> read(json.replace('\'', '"'))).doesNotThrowAnyException();
    }

    @Test
    void a_body_of_any_depth_is_looked_at_within_the_bounds_of_json() {
        assertThatCode(() -> read("{\"a_b\":".repeat(10_000))).doesNotThrowAnyException();
    }
}
