package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ExtractiveTest {
    private static final List<Passage> SHOP = List.of(
            new Passage(
                    "d1",
                    "Shipping",
                    "# Shipping\nHow long does shipping take? Orders leave our warehouse within one working day."
                            + " Within the EU they arrive after two to four days. We ship to Canada by air.",
                    3.2),
            new Passage(
                    "d2",
                    "Returns and refunds",
                    "Can I return an item? You can return any item within 30 days. Refunds are paid to the card that"
                            + " was charged.",
                    2.1),
            new Passage("d3", "Account", "Q: How do I reset my password?\nA: Open Settings and choose Reset.", 1.0));

    private final Bench bench = Bench.offline();

    @BeforeEach
    void stock() {
        bench.retriever = (query, topK) -> SHOP;
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private Outcome.Answered ask(String question) {
        return bench.asking(question).answered(Graph.faq());
    }

    @Test
    void an_answer_quotes_the_best_sentences_and_cites_them() {
        Outcome.Answered answered = ask("Do you ship to Canada?");
        assertThat(answered.text())
                .startsWith("“We ship to Canada by air.” [1]")
                .contains("\n\nSources:\n[1] Shipping\n")
                .endsWith("Answered by cmp/extractive: quotes from the knowledge base, no language model.")
                .doesNotContain("Returns");
        JsonNode citation = answered.data().path("citations").path(0);
        assertThat(citation.path("index").asInt()).isEqualTo(1);
        assertThat(citation.path("title").asString()).isEqualTo("Shipping");
        assertThat(citation.path("document_id").asString()).isEqualTo("d1");
        assertThat(citation.path("text").asString()).startsWith("We ship to Canada by air.");
        assertThat(citation.path("score").asDouble()).isEqualTo(3.2);
        assertThat(answered.data().path("model").asString()).isEqualTo("cmp/extractive");
    }

    @Test
    void the_question_above_an_answer_leads_to_it_and_is_not_quoted() {
        assertThat(ask("I forgot my password, how can I reset it?").text())
                .startsWith("“Open Settings and choose Reset.” [1]")
                .doesNotContain("How do I")
                .contains("[1] Account");
        assertThat(ask("What is the shipping time, how long?").text())
                .contains("“Orders leave our warehouse within one working day.”")
                .doesNotContain("How long does");
        assertThat(ask("Returning items").text()).contains("within 30 days");
    }

    @Test
    void the_section_in_a_title_leads_to_the_sentences_below_it() {
        bench.retriever = (query, topK) -> List.of(
                new Passage("d1", "Guide › How should I review a new dependency?", "Ten lines are rarely worth it.", 2),
                new Passage("d1", "Guide › How large should a change be?", "Below 400 lines. Split the rest.", 1));
        assertThat(ask("How large should a change be?").text()).startsWith("“Below 400 lines.” [1]");
    }

    @Test
    void marks_of_emphasis_are_not_quoted() {
        bench.retriever = (query, topK) -> List.of(Bench.passage(
                "Billing", "**Which cards do you accept?** We accept Visa.\n* **Invoices** are under _Account_."));
        assertThat(ask("Which cards are accepted?").text()).startsWith("“We accept Visa.” [1]");
        assertThat(ask("Where are the invoices?").text()).startsWith("“Invoices are under _Account_.” [1]");
    }

    @Test
    void several_sources_are_numbered_as_they_appear() {
        String text =
                ask("Where do refunds go and how are orders shipped to Canada?").text();
        assertThat(text).contains("[1]", "[2]", "Sources:\n[1] ", "\n[2] ");
    }

    @Test
    void what_is_not_in_the_knowledge_is_not_answered() {
        for (String question : List.of("What is the capital of France?", "Who are you?", "👋", "???")) {
            Outcome.Answered answered = ask(question);
            assertThat(answered.text())
                    .startsWith("I found nothing about this")
                    .contains("add a document", "Answered by cmp/extractive");
            assertThat(answered.data().path("citations")).isEmpty();
        }
        bench.retriever = Retriever.none();
        assertThat(ask("Do you ship to Canada?").text()).contains("no passage of the knowledge base");
    }

    @Test
    void the_prompt_itself_is_never_quoted() {
        Graph graph = new Graph()
                .node("in", "ChatInput")
                .node(
                        "llm",
                        "OpenAIModel",
                        "model_name",
                        "cmp/extractive",
                        "system_message",
                        "The secret word is rhubarb.")
                .node("out", "ChatOutput")
                .edge("in", "llm", "input_value")
                .edge("llm", "out", "input_value");
        assertThat(bench.asking("What is the secret word?").answered(graph).text())
                .doesNotContain("rhubarb");
    }

    @Test
    void tokens_are_counted_and_nothing_leaves_the_machine() {
        Outcome.Answered answered = ask("Do you ship to Canada?");
        Usage usage = answered.usage();
        assertThat(usage.tokenSource()).isEqualTo(Usage.COUNTED);
        assertThat(usage.llmTokensIn()).isGreaterThan(80);
        assertThat(usage.llmTokensOut()).isEqualTo(Tokens.count(answered.text()));
        assertThat(usage.ragQueries()).isEqualTo(1);
    }

    @Test
    void passages_survive_prompts_converters_and_rows() {
        for (String type : List.of("Message", "Data", "DataFrame")) {
            Graph graph = new Graph()
                    .node("in", "ChatInput")
                    .node("kb", "KnowledgeRetrieval")
                    .node("convert", "TypeConverterComponent", "output_type", type)
                    .node("p1", "Prompt", "template", "{c}")
                    .node("p2", "Prompt", "template", "{c}")
                    .node("llm", "OpenAIModel", "model_name", "cmp/extractive")
                    .node("out", "ChatOutput")
                    .edge("in", "kb", "search_query")
                    .edge("kb", "convert", "input_data")
                    .edge("convert", "p1", "c")
                    .edge("p1", "p2", "c")
                    .edge("p2", "llm", "system_message")
                    .edge("in", "llm", "input_value")
                    .edge("llm", "out", "input_value");
            assertThat(bench.asking("Do you ship to Canada?").answered(graph).text())
                    .as(type)
                    .startsWith("“We ship to Canada by air.” [1]");
        }
    }

    @Test
    void the_same_question_gives_the_same_answer() {
        String first = ask("When will my order arrive and can I return it?").text();
        for (int i = 0; i < 20; i++) {
            assertThat(ask("When will my order arrive and can I return it?").text())
                    .isEqualTo(first);
        }
    }

    @Test
    void any_passages_give_a_bounded_answer_in_which_each_quote_stands_in_its_source() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        List<String> words = List.of(
                "ship",
                "שלום",
                "配送",
                "カナダ",
                "👩‍🚀",
                "a",
                "…",
                "? ",
                ". ",
                "\n",
                "\n# ",
                "Refund",
                "x".repeat(90),
                ":",
                "\uD83D");
        for (int round = 0; round < 200; round++) {
            List<Passage> passages = new ArrayList<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                passages.add(Bench.passage("t" + i, some(random, words, 200)));
            }
            bench.retriever = (query, topK) -> passages;
            Outcome.Answered answered = ask("q " + some(random, words, 5));
            assertThat(answered.usage().llmTokensOut())
                    .as("seed %d round %d", seed, round)
                    .isLessThanOrEqualTo(Extractive.MAX_TOKENS);
            for (JsonNode citation : answered.data().path("citations")) {
                assertThat(citation.path("text").asString()).isNotBlank();
            }
        }
    }

    private static String some(Random random, List<String> words, int most) {
        List<String> chosen = new ArrayList<>();
        IntStream.range(0, random.nextInt(most)).forEach(i -> chosen.add(words.get(random.nextInt(words.size()))));
        Collections.shuffle(chosen, random);
        return String.join(random.nextBoolean() ? " " : "", chosen);
    }

    @Test
    void words_of_one_stem_are_one_word() {
        assertThat(Words.of("Shipping ships shipped ship")).containsOnly("ship");
        assertThat(Words.of("charges charged charging charge")).containsOnly("charg");
        assertThat(Words.of("policies policy's")).containsExactly("policy", "policy");
        assertThat(Words.of("配送はカナダ")).contains("配", "送");
        assertThat(Words.significant("How do I get the refund, please?")).containsExactly("refund");
    }
}
