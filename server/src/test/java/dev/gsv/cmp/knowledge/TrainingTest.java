package dev.gsv.cmp.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.orgs.OrgId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class TrainingTest {

    private final Knowledge knowledge = Harness.shared().bean(Knowledge.class);

    private List<Passage> ask(Buyer buyer, String question) {
        return knowledge.passages(new OrgId(buyer.org()), buyer.instance(), buyer.offering(), question, 5);
    }

    @Nested
    class Answers202 {
        @Test
        void an_uploaded_document_becomes_ready_and_is_found_at_its_place() {
            Buyer buyer = Buyer.open();
            String text = "# Returns\n\nSend it back within 30 days.\n\n# Zebras\n\nOur zebra is called Anna.\n";
            Api.Reply accepted = buyer.upload("manual.md", text).expect(202);
            assertThat(accepted.at("/status")).isIn("PENDING", "INGESTING", "READY");
            JsonNode ready = buyer.done(accepted.at("/id"));
            assertThat(ready.path("status").stringValue()).isEqualTo("READY");
            assertThat(ready.path("progress").intValue()).isEqualTo(100);
            assertThat(ready.path("chunks").intValue()).isEqualTo(2);
            assertThat(ready.path("size_bytes").intValue()).isEqualTo(text.length());
            Passage found = ask(buyer, "zebra").getFirst();
            assertThat(found.documentId()).hasToString(accepted.at("/id"));
            assertThat(found.title()).isEqualTo("manual.md › Zebras");
            assertThat(text.substring(found.from(), found.to())).isEqualTo(found.text());
        }

        @Test
        void a_question_with_its_answer_and_a_text_are_learned() {
            Buyer buyer = Buyer.open();
            Api.Reply pair =
                    buyer.teach(Map.of("kind", "qa_pair", "question", "Who feeds the zebra?", "answer", "Bruno does."));
            assertThat(buyer.done(pair).path("kind").stringValue()).isEqualTo("qa_pair");
            Api.Reply text =
                    buyer.teach(Map.of("kind", "text", "title", "Opening hours", "text", "Monday to Friday, 9 to 17."));
            assertThat(buyer.done(text).path("status").stringValue()).isEqualTo("READY");
            assertThat(ask(buyer, "who feeds the zebra").getFirst().text()).isEqualTo("Bruno does.");
            assertThat(ask(buyer, "opening hours").getFirst().text()).startsWith("Monday");
        }

        @Test
        void a_table_and_a_page_are_read() {
            Buyer buyer = Buyer.open();
            buyer.done(buyer.upload("prices.csv", "Product;Price\n\"Lamp; red\";12 €\nChair;99 €\n"));
            assertThat(ask(buyer, "price of the chair").getFirst().text()).contains("Product: Chair; Price: 99 €");
            buyer.done(buyer.upload(
                    "page.html",
                    "<html><head><title>x</title><script>alert('zebra')</script></head><body><h1>Animals</h1>"
                            + "<p>The <b>giraffe</b> is tall.</p><ul><li>Lion</li><li>Tiger</li></ul></body></html>"));
            Passage page = ask(buyer, "giraffe").getFirst();
            assertThat(page.title()).endsWith("› Animals");
            assertThat(page.text()).contains("The giraffe is tall.").contains("- Lion\n- Tiger");
            assertThat(ask(buyer, "zebra alert"))
                    .allSatisfy(found -> assertThat(found.text()).doesNotContain("alert"));
        }

        @Test
        void the_same_document_again_is_the_same_document() {
            Buyer buyer = Buyer.open();
            String first =
                    buyer.upload("a.txt", "Giraffes are tall.").expect(202).at("/id");
            assertThat(buyer.upload("a.txt", "Giraffes are tall.").expect(202).at("/id"))
                    .isEqualTo(first);
            buyer.done(first);
            assertThat(ask(buyer, "giraffes")).hasSize(1);
        }

        @Test
        void what_cannot_be_read_fails_with_a_plain_reason_and_can_be_retried() {
            Buyer buyer = Buyer.open();
            Map<String, byte[]> bad = Map.of(
                    "empty.md", " \n\n ".getBytes(StandardCharsets.UTF_8),
                    "photo.txt", new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10},
                    "binary.csv", new byte[] {1, 0, 2, 0, 3});
            Map<String, String> codes =
                    Map.of("empty.md", "EMPTY", "photo.txt", "WRONG_TYPE", "binary.csv", "WRONG_TYPE");
            bad.forEach((name, bytes) -> {
                JsonNode failed = buyer.done(buyer.upload(name, bytes));
                assertThat(failed.path("status").stringValue()).as(name).isEqualTo("FAILED");
                assertThat(failed.at("/error/code").stringValue()).as(name).isEqualTo(codes.get(name));
                assertThat(failed.at("/error/message").stringValue()).as(name).endsWith(".");
                String retry = buyer.path() + "/" + failed.path("id").stringValue() + "/retries";
                buyer.api().post(retry).expect(202);
                assertThat(buyer.done(failed.path("id").stringValue())
                                .path("attempts")
                                .intValue())
                        .isEqualTo(2);
            });
            JsonNode list =
                    buyer.api().get(buyer.path() + "?limit=2").expect(200).json();
            assertThat(list.path("count").intValue()).isEqualTo(3);
            assertThat(list.path("results").size()).isEqualTo(2);
        }
    }

    @Nested
    class Answers200 {
        @Test
        void a_deletion_is_complete_and_proven() {
            Buyer buyer = Buyer.open();
            String id = buyer.upload("a.txt", "Giraffes are tall.").expect(202).at("/id");
            buyer.done(id);
            assertThat(ask(buyer, "giraffes")).hasSize(1);
            JsonNode proof =
                    buyer.api().delete(buyer.path() + "/" + id).expect(200).json();
            assertThat(proof.path("passages").intValue()).isEqualTo(1);
            assertThat(proof.path("original_bytes").intValue()).isEqualTo(18);
            assertThat(proof.path("remaining").intValue()).isZero();
            assertThat(ask(buyer, "giraffes")).isEmpty();
            assertThat(Harness.shared()
                            .bean(TrainingStore.class)
                            .remaining(new OrgId(buyer.org()), UUID.fromString(id)))
                    .isZero();
            buyer.api().get(buyer.path() + "/" + id).expect(404);
            buyer.api().delete(buyer.path() + "/" + id).expect(404);
        }

        @Test
        void what_was_taught_ends_with_its_instance() {
            Buyer buyer = Buyer.open();
            String id = buyer.upload("a.txt", "Giraffes are tall.").expect(202).at("/id");
            buyer.done(id);
            buyer.api().delete("/api/v1/instances/" + buyer.instance()).expect(204);
            assertThat(Harness.shared()
                            .bean(TrainingStore.class)
                            .remaining(new OrgId(buyer.org()), UUID.fromString(id)))
                    .isZero();
            buyer.upload("b.txt", "x").expect(409, "INVALID_STATE");
        }
    }

    @Nested
    class Answers404 {
        @Test
        void documents_of_others_are_as_if_they_did_not_exist() {
            Buyer buyer = Buyer.open();
            Buyer other = Buyer.open();
            String id =
                    buyer.upload("secret.txt", "The code is ALPHA.").expect(202).at("/id");
            buyer.done(id);
            for (String instance : List.of(buyer.path(), other.path())) {
                other.api().get(instance + "/" + id).expect(404);
                other.api().delete(instance + "/" + id).expect(404);
                other.api().post(instance + "/" + id + "/retries").expect(404);
            }
            other.api().get(buyer.path()).expect(404);
            other.api()
                    .post(buyer.path(), Map.of("kind", "text", "title", "x", "text", "y"))
                    .expect(404);
            assertThat(ask(buyer, "code")).hasSize(1);
            assertThat(ask(other, "code ALPHA")).isEmpty();
        }
    }

    @Nested
    class Answers409 {
        @Test
        void a_plan_limits_documents_and_megabytes_also_when_all_come_at_once() throws Exception {
            Buyer buyer = Buyer.open(Map.of("knowledge_documents", 3, "knowledge_mb", 1));
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Integer> statuses = threads
                        .invokeAll(IntStream.range(0, 8)
                                .<Callable<Integer>>mapToObj(i -> () -> buyer.upload("d" + i + ".txt", "Number " + i)
                                        .status())
                                .toList())
                        .stream()
                        .map(done -> done.resultNow())
                        .toList();
                assertThat(statuses.stream().filter(status -> status == 202)).hasSize(3);
                assertThat(statuses.stream().filter(status -> status == 409)).hasSize(5);
            }
            Buyer small = Buyer.open(Map.of("knowledge_mb", 1));
            small.upload("large.txt", "word ".repeat(300_000)).expect(409, "KNOWLEDGE_LIMIT_REACHED");
        }

        @Test
        void a_ready_document_is_not_retried() {
            Buyer buyer = Buyer.open();
            String id = buyer.upload("a.txt", "Giraffes are tall.").expect(202).at("/id");
            buyer.done(id);
            buyer.api().post(buyer.path() + "/" + id + "/retries").expect(409, "INVALID_STATE");
        }
    }

    @Test
    void more_passages_than_the_plan_allows_end_as_failed() {
        Buyer buyer = Buyer.open(Map.of("knowledge_chunks", 2));
        JsonNode failed = buyer.done(buyer.upload("a.md", "# A\n\none\n\n# B\n\ntwo\n\n# C\n\nthree"));
        assertThat(failed.at("/error/code").stringValue()).isEqualTo("LIMIT");
        assertThat(ask(buyer, "one two three")).isEmpty();
        assertThat(buyer.done(buyer.upload("b.md", "# A\n\none\n\n# B\n\ntwo"))
                        .path("status")
                        .stringValue())
                .isEqualTo("READY");
    }

    @Nested
    class Answers413And415 {
        @Test
        void what_is_too_large_or_of_another_kind_is_refused_at_once() {
            Buyer buyer = Buyer.open();
            buyer.upload("virus.exe", "MZ").expect(415, "DOCUMENT_TYPE_UNSUPPORTED");
            buyer.upload("noextension", "x").expect(415, "DOCUMENT_TYPE_UNSUPPORTED");
            buyer.upload("big.txt", new byte[51 * 1024 * 1024]).expect(413);
            assertThat(buyer.api()
                            .get(buyer.path())
                            .expect(200)
                            .json()
                            .path("count")
                            .intValue())
                    .isZero();
        }
    }

    @Nested
    class Answers400 {
        @Test
        void a_body_of_the_wrong_shape_says_what_is_wrong() {
            Buyer buyer = Buyer.open();
            buyer.teach(Map.of()).expect(400, "VALIDATION_ERROR");
            buyer.teach(Map.of("kind", "qa_pair", "question", "Why?")).expect(400, "VALIDATION_ERROR");
            buyer.teach(Map.of("kind", "text", "title", "x", "text", "a\u0000b"))
                    .expect(400, "VALIDATION_ERROR");
            buyer.teach(Map.of("kind", "url", "url", "https://example.org")).expect(422);
            buyer.upload("../../etc/passwd.txt", "root").expect(202);
            JsonNode only = buyer.api().get(buyer.path()).expect(200).json().at("/results/0");
            assertThat(only.path("filename").stringValue()).isEqualTo("passwd.txt");
        }
    }
}
