package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecallTest {
    private final Bench bench = Bench.offline();

    @AfterEach
    void close() {
        bench.close();
    }

    private static Graph recalling(String output, Object... fields) {
        return new Graph()
                .node("in", "ChatInput", "sender_name", "Ada")
                .node("memory", "Memory", fields)
                .node("p", "Prompt", "template", "<{history}>{text}")
                .node("out", "ChatOutput", "sender_name", "Bot")
                .edge("memory", output, "p", "history")
                .edge("in", "p", "text")
                .edge("p", "out", "input_value");
    }

    private void stored(String... texts) {
        for (int i = 0; i < texts.length; i++) {
            bench.history.append(
                    bench.input.session(), List.of(new Turn(i % 2 == 0 ? Turn.USER : Turn.ASSISTANT, texts[i])));
        }
    }

    private String history(Object... fields) {
        String text =
                bench.asking("").answered(recalling("messages_text", fields)).text();
        bench.history.forgetLast(bench.input.session(), 2);
        return text.substring(1, text.indexOf('>'));
    }

    @Test
    void a_session_never_sees_the_messages_of_another() {
        for (String session : List.of("i1:a", "i1:b", "i2:a", "i1", "i1:", "i1:a:b")) {
            assertThat(bench.in(session)
                            .asking("secret of " + session)
                            .answered(recalling("dataframe", "session_id", "shared"))
                            .text())
                    .isEqualTo("<>secret of " + session);
        }
        assertThat(bench.in("i1:a").asking("x").answered(recalling("dataframe")).text())
                .contains("secret of i1:a")
                .doesNotContain("i1:b", "i2", "i1:a:b");
        assertThat(bench.history.turns).hasSize(6);
    }

    @Test
    void without_a_session_nothing_is_remembered_and_nothing_recalled() {
        bench.in(" ");
        bench.history.turns.put(" ", new java.util.ArrayList<>(List.of(new Turn(Turn.USER, "of a stranger"))));
        assertThat(bench.asking("hi").answered(recalling("dataframe")).text()).isEqualTo("<>hi");
        assertThat(bench.history.turns.get(" ")).hasSize(1);
    }

    @Test
    void question_and_answer_are_stored_with_the_names_of_their_nodes() {
        bench.asking("Hi").answered(recalling("dataframe"));
        assertThat(bench.history.turns.get("instance-1:session-1"))
                .extracting(Turn::role, Turn::content, Turn::name)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple("user", "Hi", "Ada"),
                        org.assertj.core.api.Assertions.tuple("assistant", "<>Hi", "Bot"));
        assertThat(bench.asking("Again").answered(recalling("dataframe")).text())
                .isEqualTo("<Ada: Hi\nBot: <>Hi>Again");
    }

    @Test
    void a_run_that_fails_is_not_remembered() {
        Graph graph = recalling("dataframe").node("llm", "OpenAIModel").edge("in", "llm", "input_value");
        graph.edge("llm", "out", "input_value");
        assertThat(bench.asking("Hi").failed(graph).fault()).isEqualTo(Fault.MODEL_NOT_CONFIGURED);
        assertThat(bench.history.turns).isEmpty();
    }

    @Test
    void the_fields_of_the_node_choose_and_shape() {
        stored("u1", "a1", "u2", "a2");
        assertThat(history()).isEqualTo("User: u1\nAI: a1\nUser: u2\nAI: a2");
        assertThat(history("n_messages", 3)).isEqualTo("AI: a1\nUser: u2\nAI: a2");
        assertThat(history("n_messages", 0)).isEmpty();
        assertThat(history("n_messages", "-4")).isEmpty();
        assertThat(history("n_messages", "many", "order", "Descending"))
                .isEqualTo("AI: a2\nUser: u2\nAI: a1\nUser: u1");
        assertThat(history("sender", "User", "n_messages", 1)).isEqualTo("User: u2");
        assertThat(history("sender", "Machine")).isEqualTo("AI: a1\nAI: a2");
        assertThat(history("sender", "Machine and User", "sender_name", "AI", "template", "{sender}={text}"))
                .isEqualTo("Machine=a1\nMachine=a2");
    }

    @Test
    void all_outputs_of_all_versions_read_the_same() {
        stored("u1", "a1");
        for (String output : List.of("messages", "messages_text", "dataframe", "message")) {
            String text = bench.asking("q").answered(recalling(output)).text();
            assertThat(text).as(output).startsWith("<User: u1\nAI: a1");
        }
    }

    @Test
    void a_long_history_keeps_its_newest_part_within_the_limit() {
        stored(IntStream.range(0, 60).mapToObj(i -> i + " " + "é".repeat(300)).toArray(String[]::new));
        String history = history();
        assertThat(history).contains("59 ").doesNotContain("User: 0 ");
        assertThat(history.getBytes(StandardCharsets.UTF_8).length).isBetween(8_000, Recall.MAX_HISTORY_BYTES + 1_000);
    }

    @Test
    void the_callers_own_conversation_stands_in_for_the_stored_one() {
        stored("old", "older");
        bench.input = new RunInput("now", List.of(new Turn(Turn.USER, "brought")), bench.input.session());
        assertThat(bench.answered(recalling("dataframe")).text()).isEqualTo("<User: brought>now");
    }

    @Test
    void a_store_that_cannot_be_read_fails_the_run_and_one_that_cannot_be_written_does_not() {
        bench.history.broken = true;
        Outcome.Failed failed = bench.failed(recalling("dataframe"));
        assertThat(failed.fault()).isEqualTo(Fault.MEMORY_UNAVAILABLE);
        assertThat(failed.message()).doesNotContain("hunter2");
        assertThat(bench.asking("hi")
                        .answered(recalling("dataframe", "n_messages", 0))
                        .text())
                .isEqualTo("<>hi");
    }

    @Test
    void values_are_converted_into_each_other() {
        stored("u1", "a1");
        assertThat(converted("Message")).isEqualTo("User: u1\nAI: a1");
        assertThat(converted("DataFrame")).isEqualTo("User: u1\nAI: a1");
        assertThat(converted("Data"))
                .isEqualTo("{\"results\":[{\"sender\":\"User\",\"sender_name\":\"User\",\"text\":\"u1\"},"
                        + "{\"sender\":\"Machine\",\"sender_name\":\"AI\",\"text\":\"a1\"}]}");
        Value.Text text = new Value.Text("t");
        assertThat(text.toData().toTable().toText()).isEqualTo(text);
        assertThat(text.toTable().toData().toTable().asText()).isEqualTo("t");
        Value.Data odd = new Value.Data(Bench.json(java.util.Map.of("a", List.of(1, 2))), List.of());
        assertThat(odd.toTable().asText()).isEqualTo("a: [1,2]");
        assertThat(new Value.Data(Bench.json(List.of("x", "y")), List.of())
                        .toTable()
                        .asText())
                .isEqualTo("x\ny");
    }

    private String converted(String type) {
        Graph graph = new Graph()
                .node("memory", "Memory")
                .node("convert", "TypeConverterComponent", "output_type", type)
                .node("out", "TextOutput")
                .edge("memory", "convert", "input_data")
                .edge("convert", "out", "input_value");
        return bench.answered(graph).text();
    }
}
