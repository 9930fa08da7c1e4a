package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RealExportsTest {
    @Test
    void all_are_read_without_a_dangling_edge() {
        for (String name : RealExports.names()) {
            Flow flow = RealExports.flow(name);
            assertThat(flow.dangling()).as(name).isEmpty();
            assertThat(flow.duplicateIds()).as(name).isEmpty();
            assertThat(flow.exits()).as(name).isNotEmpty();
            assertThat(flow.edges()).as(name).allSatisfy(edge -> {
                assertThat(edge.output()).isNotEmpty();
                assertThat(edge.field()).isNotEmpty();
            });
        }
    }

    @Test
    void simple_chat_echoes_offline() {
        try (Bench bench = Bench.offline().asking("Hallo {you} 👋 שלום")) {
            Outcome.Answered answered = bench.answered(RealExports.flow("simple-chat-no-llm.json"));
            assertThat(answered.text()).isEqualTo("Hallo {you} 👋 שלום");
            assertThat(answered.usage()).isEqualTo(new Usage(0, 0, 0, 1, 0, 0, Usage.NONE));
            assertThat(answered.trace())
                    .extracting(Step::component, Step::outcome)
                    .containsExactly(
                            org.assertj.core.api.Assertions.tuple("ChatInput", "ok"),
                            org.assertj.core.api.Assertions.tuple("ChatOutput", "ok"));
        }
    }

    @Test
    void memory_chatbot_answers_offline_and_remembers_its_own_session_only() {
        Flow flow = RealExports.flow("memory-chatbot-no-llm.langflow-1.4.2.json");
        try (Bench bench = Bench.offline()) {
            assertThat(bench.in("i:sA").asking("hello from sA").answered(flow).text())
                    .isEqualTo("\n\nUser: hello from sA\nAI: ");
            assertThat(bench.in("i:sB").asking("hello from sB").answered(flow).text())
                    .isEqualTo("\n\nUser: hello from sB\nAI: ");
            assertThat(bench.in("i:sA").asking("again").answered(flow).text())
                    .isEqualTo("User: hello from sA\nAI: \n\nUser: hello from sA\nAI: \n\nUser: again\nAI: ");
        }
    }

    @Test
    void basic_prompting_asks_the_platforms_model() throws Exception {
        try (FakeModel fake = new FakeModel();
                Bench bench = Bench.with(fake).asking("What is a flow?")) {
            Outcome.Answered answered = bench.answered(RealExports.flow("basic-prompting.langflow-1.8.0.json"));
            assertThat(answered.text()).isEqualTo("Hello from the fake model.");
            assertThat(answered.usage()).isEqualTo(new Usage(11, 5, 0, 1, 0, 0, Usage.REPORTED));
            FakeModel.Request request = fake.requests.getFirst();
            assertThat(request.json().path("model").asString()).isEqualTo("gpt-4o-mini");
            assertThat(request.json().path("temperature").asDouble()).isEqualTo(0.1);
            assertThat(request.contents())
                    .containsExactly(
                            "system: Answer the user as if you were a GenAI expert, enthusiastic about helping them get"
                                    + " started building something fresh.",
                            "user: What is a flow?");
        }
    }

    @Test
    void flows_with_components_that_the_engine_does_not_know_say_so() {
        assertThat(types("webhook-test.langflow-1.1.1.json")).contains("CustomComponent");
        assertThat(types("vector-store-rag.langflow-1.8.0.json")).contains("AstraDB");
        assertThat(types("document-qa.langflow-1.8.0.json")).isEqualTo("File");
        assertThat(types("basic-prompting.langflow-1.8.0.json")).isEmpty();
        assertThat(types("memory-chatbot-no-llm.langflow-1.4.2.json")).isEmpty();
        assertThat(types("simple-chat-no-llm.json")).isEmpty();
    }

    private static String types(String name) {
        return Components.unsupported(RealExports.flow(name)).stream()
                .map(Components.Unsupported::type)
                .distinct()
                .sorted()
                .collect(Collectors.joining(" "));
    }
}
