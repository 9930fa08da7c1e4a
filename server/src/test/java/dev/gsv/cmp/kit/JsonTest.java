package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonTest {

    private final JsonMapper mapper = Json.mapper();

    record Thing(
            String planId,
            @Nullable Integer howMany,
            @Nullable Boolean isDefault,
            @Nullable JsonNode overrides) {}

    @Test
    void names_go_out_in_snake_case() {
        assertThat(mapper.writeValueAsString(new Thing("p", 1, true, null)))
                .isEqualTo("{\"plan_id\":\"p\",\"how_many\":1,\"is_default\":true,\"overrides\":null}");
    }

    @Test
    void camel_case_is_understood_as_a_synonym() {
        assertThat(mapper.readValue("{\"planId\":\"p\",\"howMany\":2}", Thing.class))
                .isEqualTo(new Thing("p", 2, null, null));
    }

    @Test
    void free_maps_keep_their_names() {
        JsonNode overrides = mapper.readValue("{\"plan_id\":\"p\",\"overrides\":{\"aB\":1}}", Thing.class)
                .overrides();
        assertThat(overrides).isNotNull();
        assertThat(overrides.toString()).isEqualTo("{\"aB\":1}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"plan_id\":1}",
                "{\"plan_id\":true}",
                "{\"plan_id\":\"p\",\"how_many\":\"1\"}",
                "{\"plan_id\":\"p\",\"how_many\":1.5}",
                "{\"plan_id\":\"p\",\"is_default\":\"true\"}",
                "{\"plan_id\":\"p\",\"is_default\":1}",
                "{\"plan_id\":\"p\",\"plan_id\":\"q\"}",
                "{\"plan_id\":\"p\"} {}"
            })
    void nothing_changes_its_type_silently(String json) {
        assertThatThrownBy(() -> mapper.readValue(json, Thing.class)).isInstanceOf(JacksonException.class);
    }

    @Test
    void a_document_nested_too_deep_is_refused_before_it_is_built() {
        String deep = "[".repeat(10_000) + "]".repeat(10_000);
        assertThatThrownBy(() -> mapper.readTree(deep)).isInstanceOf(JacksonException.class);
    }

    @Test
    void one_meaning_has_one_canonical_form() {
        List<String> same = List.of(
                "{\"a\":10,\"b\":[1,{\"x\":null}]}",
                "{ \"b\" : [1.0, {\"x\": null}], \"a\" : 1e1 }",
                "{\"a\":10.000,\"b\":[1,{\"x\":null}]}");
        assertThat(same.stream().map(mapper::readTree).map(Json::canonical).distinct())
                .hasSize(1);
        assertThat(Json.canonical(mapper.readTree("{\"a\":\"10\"}")))
                .isNotEqualTo(Json.canonical(mapper.readTree("{\"a\":10}")));
        assertThat(Json.canonical(mapper.readTree("[1,2]"))).isNotEqualTo(Json.canonical(mapper.readTree("[2,1]")));
    }

    @Test
    void hashed_parts_cannot_be_shifted_into_each_other() {
        assertThat(Json.sha256("ab", "c")).isNotEqualTo(Json.sha256("a", "bc"));
    }
}
