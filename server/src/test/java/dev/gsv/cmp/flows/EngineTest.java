package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class EngineTest {
    private final Bench bench = Bench.offline();

    @AfterEach
    void close() {
        bench.close();
    }

    private static Graph echo() {
        return new Graph()
                .node("in", "ChatInput")
                .node("out", "ChatOutput")
                .edge("in", "message", "out", "input_value");
    }

    @Nested
    class Refuses {
        @Test
        void a_component_that_the_engine_does_not_know_is_refused_never_guessed() {
            Graph graph = echo().node("agent", "MCPTools").edge("agent", "out", "input_value");
            Outcome.Failed failed = bench.failed(graph);
            assertThat(failed.fault()).isEqualTo(Fault.NEEDS_RUNTIME);
            assertThat(failed.node()).isEqualTo("agent");
            assertThat(failed.message()).contains("Langflow runtime");
            assertThat(failed.usage().llmTokensIn()).isZero();
            assertThat(Components.unsupported(graph.flow()))
                    .extracting(Components.Unsupported::node, Components.Unsupported::executed)
                    .containsExactly(tuple("agent", true));
        }

        @Test
        void what_only_langflow_can_do_with_known_components() {
            assertUnsupported(
                    "memory",
                    new Graph().node("memory", "Memory").node("p", "Prompt").edge("p", "memory", "memory"));
            assertUnsupported("memory", new Graph().node("memory", "OpenAIModel", "model", "connect_other_models"));
            assertUnsupported(
                    "memory",
                    new Graph()
                            .node("memory", "OpenAIModel")
                            .node("p", "Prompt")
                            .edge("memory", "model_output", "p", "x"));
            Graph edited = new Graph().node("memory", "Prompt");
            edited.last().withObject("data").withObject("node").put("edited", true);
            assertUnsupported("memory", edited);
        }

        private void assertUnsupported(String id, Graph graph) {
            Graph whole = graph.node("out", "ChatOutput").edge(id, "out", "input_value");
            assertThat(bench.failed(whole).fault()).isEqualTo(Fault.NEEDS_RUNTIME);
        }

        @Test
        void cycles_with_the_names_of_their_nodes() {
            Graph graph = echo().node("a", "Prompt", "template", "{x}")
                    .node("b", "Prompt", "template", "{x}")
                    .node("c", "Prompt", "template", "{x}")
                    .edge("a", "b", "x")
                    .edge("b", "c", "x")
                    .edge("c", "a", "x")
                    .edge("b", "out", "input_value");
            Outcome.Failed failed = bench.failed(graph);
            assertThat(failed.fault()).isEqualTo(Fault.FLOW_HAS_CYCLE);
            assertThat(failed.message()).contains("\"a\"", "\"b\"", "\"c\"").doesNotContain("\"in\"");
            assertThat(bench.failed(echo().edge("out", "out", "input_value")).fault())
                    .isEqualTo(Fault.FLOW_HAS_CYCLE);
        }

        @Test
        void graphs_that_cannot_be_executed() {
            assertThat(bench.failed(new Graph().node("in", "ChatInput")).fault())
                    .isEqualTo(Fault.FLOW_INVALID);
            assertThat(bench.failed(echo().edge("ghost", "out", "input_value")).message())
                    .contains("\"ghost\"");
            assertThat(bench.failed(echo().node("in", "ChatInput")).message()).contains("Two nodes", "\"in\"");
            assertThat(bench.failed(new Graph()).fault()).isEqualTo(Fault.FLOW_INVALID);
        }

        @Test
        void more_steps_than_the_limit() {
            Graph graph = chain(Plan.MAX_STEPS);
            assertThat(bench.failed(graph).fault()).isEqualTo(Fault.FLOW_TOO_LARGE);
        }

        @Test
        void texts_that_double_until_the_memory_is_full() {
            Graph graph = new Graph().node("p0", "Prompt", "template", "xxxxxxxxxx");
            for (int i = 1; i <= 40; i++) {
                graph.node("p" + i, "Prompt", "template", "{a}{a}").edge("p" + (i - 1), "p" + i, "a");
            }
            graph.node("out", "ChatOutput").edge("p40", "out", "input_value");
            assertThat(bench.failed(graph).fault()).isEqualTo(Fault.OUTPUT_TOO_LARGE);
        }

        @Test
        void an_answer_without_a_text() {
            assertThat(bench.failed(new Graph().node("out", "ChatOutput")).fault())
                    .isEqualTo(Fault.EMPTY_ANSWER);
        }
    }

    private static Graph chain(int prompts) {
        Graph graph = new Graph().node("p0", "Prompt", "template", "end");
        for (int i = 1; i < prompts; i++) {
            graph.node("p" + i, "Prompt", "template", "{a}").edge("p" + (i - 1), "p" + i, "a");
        }
        return graph.node("out", "ChatOutput").edge("p" + (prompts - 1), "out", "input_value");
    }

    @Test
    void a_chain_of_almost_the_limit_runs() {
        assertThat(bench.answered(chain(Plan.MAX_STEPS - 1)).text()).isEqualTo("end");
    }

    @Test
    void only_nodes_that_reach_an_exit_are_executed() {
        AtomicInteger searched = new AtomicInteger();
        bench.retriever = (query, topK) -> {
            searched.incrementAndGet();
            return List.of();
        };
        Graph graph = echo().node("kb", "KnowledgeRetrieval")
                .node("agent", "MCPTools")
                .edge("in", "kb", "search_query")
                .edge("kb", "agent", "input_value")
                .node("loop1", "Prompt")
                .node("loop2", "Prompt")
                .edge("loop1", "loop2", "x")
                .edge("loop2", "loop1", "x");
        assertThat(bench.answered(graph).trace()).extracting(Step::node).containsExactly("in", "out");
        assertThat(searched).hasValue(0);
        assertThat(Components.unsupported(graph.flow()))
                .extracting(Components.Unsupported::node, Components.Unsupported::executed)
                .containsExactly(tuple("agent", false));
    }

    @Test
    void independent_branches_work_at_the_same_time() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        bench.retriever = (query, topK) -> {
            try {
                both.await(10, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException("the other branch never came", e);
            }
            return List.of(Bench.passage(query, "found"));
        };
        Graph graph = new Graph()
                .node("left", "KnowledgeRetrieval", "search_query", "left")
                .node("right", "KnowledgeRetrieval", "search_query", "right")
                .node("p", "Prompt", "template", "{l}|{r}")
                .node("out", "ChatOutput")
                .edge("left", "p", "l")
                .edge("right", "p", "r")
                .edge("p", "out", "input_value");
        Outcome.Answered answered = bench.answered(graph);
        assertThat(answered.text()).isEqualTo("[1] left\nfound|[1] right\nfound");
        assertThat(answered.usage().ragQueries()).isEqualTo(2);
    }

    @Test
    void never_more_branches_work_than_the_limit() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch oneTooMany = new CountDownLatch(Execution.MAX_PARALLEL + 1);
        bench.retriever = (query, topK) -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            oneTooMany.countDown();
            try {
                // The first ones wait for one more than allowed; it must not come while they work.
                oneTooMany.await(500, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            now.decrementAndGet();
            return List.of(Bench.passage(query, "x"));
        };
        Graph graph = new Graph().node("out", "ChatOutput");
        IntStream.range(0, 30)
                .forEach(i -> graph.node("kb" + i, "KnowledgeRetrieval", "query", "q" + i)
                        .edge("kb" + i, "out", "input_value"));
        assertThat(bench.answered(graph).usage().ragQueries()).isEqualTo(30);
        assertThat(most).hasValue(Execution.MAX_PARALLEL);
    }

    @Test
    void a_run_ends_at_its_deadline_even_when_a_node_does_not_let_go() {
        CountDownLatch never = new CountDownLatch(1);
        bench.time = Duration.ofMillis(150);
        bench.retriever = (query, topK) -> {
            while (true) {
                try {
                    if (never.await(30, TimeUnit.SECONDS)) {
                        return List.of();
                    }
                } catch (InterruptedException e) {
                    // A rude search, which goes on.
                }
            }
        };
        long began = System.nanoTime();
        Outcome outcome = bench.run(Graph.faq());
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
        never.countDown();
        assertThat(outcome).isInstanceOf(Outcome.TimedOut.class);
        assertThat(outcome.trace()).extracting(Step::node, Step::outcome).contains(tuple("kb", "cut_off"));
    }

    @Test
    void a_deadline_that_has_passed_starts_nothing() {
        bench.time = Duration.ofSeconds(-5);
        Outcome outcome = bench.run(echo());
        assertThat(outcome).isInstanceOf(Outcome.TimedOut.class);
        assertThat(outcome.trace()).isEmpty();
    }

    @Test
    void a_cancelled_run_fails_as_cancelled() throws Exception {
        CountDownLatch searching = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        bench.retriever = (query, topK) -> {
            searching.countDown();
            try {
                Thread.sleep(30_000);
            } catch (InterruptedException e) {
                stopped.countDown();
            }
            return List.of();
        };
        Thread canceller = Thread.ofVirtual().start(() -> {
            try {
                searching.await();
                bench.cancellation.cancel();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(bench.failed(Graph.faq()).fault()).isEqualTo(Fault.CANCELLED);
        assertThat(stopped.await(5, TimeUnit.SECONDS)).isTrue();
        canceller.join();
        assertThat(bench.failed(echo()).trace()).isEmpty();
    }

    @Test
    void an_interrupt_of_the_caller_is_a_cancellation_and_is_kept() {
        Thread.currentThread().interrupt();
        Outcome outcome = bench.run(echo());
        assertThat(Thread.interrupted()).isTrue();
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.fault()).isEqualTo(Fault.CANCELLED));
    }

    @Test
    void a_search_that_fails_says_so_without_its_own_words() {
        bench.retriever = (query, topK) -> {
            throw new IllegalStateException("jdbc password=hunter2");
        };
        Outcome.Failed failed = bench.failed(Graph.faq());
        assertThat(failed.fault()).isEqualTo(Fault.KNOWLEDGE_UNAVAILABLE);
        assertThat(failed.node()).isEqualTo("kb");
        assertThat(failed.message()).doesNotContain("hunter2");
        assertThat(failed.trace()).extracting(Step::node, Step::outcome).contains(tuple("kb", "failed"));
    }

    @Test
    void the_first_exit_with_a_text_answers_and_all_exits_are_shown() {
        Graph graph = new Graph()
                .node("text", "TextOutput", "input_value", "from text output")
                .node("empty", "ChatOutput")
                .node("chat", "ChatOutput", "input_value", "from chat output");
        Outcome.Answered answered = bench.answered(graph);
        assertThat(answered.text()).isEqualTo("from chat output");
        assertThat(answered.data().path("outputs").valueStream())
                .extracting(output -> output.path("node").asString())
                .containsExactly("empty", "chat", "text");
    }

    @Test
    void without_a_chat_input_the_question_enters_at_the_text_input() {
        Graph graph = new Graph()
                .node("fixed", "TextInput", "input_value", "in one word")
                .node("open", "TextInput", "input_value", "")
                .node("p", "Prompt", "template", "{q} ({how})")
                .node("out", "TextOutput")
                .edge("fixed", "p", "how")
                .edge("open", "p", "q")
                .edge("p", "out", "input_value");
        assertThat(bench.asking("Why?").answered(graph).text()).isEqualTo("Why? (in one word)");
        Graph only = new Graph()
                .node("in", "TextInput", "input_value", "a sample")
                .node("out", "TextOutput")
                .edge("in", "out", "input_value");
        assertThat(bench.asking("mine").answered(only).text()).isEqualTo("mine");
        Graph both = echo().node("fixed", "TextInput", "input_value", "kept").edge("fixed", "out", "input_value");
        assertThat(bench.asking("hi").answered(both).text()).isEqualTo("hi\nkept");
    }

    @Test
    void what_no_store_can_keep_never_leaves() {
        String text = bench.asking("a\u0000b\uD800c👋").answered(echo()).text();
        assertThat(text).isEqualTo("a\uFFFDb\uFFFDc👋");
        Graph odd = new Graph()
                .node("\u0000in", "ChatInput")
                .node("\u0000kb", "KnowledgeRetrieval")
                .node("\u0000out", "ChatOutput")
                .edge("\u0000in", "\u0000out", "input_value")
                .edge("\u0000kb", "\u0000out", "input_value");
        assertThat(bench.answered(odd).trace().toString()).doesNotContain("\u0000");
        bench.retriever = (query, topK) -> {
            throw new IllegalStateException();
        };
        assertThat(bench.failed(odd).node()).isEqualTo("\uFFFDkb");
    }

    @Test
    void two_hundred_runs_at_once_keep_their_own_texts() throws Exception {
        Graph graph = new Graph()
                .node("in", "ChatInput")
                .node("memory", "Memory")
                .node("p", "Prompt", "template", "{h}|{q}")
                .node("out", "ChatOutput")
                .edge("memory", "p", "h")
                .edge("in", "p", "q")
                .edge("p", "out", "input_value");
        Flow flow = graph.flow();
        List<Callable<Boolean>> calls = IntStream.range(0, 200)
                .<Callable<Boolean>>mapToObj(i -> () -> {
                    Outcome outcome = bench.engine.run(
                            flow,
                            new RunInput("q" + i, "i:" + i),
                            new Surroundings(
                                    bench.retriever,
                                    bench.history,
                                    bench.config,
                                    Instant.now().plusSeconds(30),
                                    new Cancellation()));
                    return outcome instanceof Outcome.Answered answered
                            && answered.text().equals("|q" + i);
                })
                .toList();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> right : threads.invokeAll(calls)) {
                assertThat(right.get()).isTrue();
            }
        }
        assertThat(bench.history.turns).hasSize(200);
    }
}
