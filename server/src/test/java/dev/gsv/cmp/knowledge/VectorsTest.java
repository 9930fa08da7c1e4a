package dev.gsv.cmp.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.orgs.OrgId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Found by what it means, beside what it says. */
class VectorsTest {
    private static final String MANUAL = "# Returns\n\nYou get your money back within 30 days.\n\n"
            + "# Delivery\n\nParcels leave our warehouse in Hamburg every morning.\n\n"
            + "# Pets\n\nOur office dog is called Bruno.\n";

    private static JsonNode query(Buyer buyer, String question) {
        return buyer.api()
                .post(
                        "/api/v1/instances/" + buyer.instance() + "/knowledge/query",
                        Map.of("query", question, "top_k", 3))
                .expect(200)
                .json()
                .path("passages");
    }

    private static Buyer taught(String text) {
        Buyer buyer = Buyer.open();
        assertThat(buyer.done(buyer.upload("manual.md", text)).path("status").stringValue())
                .isEqualTo("READY");
        return buyer;
    }

    @Test
    void a_question_in_other_words_finds_what_it_means_and_says_how_alike() {
        Buyer buyer = taught(MANUAL);
        JsonNode best = query(buyer, "Can I obtain reimbursement?").get(0);
        assertThat(best.path("title").stringValue()).endsWith("Returns");
        assertThat(best.path("word_score").isNull() || best.path("word_score").isMissingNode())
                .isTrue();
        assertThat(best.path("similarity").doubleValue()).isBetween(0.35, 1.0);
        JsonNode both = query(buyer, "parcels from the warehouse").get(0);
        assertThat(both.path("word_score").doubleValue()).isPositive();
        assertThat(both.path("similarity").doubleValue()).isPositive();
    }

    @Test
    void what_means_nothing_alike_is_not_found() {
        assertThat(query(taught(MANUAL), "quantum chromodynamics").size()).isZero();
    }

    @Test
    void neither_words_nor_meaning_reach_another_organization() {
        Buyer buyer = taught(MANUAL);
        Buyer other = taught("# Returns\n\nRefunds are granted for 90 days by ACME.\n");
        for (String question : List.of("money back", "Can I obtain reimbursement?", "refund")) {
            query(buyer, question)
                    .forEach(passage ->
                            assertThat(passage.path("text").stringValue()).doesNotContain("ACME"));
            query(other, question)
                    .forEach(passage ->
                            assertThat(passage.path("text").stringValue()).doesNotContain("30 days"));
        }
        other.api()
                .post("/api/v1/instances/" + buyer.instance() + "/knowledge/query", Map.of("query", "money"))
                .expect(404);
    }

    @Test
    void passages_without_vectors_get_them_in_the_background() {
        Buyer buyer = taught(MANUAL);
        OrgId org = new OrgId(buyer.org());
        Knowledge knowledge = Harness.shared().bean(Knowledge.class);
        Base base = knowledge.base(org, new Owner.Instance(buyer.instance()), "Later");
        knowledge.add(org, base.id(), "Holidays", "The company is closed between Christmas and New Year.");
        Embedder embedder = Harness.shared().bean(Embedder.class);
        KnowledgeStore store = Harness.shared().bean(KnowledgeStore.class);
        for (int round = 0; round < 50 && store.unembedded(1).size() > 0; round++) {
            embedder.sweep();
        }
        assertThat(store.rows(org, base.id(), 10))
                .allSatisfy(row -> assertThat(row.vector()).hasSize(Float.BYTES * Embeddings.DIMENSIONS));
        JsonNode best = query(buyer, "holidays at Christmas").get(0);
        assertThat(best.path("title").stringValue()).isEqualTo("Holidays");
        assertThat(best.path("similarity").doubleValue()).isGreaterThan(0.35);
    }

    @Test
    void the_model_is_there() {
        assertThat(Embeddings.available()).isTrue();
        float[] vector = Embeddings.of(List.of("zebra")).orElseThrow().getFirst();
        assertThat(vector).hasSize(Embeddings.DIMENSIONS);
        assertThat(Embeddings.vector(Embeddings.bytes(vector))).isEqualTo(vector);
    }
}
