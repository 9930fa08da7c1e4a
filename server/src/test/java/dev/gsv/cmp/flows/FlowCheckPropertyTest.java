package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.gsv.cmp.kit.Json;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Whatever a file holds, the check answers, and never with a secret. Run again with {@code -Dseed=…}. */
class FlowCheckPropertyTest {
    private static final int TIMES = 3_000;

    private static ObjectNode sound(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> Graph.chat("gpt-4o").json();
            case 1 -> Graph.faq().json();
            default ->
                Graph.faq()
                        .node("x", "CustomComponent", "code", "import os\n", "url", "http://10.0.0.1/")
                        .json();
        };
    }

    @Test
    void whatever_a_file_holds_the_check_of_it_answers() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        Mutations mutations = new Mutations(random);
        for (int i = 0; i < TIMES; i++) {
            byte[] bytes = mutations.of(sound(random));
            String said = "seed " + seed + ", flow " + i + ": " + new String(bytes, StandardCharsets.UTF_8);
            assertThatCode(() -> {
                        FlowReport report = FlowCheck.check(bytes);
                        assertThat(report.findings()).hasSizeLessThanOrEqualTo(FlowCheck.MAX_FINDINGS + 1);
                        Json.mapper().writeValueAsString(report.findings());
                        if (report.storable()) {
                            Flow.read(report.bytes());
                        }
                    })
                    .as(said)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void a_planted_secret_is_always_found_and_never_echoed() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        Mutations mutations = new Mutations(random);
        for (int i = 0; i < TIMES; i++) {
            String secret = Planted.secret(random);
            ObjectNode flow = mutations.with(sound(random), secret);
            FlowReport report = FlowCheckTest.check(flow);
            String said = "seed " + seed + ", flow " + i + ": " + flow;
            assertThat(report.holdsSecret()).as(said).isTrue();
            assertThat(Json.mapper().writeValueAsString(report.findings()) + report.variables() + report.shape())
                    .as(said)
                    .doesNotContain(secret);
        }
    }
}
