package dev.gsv.cmp.instances;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.Json;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The laws of merging, over random documents. */
class EffectiveConfigTest {

    private static final JsonMapper MAPPER = Json.mapper();
    private static final int DOCUMENTS = 2_000;
    private static final List<String> NAMES = List.of("a", "b", "c", "limits");

    private Random random;

    @BeforeEach
    void seed() {
        long seed = Long.getLong("seed", new Random().nextLong());
        System.err.println("EffectiveConfigTest -Dseed=" + seed);
        random = new Random(seed);
    }

    private JsonNode any(int depth) {
        return switch (random.nextInt(depth > 3 ? 4 : 7)) {
            case 0 -> MAPPER.getNodeFactory().numberNode(random.nextInt(3));
            case 1 -> MAPPER.getNodeFactory().stringNode("s" + random.nextInt(3));
            case 2 -> MAPPER.getNodeFactory().booleanNode(random.nextBoolean());
            case 3 -> MAPPER.createArrayNode().add(random.nextInt(3));
            default -> object(depth + 1);
        };
    }

    private ObjectNode object(int depth) {
        ObjectNode object = MAPPER.createObjectNode();
        for (String name : NAMES) {
            if (random.nextBoolean()) {
                object.set(name, any(depth));
            }
        }
        return object;
    }

    @Test
    void nothing_over_a_document_and_a_document_over_nothing_are_the_document() {
        for (int i = 0; i < DOCUMENTS; i++) {
            ObjectNode a = object(0);
            assertThat(EffectiveConfig.merge(a, MAPPER.createObjectNode())).isEqualTo(a);
            assertThat(EffectiveConfig.merge(MAPPER.createObjectNode(), a)).isEqualTo(a);
            assertThat(EffectiveConfig.merge(a, a)).isEqualTo(a);
        }
    }

    @Test
    void what_is_above_wins_and_what_it_does_not_name_stays() {
        for (int i = 0; i < DOCUMENTS; i++) {
            ObjectNode below = object(0);
            ObjectNode above = object(0);
            ObjectNode before = below.deepCopy();
            wins(below, above, EffectiveConfig.merge(below, above));
            assertThat(below).isEqualTo(before);
        }
    }

    private static void wins(JsonNode below, JsonNode above, JsonNode merged) {
        if (!below.isObject() || !above.isObject()) {
            assertThat(merged).isEqualTo(above);
            return;
        }
        for (String name : NAMES) {
            if (!above.has(name)) {
                assertThat(merged.path(name)).isEqualTo(below.path(name));
            } else if (!below.has(name)) {
                assertThat(merged.path(name)).isEqualTo(above.path(name));
            } else {
                wins(below.get(name), above.get(name), merged.get(name));
            }
        }
    }

    @Test
    void limits_are_the_plan_s_whatever_the_layers_say() {
        for (int i = 0; i < DOCUMENTS; i++) {
            ObjectNode limits = object(0);
            ObjectNode layered = EffectiveConfig.layered(object(0), object(0), object(0), limits);
            assertThat(layered.get("limits")).isEqualTo(limits);
        }
    }

    @Test
    void a_patch_twice_is_the_patch_once_and_leaves_no_null() {
        for (int i = 0; i < DOCUMENTS; i++) {
            ObjectNode stored = EffectiveConfig.patched(MAPPER.createObjectNode(), object(0));
            ObjectNode patch = object(0);
            NAMES.forEach(name -> {
                if (random.nextInt(4) == 0) {
                    patch.putNull(name);
                }
            });
            ObjectNode once = EffectiveConfig.patched(stored, patch);
            assertThat(EffectiveConfig.patched(once, patch)).isEqualTo(once);
            assertThat(once.toString()).doesNotContain("null");
        }
    }

    @Test
    void the_example_of_the_contract_holds() {
        assertThat(EffectiveConfig.layered(
                        MAPPER.readTree("{\"temperature\":0.3,\"limits\":{}}"),
                        MAPPER.readTree("{\"temperature\":0.5}"),
                        MAPPER.readTree("{\"temperature\":0.9}"),
                        MAPPER.readTree("{\"requests_per_month\":1000}")))
                .isEqualTo(MAPPER.readTree("{\"temperature\":0.9,\"limits\":{\"requests_per_month\":1000}}"));
    }
}
