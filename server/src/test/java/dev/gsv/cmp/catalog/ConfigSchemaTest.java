package dev.gsv.cmp.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** What a seller lets buyers configure. */
class ConfigSchemaTest {

    private static ObjectNode json(String text) {
        return (ObjectNode) Market.json(text);
    }

    private static List<String> paths(String schema, String overrides) {
        assertThat(ConfigSchema.faults(json(schema))).isEmpty();
        return ConfigSchema.of(json(schema)).findings(json(overrides)).stream()
                .map(ConfigSchema.Finding::path)
                .toList();
    }

    @Test
    void a_path_that_the_schema_does_not_name_is_refused() {
        String schema = "{\"properties\":{\"a\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"integer\"}}}}}";
        assertThat(paths(schema, "{\"a\":{\"b\":1}}")).isEmpty();
        assertThat(paths(schema, "{\"c\":1}")).containsExactly("c");
        assertThat(paths(schema, "{\"a\":{\"c\":1}}")).containsExactly("a.c");
        assertThat(paths(schema, "{\"a\":{\"b\":\"x\"},\"d\":1}")).containsExactly("a.b", "d");
        assertThat(paths("{}", "{\"a\":1}")).containsExactly("a");
        assertThat(paths("{\"type\":\"object\"}", "{\"a\":1}")).containsExactly("a");
    }

    @Test
    void overrides_are_a_part_so_nothing_is_required_but_items_are_whole() {
        String schema = "{\"properties\":{\"a\":{\"type\":\"integer\"},\"list\":{\"type\":\"array\",\"items\":"
                + "{\"type\":\"object\",\"properties\":{\"x\":{}},\"required\":[\"x\"]}}},\"required\":[\"a\"]}";
        assertThat(paths(schema, "{}")).isEmpty();
        assertThat(paths(schema, "{\"list\":[{\"x\":1},{}]}")).containsExactly("list[1].x");
    }

    @Test
    void a_schema_may_combine_and_refer_to_itself() {
        String schema = "{\"allOf\":[{\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\"}}}],"
                + "\"properties\":{\"b\":{}},\"$defs\":{\"n\":{\"type\":\"number\",\"maximum\":2}}}";
        assertThat(paths(schema, "{\"a\":1,\"b\":2}")).isEmpty();
        assertThat(paths(schema, "{\"a\":3}")).contains("a");
        assertThat(paths(schema, "{\"c\":3}")).containsExactly("c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"$ref\":\"https://evil.test/schema\"}",
                "{\"properties\":{\"a\":{\"$ref\":\"file:///etc/passwd\"}}}",
                "{\"properties\":{\"a\":{\"$dynamicRef\":\"http://x.test\"}}}",
                "{\"$schema\":\"http://evil.test/meta\"}",
                "{\"type\":\"banana\"}",
                "{\"properties\":{\"a\":{\"minimum\":\"x\"}}}",
                "{\"properties\":{\"a\":{\"pattern\":\"(\"}}}",
                "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/missing\"}}}"
            })
    void a_schema_that_cannot_be_used_is_refused(String schema) {
        assertThat(ConfigSchema.faults(json(schema))).isNotEmpty();
    }

    @Test
    void a_property_may_be_called_like_a_keyword() {
        assertThat(paths("{\"properties\":{\"$ref\":{\"type\":\"string\"},\"pattern\":{}}}", "{\"$ref\":\"x\"}"))
                .isEmpty();
    }

    @Test
    void a_pattern_runs_for_a_bounded_time() {
        String schema = "{\"properties\":{\"a\":{\"pattern\":\"^(a+)+$\"}}}";
        long start = System.nanoTime();
        assertThat(paths(schema, "{\"a\":\"" + "a".repeat(60) + "!\"}")).isNotEmpty();
        // Without a bound it would take years; the bound itself is short, but machines are shared.
        assertThat(System.nanoTime() - start).isLessThan(60_000_000_000L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"temperature\":2}|",
                "{\"temperature\":2.1}|temperature",
                "{\"max_output_tokens\":63}|max_output_tokens",
                "{\"persona\":{\"name\":\"Ada\",\"tone\":\"kind\"}}|",
                "{\"persona\":{\"shoe_size\":7}}|persona.shoe_size",
                "{\"branding\":{\"primary_color\":\"red\"}}|branding.primary_color",
                "{\"welcome_message\":\"hi\"}|welcome_message"
            })
    void without_a_schema_the_registry_s_schemas_count(String overrides, String wrong) {
        Version version = new Version(
                java.util.UUID.randomUUID(),
                java.util.UUID.randomUUID(),
                "1",
                null,
                "",
                0,
                List.of("prompt_orchestrator"),
                null,
                null,
                VersionStatus.DRAFT,
                true,
                "native",
                null,
                java.time.Instant.EPOCH,
                java.time.Instant.EPOCH);
        List<String> found = new Capabilities()
                .schema(version, Kind.AGENT).findings(json(overrides)).stream()
                        .map(ConfigSchema.Finding::path)
                        .toList();
        assertThat(found).isEqualTo(wrong == null ? List.of() : List.of(wrong));
    }

    @Test
    void an_automation_has_no_persona() {
        Version version = new Version(
                java.util.UUID.randomUUID(),
                java.util.UUID.randomUUID(),
                "1",
                null,
                "",
                0,
                List.of(),
                null,
                null,
                VersionStatus.DRAFT,
                true,
                "native",
                null,
                java.time.Instant.EPOCH,
                java.time.Instant.EPOCH);
        assertThat(new Capabilities().schema(version, Kind.AUTOMATION).findings(json("{\"persona\":{\"name\":\"x\"}}")))
                .hasSize(1);
    }
}
