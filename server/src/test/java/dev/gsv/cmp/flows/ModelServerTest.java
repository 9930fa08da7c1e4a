package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ModelServerTest {
    private FakeModel fake;
    private Bench bench;

    @BeforeEach
    void open() throws Exception {
        fake = new FakeModel();
        bench = Bench.with(fake);
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
        fake.close();
    }

    private Outcome.Failed failed(Fault fault) {
        Outcome.Failed failed = bench.failed(Graph.chat("gpt-4o"));
        assertThat(failed.fault()).isEqualTo(fault);
        assertThat(failed.node()).isEqualTo("llm");
        assertThat(failed.toString()).doesNotContain("sk-", "secret", "127.0.0.1", "Exception");
        return failed;
    }

    @Nested
    class Answers {
        @Test
        void with_the_providers_own_token_numbers() {
            Outcome.Answered answered = bench.answered(Graph.chat("gpt-4o"));
            assertThat(answered.text()).isEqualTo("Hello from the fake model.");
            assertThat(answered.usage()).isEqualTo(new Usage(11, 5, 0, 1, 0, 0, Usage.REPORTED));
            assertThat(answered.data().path("model").asString()).isEqualTo("gpt-4o");
            assertThat(answered.trace())
                    .extracting(Step::node, Step::tokensIn, Step::tokensOut)
                    .contains(tuple("llm", 11L, 5L), tuple("in", 0L, 0L));
            FakeModel.Request request = fake.requests.getFirst();
            assertThat(request.head())
                    .startsWith("POST /v1/chat/completions HTTP/1.1")
                    .contains("Authorization: Bearer sk-secret-of-the-platform");
            assertThat(request.contents()).containsExactly("system: Be brief.", "user: Hello");
        }

        @Test
        void counted_by_a_tokenizer_when_the_provider_does_not_report() {
            fake.always(exchange -> exchange.json(200, FakeModel.completion("Hello <|endoftext|> world", "stop", "")));
            Usage usage = bench.answered(Graph.chat("gpt-4o")).usage();
            assertThat(usage.tokenSource()).isEqualTo(Usage.COUNTED);
            assertThat(usage.llmTokensIn()).isBetween(8L, 20L);
            assertThat(usage.llmTokensOut()).isEqualTo(Tokens.count("Hello <|endoftext|> world"));
            for (String odd : List.of("null", "{}", "{\"prompt_tokens\":0,\"completion_tokens\":0}")) {
                fake.always(exchange -> exchange.json(200, FakeModel.completion("Hi", "stop", odd)));
                assertThat(bench.answered(Graph.chat("gpt-4o")).usage().tokenSource())
                        .as(odd)
                        .isEqualTo(Usage.COUNTED);
            }
        }

        @Test
        void counted_by_a_tokenizer_when_the_providers_numbers_cannot_be_true() {
            for (String lie : List.of(
                    "{\"prompt_tokens\":11,\"completion_tokens\":2000000000}",
                    "{\"prompt_tokens\":11,\"completion_tokens\":1025}",
                    "{\"prompt_tokens\":11,\"completion_tokens\":99999999999999999999}",
                    "{\"prompt_tokens\":2000000000,\"completion_tokens\":1}",
                    "{\"prompt_tokens\":5000,\"completion_tokens\":1}",
                    "{\"prompt_tokens\":-5,\"completion_tokens\":1}",
                    "{\"prompt_tokens\":11,\"completion_tokens\":-1}",
                    "{\"prompt_tokens\":1.5,\"completion_tokens\":1}",
                    "{\"prompt_tokens\":\"many\",\"completion_tokens\":[]}",
                    "{\"prompt_tokens\":11}",
                    "{\"completion_tokens\":1}",
                    "[7]",
                    "\"free\"")) {
                fake.always(exchange -> exchange.json(200, FakeModel.completion("Hi", "stop", lie)));
                Usage usage = bench.answered(Graph.chat("gpt-4o")).usage();
                assertThat(usage.tokenSource()).as(lie).isEqualTo(Usage.COUNTED);
                assertThat(usage.llmTokensIn()).as(lie).isBetween(8L, 20L);
                assertThat(usage.llmTokensOut()).as(lie).isEqualTo(1);
            }
        }

        @Test
        void that_are_longer_than_was_asked_for_are_cut_and_cost_what_was_asked_for() {
            bench.config.put("max_output_tokens", 50);
            String flood = "word ".repeat(200_000);
            fake.always(exchange -> exchange.json(200, FakeModel.completion(flood, "stop", "")));
            Outcome.Answered answered = bench.answered(Graph.chat("gpt-4o"));
            assertThat(answered.usage().llmTokensOut()).isEqualTo(50);
            assertThat(Tokens.count(answered.text())).isBetween(50L, 100L);
            assertThat(answered.data().path("truncated").asBoolean()).isTrue();
        }

        @Test
        void with_nothing_but_tokens_in_the_price() {
            fake.always(exchange -> exchange.json(
                    200,
                    FakeModel.completion(
                                    "Hi",
                                    "stop",
                                    "{\"prompt_tokens\":11,\"completion_tokens\":1,"
                                            + "\"requests\":9,\"tool_calls\":9,\"total_tokens\":999999}")
                            .replace(
                                    "\"role\"",
                                    "\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\","
                                            + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}],\"role\"")));
            assertThat(bench.answered(Graph.chat("gpt-4o")).usage())
                    .isEqualTo(new Usage(11, 1, 0, 1, 0, 0, Usage.REPORTED));
        }

        @Test
        void after_one_503() {
            fake.next(exchange -> exchange.json(503, "{\"error\":{\"message\":\"warming up\"}}"));
            assertThat(bench.answered(Graph.chat("gpt-4o")).text()).isEqualTo("Hello from the fake model.");
            assertThat(fake.requests).hasSize(2);
        }

        @Test
        void that_come_in_drips() {
            fake.always(exchange -> {
                byte[] bytes = FakeModel.completion("slow but whole 👋", "stop", "")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
                exchange.head(200, "application/json", bytes.length);
                for (byte b : bytes) {
                    exchange.out().write(b);
                    exchange.out().flush();
                }
            });
            assertThat(bench.answered(Graph.chat("gpt-4o")).text()).isEqualTo("slow but whole 👋");
        }

        @Test
        void cut_at_the_token_limit_and_marked_so() {
            fake.always(exchange -> exchange.json(200, FakeModel.completion("Once upon", "length", "")));
            assertThat(bench.answered(Graph.chat("gpt-4o"))
                            .data()
                            .path("truncated")
                            .asBoolean())
                    .isTrue();
        }
    }

    @Nested
    class TimesOut {
        @Test
        void a_run_ends_at_its_deadline_and_so_does_its_call_to_a_model_server() throws Exception {
            bench.time = Duration.ofMillis(400);
            fake.always(FakeModel.Exchange::hang);
            Outcome outcome = bench.run(Graph.chat("gpt-4o"));
            assertThat(outcome).isInstanceOf(Outcome.TimedOut.class);
            assertThat(fake.abandoned.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(outcome.usage().llmTokensIn()).isPositive();
            assertThat(outcome.usage().tokenSource()).isEqualTo(Usage.COUNTED);
            assertThat(outcome.trace()).extracting(Step::node, Step::outcome).contains(tuple("llm", "cut_off"));
        }

        @Test
        void when_the_answer_drips_beyond_the_deadline() throws Exception {
            bench.time = Duration.ofMillis(400);
            fake.always(exchange -> {
                exchange.head(200, "application/json", 100_000);
                exchange.out().write("{\"choices\":".getBytes(java.nio.charset.StandardCharsets.UTF_8));
                exchange.out().flush();
                exchange.hang();
            });
            assertThat(bench.run(Graph.chat("gpt-4o"))).isInstanceOf(Outcome.TimedOut.class);
            assertThat(fake.abandoned.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_cancellation_closes_the_call_in_flight() throws Exception {
        fake.always(FakeModel.Exchange::hang);
        CountDownLatch ended = new CountDownLatch(1);
        Outcome[] outcome = new Outcome[1];
        Thread.ofVirtual().start(() -> {
            outcome[0] = bench.run(Graph.chat("gpt-4o"));
            ended.countDown();
        });
        assertThat(fake.asked.await(10, TimeUnit.SECONDS)).isTrue();
        bench.cancellation.cancel();
        assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(fake.abandoned.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(((Outcome.Failed) outcome[0]).fault()).isEqualTo(Fault.CANCELLED);
    }

    @Test
    void a_failing_branch_stops_the_others_call() throws Exception {
        fake.next(FakeModel.Exchange::hang);
        bench.retriever = (query, topK) -> {
            try {
                fake.asked.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            throw new IllegalStateException("no index");
        };
        Graph graph = Graph.chat("gpt-4o").node("kb", "KnowledgeRetrieval").edge("kb", "out", "input_value");
        assertThat(bench.failed(graph).fault()).isEqualTo(Fault.KNOWLEDGE_UNAVAILABLE);
        assertThat(fake.abandoned.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Nested
    class Fails {
        @Test
        void when_nobody_listens() throws Exception {
            int port;
            try (ServerSocket closed = new ServerSocket(0)) {
                port = closed.getLocalPort();
            }
            try (Bench dead = new Bench("http://127.0.0.1:" + port + "/v1", "")) {
                Outcome.Failed failed = dead.failed(Graph.chat("gpt-4o"));
                assertThat(failed.fault()).isEqualTo(Fault.MODEL_UNAVAILABLE);
                assertThat(failed.usage().llmTokensIn()).isZero();
            }
        }

        @Test
        void when_503_comes_twice() {
            fake.always(exchange -> exchange.json(503, "{}"));
            assertThat(failed(Fault.MODEL_UNAVAILABLE).usage().llmTokensIn()).isZero();
            assertThat(fake.requests).hasSize(2);
        }

        @Test
        void on_each_status_in_its_own_way_and_asks_once() {
            status(401, "{\"error\":{\"message\":\"Incorrect API key provided: sk-secret\"}}", Fault.MODEL_KEY_REFUSED);
            status(403, "{}", Fault.MODEL_KEY_REFUSED);
            status(404, "{\"error\":{\"message\":\"no such model\"}}", Fault.MODEL_UNKNOWN);
            status(429, "", Fault.MODEL_RATE_LIMITED);
            status(400, "{\"error\":{\"code\":\"context_length_exceeded\"}}", Fault.MODEL_INPUT_TOO_LONG);
            status(400, "{\"error\":{\"code\":\"content_filter\"}}", Fault.MODEL_CONTENT_REFUSED);
            status(422, "{\"detail\":[]}", Fault.MODEL_REJECTED);
            status(302, "", Fault.MODEL_ERROR);
            status(500, "<html>Traceback sk-secret</html>", Fault.MODEL_ERROR);
            status(502, "<html>", Fault.MODEL_ERROR);
        }

        private void status(int status, String body, Fault fault) {
            int before = fake.requests.size();
            fake.always(exchange -> exchange.send(status, "text/html", body));
            failed(fault);
            assertThat(fake.requests).hasSize(before + 1);
        }

        @Test
        void on_a_500_even_if_it_would_then_work() {
            fake.next(exchange -> exchange.json(500, "{}"));
            failed(Fault.MODEL_ERROR);
            assertThat(fake.requests).hasSize(1);
        }

        @Test
        void on_each_wrong_body_in_its_own_way() {
            body("text/html", "<!doctype html><html>Langflow</html>", Fault.MODEL_NOT_JSON);
            body("application/json", "<!doctype html>", Fault.MODEL_NOT_JSON);
            body("text/html", FakeModel.completion("Hi", "stop", ""), Fault.MODEL_NOT_JSON);
            body("application/json", "", Fault.MODEL_EMPTY_ANSWER);
            body("application/json", "{\"choices\":[{\"mess", Fault.MODEL_BROKEN_ANSWER);
            body("application/json", "{\"error\":{\"message\":\"overloaded sk-secret\"}}", Fault.MODEL_ERROR);
            body("application/json", "{\"id\":\"x\"}", Fault.MODEL_BROKEN_ANSWER);
            body("application/json", "{\"choices\":[]}", Fault.MODEL_EMPTY_ANSWER);
            body("application/json", "{\"choices\":[7]}", Fault.MODEL_BROKEN_ANSWER);
            body("application/json", "{\"choices\":[{\"message\":{\"content\":{}}}]}", Fault.MODEL_BROKEN_ANSWER);
            body("application/json", FakeModel.completion("", "stop", ""), Fault.MODEL_EMPTY_ANSWER);
            body("application/json", FakeModel.completion("  \n", "stop", ""), Fault.MODEL_EMPTY_ANSWER);
            body("application/json", FakeModel.completion("", "content_filter", ""), Fault.MODEL_CONTENT_REFUSED);
            body(
                    "application/json",
                    "{\"choices\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}",
                    Fault.MODEL_BROKEN_ANSWER);
        }

        private void body(String type, String body, Fault fault) {
            fake.always(exchange -> exchange.send(200, type, body));
            assertThat(failed(fault).usage().llmTokensIn()).as(body).isPositive();
        }

        @Test
        void when_the_connection_breaks_in_the_middle() {
            fake.always(exchange -> {
                exchange.head(200, "application/json", 5_000);
                exchange.out().write('{');
                exchange.out().flush();
                exchange.socket().close();
            });
            failed(Fault.MODEL_UNAVAILABLE);
            fake.always(exchange -> exchange.socket().close());
            int before = fake.requests.size();
            failed(Fault.MODEL_UNAVAILABLE);
            assertThat(fake.requests).hasSize(before + 1);
        }

        @Test
        void when_the_answer_never_stops_growing() {
            fake.always(exchange -> {
                exchange.head(200, "application/json", Integer.MAX_VALUE);
                exchange.out()
                        .write("{\"choices\":[{\"message\":{\"content\":\""
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
                byte[] more = "x".repeat(64 * 1024).getBytes(java.nio.charset.StandardCharsets.UTF_8);
                while (true) {
                    exchange.out().write(more);
                }
            });
            failed(Fault.MODEL_ANSWER_TOO_LARGE);
        }

        @Test
        void when_no_server_is_configured() {
            try (Bench offline = Bench.offline()) {
                assertThat(offline.failed(Graph.chat("gpt-4o")).fault()).isEqualTo(Fault.MODEL_NOT_CONFIGURED);
            }
        }
    }
}
