package dev.gsv.cmp.flows;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An engine with everything around it, for tests. */
final class Bench implements AutoCloseable {
    final ObjectNode config = JsonNodeFactory.instance.objectNode();
    final Cancellation cancellation = new Cancellation();
    final Stored history = new Stored();
    Retriever retriever = Retriever.none();
    Spending spending = Spending.UNBOUNDED;
    Duration time = Duration.ofSeconds(20);
    RunInput input = new RunInput("Hello", "instance-1:session-1");

    private final OpenAiClient client;
    final ModelSettings models;
    final Engine engine;

    Bench(String baseUrl, String model) {
        this(new ModelSettings(baseUrl, "sk-secret-of-the-platform", model));
    }

    Bench(ModelSettings models) {
        this(models, new FetchSettings(List.of(), List.of()));
    }

    /** With a network that is more, or less, than the public one. */
    Bench(ModelSettings models, FetchSettings fetching) {
        this.models = models;
        client = new OpenAiClient();
        engine = new Engine(Clock.systemUTC(), client, models, new FetchClient(fetching));
    }

    static Bench offline() {
        return new Bench("", "");
    }

    static Bench with(FakeModel fake) {
        return new Bench(fake.url(), "");
    }

    Outcome run(Graph graph) {
        return run(graph.flow());
    }

    Outcome run(Flow flow) {
        return engine.run(
                flow,
                input,
                new Surroundings(
                        retriever, history, config, Clock.systemUTC().instant().plus(time), cancellation, spending));
    }

    Outcome.Answered answered(Graph graph) {
        return answered(graph.flow());
    }

    Outcome.Answered answered(Flow flow) {
        return switch (run(flow)) {
            case Outcome.Answered answered -> answered;
            case Outcome.Failed failed -> throw new AssertionError(failed.toString());
            case Outcome.TimedOut late -> throw new AssertionError(late.toString());
        };
    }

    Outcome.Failed failed(Graph graph) {
        return switch (run(graph)) {
            case Outcome.Failed failed -> failed;
            case Outcome.Answered answered -> throw new AssertionError(answered.toString());
            case Outcome.TimedOut late -> throw new AssertionError(late.toString());
        };
    }

    Bench asking(String text) {
        input = new RunInput(text, input.session());
        return this;
    }

    Bench in(String session) {
        input = new RunInput(input.text(), session);
        return this;
    }

    static Passage passage(String title, String text) {
        return new Passage("doc-" + title, title, text, 1.0);
    }

    static JsonNode json(Object value) {
        return tools.jackson.databind.json.JsonMapper.builder().build().valueToTree(value);
    }

    @Override
    public void close() {
        client.close();
    }

    /** A history in memory that can be told to fail. */
    static final class Stored implements History {
        final Map<String, List<Turn>> turns = new HashMap<>();
        boolean broken;

        void forgetLast(String session, int n) {
            List<Turn> all = turns.getOrDefault(session, List.of());
            turns.put(session, new ArrayList<>(all.subList(0, all.size() - n)));
        }

        @Override
        public synchronized List<Turn> last(String session, int n) {
            if (broken) {
                throw new IllegalStateException("no database, and a password=hunter2 in the message");
            }
            List<Turn> all = turns.getOrDefault(session, List.of());
            return List.copyOf(all.subList(Math.max(0, all.size() - n), all.size()));
        }

        @Override
        public synchronized void append(String session, List<Turn> more) {
            if (broken) {
                throw new IllegalStateException("no database");
            }
            turns.computeIfAbsent(session, key -> new ArrayList<>()).addAll(more);
        }
    }
}
