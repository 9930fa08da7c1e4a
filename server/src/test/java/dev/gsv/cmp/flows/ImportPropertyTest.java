package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Random flows over HTTP. Run again with {@code -Dseed=…}. */
@ExtendWith(OutputCaptureExtension.class)
class ImportPropertyTest {
    private static final int TIMES = 150;

    private final Seller seller = Seller.open();

    private static byte[] carrying(byte[] flow, Random random) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean asText = random.nextInt(3) == 0;
        String text = new String(flow, StandardCharsets.UTF_8);
        body.writeBytes("{\"flow_json\":".getBytes(StandardCharsets.UTF_8));
        body.writeBytes(
                asText ? JsonNodeFactory.instance.stringNode(text).toString().getBytes(StandardCharsets.UTF_8) : flow);
        body.writeBytes("}".getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    @Test
    void a_mutated_flow_is_an_answer_and_never_our_fault(CapturedOutput output) {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        Mutations mutations = new Mutations(random);
        String offering = "/api/v1/offerings/" + seller.offering();
        for (int i = 0; i < TIMES; i++) {
            byte[] body = carrying(mutations.of(Graph.faq().json()), random);
            String said = "seed " + seed + ", flow " + i;
            Api.Reply checked = seller.api().post(offering + "/validate_flow", body);
            assertThat(checked.status()).as(said + checked.text()).isIn(200, 400);
            Api.Reply imported = seller.api().post(offering + "/import_flow", body);
            assertThat(imported.status()).as(said + imported.text()).isIn(201, 400, 422);
        }
        assertThat(output.getAll()).doesNotContain("unexpected failure");
    }

    @Test
    void a_planted_secret_is_in_no_answer_and_in_no_log(CapturedOutput output) {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        Mutations mutations = new Mutations(random);
        String offering = "/api/v1/offerings/" + seller.offering();
        for (int i = 0; i < TIMES; i++) {
            String secret = Planted.secret(random);
            ObjectNode flow = mutations.with(Graph.faq().json(), secret);
            byte[] body = carrying(flow.toString().getBytes(StandardCharsets.UTF_8), random);
            String said = "seed " + seed + ", flow " + i + ": " + flow;
            for (String verb : new String[] {"/validate_flow", "/import_flow"}) {
                Api.Reply reply = seller.api().post(offering + verb, body);
                assertThat(reply.text()).as(said).doesNotContain(secret);
            }
            assertThat(output.getAll()).as(said).doesNotContain(secret);
        }
    }
}
