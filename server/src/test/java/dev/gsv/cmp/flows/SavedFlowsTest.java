package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The seller's drawer of flows. */
class SavedFlowsTest {
    private static final String SOUND = Graph.chat("gpt-4o").json().toString();

    private final Seller seller = Seller.open();

    private Api.Reply saved(String flow) {
        return seller.api()
                .post(
                        "/api/v1/flows",
                        "{\"name\":\"draft\",\"org_id\":\"" + seller.org() + "\",\"flow_json\":" + flow + "}");
    }

    @Test
    void a_flow_comes_back_as_it_was_sent() {
        String spaced = SOUND.replace(":", " : ");
        Api.Reply made = saved(spaced).expect(201);
        assertThat(made.json().path("valid").asBoolean()).isTrue();
        Api.Reply read = seller.api().get("/api/v1/flows/" + made.at("/id")).expect(200);
        assertThat(read.text()).contains(spaced);
        assertThat(read.at("/sha256")).isEqualTo(made.at("/sha256"));
        Api.Reply list =
                seller.api().get("/api/v1/flows?org_id=" + seller.org()).expect(200);
        assertThat(list.at("/count")).isEqualTo("1");
        assertThat(list.json().at("/results/0/flow_json").isNull()).isTrue();
    }

    @Test
    void a_flow_with_faults_is_kept_and_one_with_a_secret_or_without_a_graph_is_not() {
        String unfinished =
                new Graph().node("p", "Prompt", "template", "x").json().toString();
        assertThat(saved(unfinished).expect(201).json().path("valid").asBoolean())
                .isFalse();
        String secret = new Graph()
                .node("p", "Prompt", "template", Planted.openAi())
                .json()
                .toString();
        assertThat(saved(secret).expect(422, "FLOW_HOLDS_SECRET").text()).doesNotContain(Planted.openAi());
        saved("{}").expect(422, "FLOW_REFUSED");
        saved("null").expect(400);
    }

    @Test
    void name_content_and_offering_change_one_by_one() {
        String id = saved(SOUND).expect(201).at("/id");
        String path = "/api/v1/flows/" + id;
        String offering = seller.offering();
        assertThat(seller.api()
                        .patch(path, Map.of("name", "better"))
                        .expect(200)
                        .at("/name"))
                .isEqualTo("better");
        assertThat(seller.api()
                        .patch(path, Map.of("offering_id", offering))
                        .expect(200)
                        .at("/offering_id"))
                .isEqualTo(offering);
        Api.Reply changed =
                seller.api().patch(path, "{\"flow_json\":" + SOUND + " }").expect(200);
        assertThat(changed.at("/name")).isEqualTo("better");
        assertThat(changed.at("/offering_id")).isEqualTo(offering);
        seller.api().patch(path, "{\"offering_id\":null}").expect(200);
        assertThat(seller.api().get(path).json().path("offering_id").isNull()).isTrue();
        seller.api().patch(path, "{\"name\":\"\"}").expect(400, "VALIDATION_ERROR");
        String foreign = Seller.open().offering();
        seller.api().patch(path, Map.of("offering_id", foreign)).expect(404, "NOT_FOUND");
        seller.api().delete(path).expect(204);
        seller.api().get(path).expect(404, "NOT_FOUND");
        seller.api().delete(path).expect(404, "NOT_FOUND");
    }

    @Test
    void a_foreign_flow_answers_as_an_unknown_one() {
        String path = "/api/v1/flows/" + saved(SOUND).expect(201).at("/id");
        Api other = Seller.open().api();
        other.get(path).expect(404, "NOT_FOUND");
        other.patch(path, Map.of("name", "mine")).expect(404, "NOT_FOUND");
        other.delete(path).expect(404, "NOT_FOUND");
        other.get("/api/v1/flows?org_id=" + seller.org()).expect(404, "NOT_FOUND");
        Harness.api().get(path).expect(401, "UNAUTHENTICATED");
    }
}
