package dev.gsv.cmp.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunksTest {

    @Test
    void a_passage_never_spans_two_sections_and_short_paragraphs_of_one_share_it() {
        List<Chunks.Chunk> chunks = Chunks.of("""
                Before all headings.

                # Refunds

                Within 30 days.

                Without a reason.

                ## Exceptions ##
                Gift cards.
                """);
        assertThat(chunks)
                .extracting(Chunks.Chunk::heading, Chunks.Chunk::text)
                .containsExactly(
                        tuple("", "Before all headings."),
                        tuple("Refunds", "Within 30 days.\n\nWithout a reason."),
                        tuple("Exceptions", "Gift cards."));
    }

    @Test
    void a_question_and_its_answer_stay_together() {
        String pair = "Q: Where is my order?\nA: In the warehouse.";
        assertThat(Chunks.of("x ".repeat(590) + "\n\n" + pair))
                .extracting(Chunks.Chunk::text)
                .contains(pair);
    }

    @Test
    void a_long_paragraph_is_cut_behind_a_sentence_then_between_words_then_anywhere() {
        String sentence = "This sentence has forty-two characters. ";
        assertThat(Chunks.of(sentence.repeat(100)))
                .allSatisfy(chunk -> assertThat(chunk.text()).endsWith("."));
        assertThat(Chunks.of("word ".repeat(1_000)))
                .allSatisfy(chunk -> assertThat(chunk.text()).endsWith("word"));
        assertThat(Chunks.of("👋".repeat(3_000)))
                .allSatisfy(chunk -> assertThat(Character.isHighSurrogate(
                                chunk.text().charAt(chunk.text().length() - 1)))
                        .isFalse());
    }

    @Test
    void whatever_the_text_no_passage_is_empty_or_too_long_and_no_word_is_lost() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        String[] parts = {"word", " ", "\n", "\n\n", ". ", "# ", "## x\n", "é", "👋", "a".repeat(700), "\r\n", "\t", "!"
        };
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(60); n > 0; n--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            List<Chunks.Chunk> chunks = Chunks.of(text.toString());
            assertThat(chunks)
                    .as("seed %d, text %s", seed, text)
                    .allSatisfy(
                            chunk -> assertThat(chunk.text()).isNotBlank().hasSizeLessThanOrEqualTo(Chunks.MAX_CHARS));
            String whole = Extract.of(text.toString()).text();
            assertThat(chunks)
                    .as("seed %d: each stands where it says it stands", seed)
                    .allSatisfy(chunk -> assertThat(whole.substring(chunk.from(), chunk.to()))
                            .isEqualTo(chunk.text()));
            String kept = chunks.stream().map(Chunks.Chunk::text).reduce("", String::concat);
            assertThat(count(kept, "word"))
                    .as("seed %d, text %s", seed, text)
                    .isLessThanOrEqualTo(count(text.toString(), "word"));
            if (!text.toString().contains("#")) {
                assertThat(count(kept, "word"))
                        .as("seed %d, text %s", seed, text)
                        .isEqualTo(count(text.toString(), "word"));
            }
        }
    }

    @Test
    void a_passage_never_spans_two_pages_and_knows_its_page_and_place() {
        Extract extract = new Extract(List.of(
                new Extract.Page(1, "# Warranty\n\nTwo years."), new Extract.Page(2, "And a third one if you ask.")));
        List<Chunks.Chunk> chunks = Chunks.of(extract);
        assertThat(chunks)
                .extracting(Chunks.Chunk::heading, Chunks.Chunk::page, Chunks.Chunk::text)
                .containsExactly(
                        tuple("Warranty", 1, "Two years."), tuple("Warranty", 2, "And a third one if you ask."));
        assertThat(chunks)
                .allSatisfy(chunk -> assertThat(extract.text().substring(chunk.from(), chunk.to()))
                        .isEqualTo(chunk.text()));
    }

    private static int count(String text, String word) {
        return text.split(word, -1).length - 1;
    }
}
