package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

class ProvidersTest {
    private FakeModel everything;
    private FakeModel own;

    @BeforeEach
    void open() throws Exception {
        everything = new FakeModel();
        own = new FakeModel();
    }

    @AfterEach
    void close() throws Exception {
        everything.close();
        own.close();
    }

    private Bench bench(String provider) {
        return new Bench(new ModelSettings(
                everything.url(),
                "sk-of-everything",
                "",
                Map.of(provider, new ModelServer(own.url(), "sk-of-" + provider))));
    }

    private static Graph graph(String type, Object... fields) {
        return Samples.fed(type, "input_value", "text_output", fields);
    }

    @Test
    void a_provider_with_a_server_of_its_own_is_asked_there_with_its_own_key() {
        for (Map.Entry<String, Graph> each : Map.of(
                        ModelSettings.ANTHROPIC,
                        graph("AnthropicModel", "model_name", "claude-sonnet-4", "api_key", "sk-in-the-flow"),
                        ModelSettings.OLLAMA,
                        graph("OllamaModel", "model_name", "llama3", "base_url", "http://localhost:11434"),
                        ModelSettings.AZURE,
                        graph("AzureOpenAIModel", "azure_deployment", "our-gpt", "azure_endpoint", ""))
                .entrySet()) {
            own.requests.clear();
            try (Bench bench = bench(each.getKey())) {
                bench.answered(each.getValue());
                assertThat(own.requests).as(each.getKey()).hasSize(1);
                assertThat(own.requests.getFirst().head()).contains("Bearer sk-of-" + each.getKey());
                assertThat(own.requests.getFirst().json().path("model").asString())
                        .isIn("claude-sonnet-4", "llama3", "our-gpt");
                assertThat(bench.engine.models(each.getValue().flow(), bench.input, bench.config))
                        .extracting(ModelUse::provider)
                        .containsExactly(each.getKey());
            }
        }
        assertThat(everything.requests).isEmpty();
    }

    @Test
    void the_language_model_component_goes_where_its_provider_is() {
        try (Bench bench = bench(ModelSettings.ANTHROPIC)) {
            bench.answered(graph(
                    "LanguageModelComponent",
                    "model",
                    Bench.json(List.of(Map.of("name", "claude-sonnet-4", "provider", "Anthropic")))));
            bench.answered(graph("LanguageModelComponent", "model_name", "gpt-4o", "provider", "OpenAI"));
        }
        assertThat(own.requests).hasSize(1);
        assertThat(everything.requests).hasSize(1);
    }

    @Test
    void without_a_server_of_its_own_the_one_for_everything_is_asked() {
        try (Bench bench = Bench.with(everything)) {
            bench.answered(graph("AnthropicModel", "model_name", "claude-sonnet-4", "temperature", 1.7));
            assertThat(everything.requests.getFirst().json().path("temperature").asDouble())
                    .as("Anthropic's scale ends at 1")
                    .isEqualTo(1.0);
        }
    }

    @Test
    void a_server_that_the_flow_names_is_never_asked() {
        try (Bench bench = bench(ModelSettings.AZURE)) {
            for (Graph graph : List.of(
                    graph("AzureOpenAIModel", "azure_endpoint", "https://theirs.openai.azure.com/"),
                    graph("OllamaModel", "base_url", "http://169.254.169.254:80"),
                    graph("AnthropicModel", "base_url", "https://evil.example"))) {
                assertThat(bench.failed(graph).fault()).isEqualTo(Fault.MODEL_SERVER_NOT_ALLOWED);
            }
            bench.answered(graph("AzureOpenAIModel", "azure_endpoint", own.url().replace("/v1", "/")));
        }
        assertThat(everything.requests).isEmpty();
    }

    private Bench falling(String fallback) {
        return new Bench(new ModelSettings(
                everything.url(), "", "", Map.of(ModelSettings.OLLAMA, new ModelServer(own.url(), "")), fallback));
    }

    @Test
    void a_fallback_answers_when_the_models_server_fails_and_is_counted_under_its_own_name() {
        everything.always(exchange -> exchange.json(429, "{}"));
        try (Bench bench = falling("ollama/llama3")) {
            Outcome.Answered answered = bench.answered(Graph.chat("gpt-4o"));
            assertThat(answered.data().path("model").asString()).isEqualTo("llama3");
            assertThat(own.requests.getFirst().json().path("model").asString()).isEqualTo("llama3");
            assertThat(answered.usage()).isEqualTo(new Usage(11, 5, 0, 1, 0, 0, Usage.REPORTED));
            assertThat(answered.trace())
                    .extracting(Step::node, Step::tokensIn)
                    .contains(tuple("llm", 0L), tuple("llm (fallback)", 11L));
            assertThat(bench.engine.models(Graph.chat("gpt-4o").flow(), bench.input, bench.config))
                    .extracting(ModelUse::node, ModelUse::provider, ModelUse::model)
                    .containsExactly(
                            tuple("llm", "openai", "gpt-4o"), tuple("llm (fallback)", ModelSettings.OLLAMA, "llama3"));
        }
    }

    @Test
    void a_fallback_is_not_asked_what_is_wrong_with_the_question_and_not_for_itself() {
        try (Bench bench = falling("meta/llama3")) {
            everything.always(exchange -> exchange.json(400, "{}"));
            assertThat(bench.failed(Graph.chat("gpt-4o")).fault()).isEqualTo(Fault.MODEL_REJECTED);
            assertThat(everything.requests).hasSize(1);
            everything.always(exchange -> exchange.json(500, "{}"));
            assertThat(bench.failed(Graph.chat("meta/llama3")).fault()).isEqualTo(Fault.MODEL_ERROR);
            assertThat(everything.requests).hasSize(2);
            assertThat(bench.failed(Graph.chat("gpt-4o")).fault()).isEqualTo(Fault.MODEL_ERROR);
            assertThat(everything.requests.getLast().json().path("model").asString())
                    .isEqualTo("meta/llama3");
        }
    }

    @Test
    void servers_come_from_the_environment_and_never_show_a_key() {
        MockEnvironment environment = new MockEnvironment()
                .withProperty("ANTHROPIC_API_KEY", "sk-ant-1")
                .withProperty("OLLAMA_BASE_URL", "http://ollama:11434/")
                .withProperty("AZURE_OPENAI_ENDPOINT", "https://ours.openai.azure.com")
                .withProperty("AZURE_OPENAI_API_KEY", "azure-1");
        ModelSettings settings = new ModelSettings(environment);
        assertThat(settings.server(ModelSettings.ANTHROPIC).baseUrl()).isEqualTo("https://api.anthropic.com/v1");
        assertThat(settings.server(ModelSettings.OLLAMA)).isEqualTo(new ModelServer("http://ollama:11434/v1", ""));
        assertThat(settings.server(ModelSettings.AZURE))
                .isEqualTo(new ModelServer("https://ours.openai.azure.com/openai/v1", "azure-1"));
        assertThat(settings.toString()).doesNotContain("sk-ant-1", "azure-1");
        environment.setProperty("OLLAMA_BASE_URL", "ollama:11434");
        assertThatThrownBy(() -> new ModelSettings(environment)).hasMessageContaining("OLLAMA_BASE_URL");
    }

    @Test
    void a_server_that_keeps_failing_is_left_alone_and_then_tried_once() {
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
        Breaker breaker = new Breaker(now::get);
        for (int i = 0; i < Breaker.FAILURES; i++) {
            assertThat(breaker.lets()).isTrue();
            breaker.failed();
        }
        assertThat(breaker.lets()).isFalse();
        now.addAndGet(Breaker.PAUSE.toNanos());
        assertThat(breaker.lets()).as("one call tries it").isTrue();
        assertThat(breaker.lets()).as("and only one").isFalse();
        breaker.failed();
        assertThat(breaker.lets()).isFalse();
        now.addAndGet(Breaker.PAUSE.toNanos());
        assertThat(breaker.lets()).isTrue();
        breaker.answered();
        assertThat(breaker.lets()).isTrue();
    }

    @Test
    void runs_do_not_wait_for_a_server_that_is_down_but_bad_requests_are_no_reason() {
        try (Bench bench = Bench.with(everything)) {
            everything.always(exchange -> exchange.json(400, "{}"));
            for (int i = 0; i <= Breaker.FAILURES; i++) {
                assertThat(bench.failed(Graph.chat("m")).fault()).isEqualTo(Fault.MODEL_REJECTED);
            }
            everything.requests.clear();
            everything.always(exchange -> exchange.json(500, "{}"));
            for (int i = 0; i < Breaker.FAILURES; i++) {
                assertThat(bench.failed(Graph.chat("m")).fault()).isEqualTo(Fault.MODEL_ERROR);
            }
            Outcome.Failed left = bench.failed(Graph.chat("m"));
            assertThat(left.fault()).isEqualTo(Fault.MODEL_UNAVAILABLE);
            assertThat(left.usage().llmTokensIn()).isZero();
            assertThat(everything.requests).hasSize(Breaker.FAILURES);
        }
    }
}
