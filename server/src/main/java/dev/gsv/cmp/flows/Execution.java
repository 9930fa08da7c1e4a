package dev.gsv.cmp.flows;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run: nodes whose inputs are complete work side by side on virtual threads; this thread only hands out work and
 * collects values, so that no value is shared between two threads that write.
 */
final class Execution {
    /** Most nodes of one run that work at the same time. */
    static final int MAX_PARALLEL = 8;
    /** How long a stopped node may take to let go; then the run ends without it. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

    /** Something that happened: a node ended, or, without a node, a cancellation. */
    private record Event(
            @Nullable Active active,
            @Nullable Produced produced,
            @Nullable Throwable thrown) {}

    private record Active(Flow.Node node, Meter meter, Instant started, long startNanos) {
        Step step(String outcome) {
            return Step.of(node, started, Duration.ofNanos(System.nanoTime() - startNanos), outcome, meter);
        }
    }

    /** Why a run ended early. */
    private record Stop(
            @Nullable Fault fault, String message, @Nullable String node) {
        static final Stop DEADLINE = new Stop(null, "", null);
        static final Stop CANCELLED = new Stop(Fault.CANCELLED, "The run was cancelled.", null);
    }

    private final Work.Run run;
    private final Clock clock;
    private final Meter meter = new Meter();
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Map<String, Integer> waiting = new HashMap<>();
    private final Map<String, List<String>> feeds = new HashMap<>();
    private final Map<String, Produced> produced = new HashMap<>();
    private final Map<String, Active> active = new LinkedHashMap<>();
    private final Map<String, Step> steps = new LinkedHashMap<>();
    private final Deque<Flow.Node> ready = new ArrayDeque<>();

    Execution(Work.Run run, Clock clock) {
        this.run = run;
        this.clock = clock;
        for (Flow.Node node : run.plan().order()) {
            List<Flow.Edge> into = run.plan().into(node);
            waiting.put(node.id(), into.size());
            into.forEach(edge -> feeds.computeIfAbsent(edge.source(), id -> new ArrayList<>())
                    .add(node.id()));
            if (into.isEmpty()) {
                ready.add(node);
            }
        }
    }

    Outcome run() {
        ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("flow-", 0).factory());
        @Nullable Stop stop;
        try {
            run.around().cancellation().whenRequested(() -> events.add(new Event(null, null, null)));
            stop = work(threads);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop = Stop.CANCELLED;
        } finally {
            end(threads);
        }
        // The maps are read only now: what was still working has let go, or is left behind for good.
        active.forEach((id, left) -> steps.put(id, left.step(Step.CUT_OFF)));
        List<Step> trace = Stream.concat(steps.values().stream(), run.audit().stream())
                .sorted(Comparator.comparing(Step::started))
                .toList();
        if (stop == null) {
            return answer(trace);
        }
        return stop.fault() == null
                ? new Outcome.TimedOut(meter.usage(), trace)
                : new Outcome.Failed(stop.fault(), stop.message(), stop.node(), meter.usage(), trace);
    }

    private @Nullable Stop work(ExecutorService threads) throws InterruptedException {
        while (!ready.isEmpty() || !active.isEmpty()) {
            if (run.around().cancellation().requested()) {
                return Stop.CANCELLED;
            }
            if (run.deadline().passed()) {
                return Stop.DEADLINE;
            }
            while (!ready.isEmpty() && active.size() < MAX_PARALLEL) {
                start(ready.remove(), threads);
            }
            Event event = events.poll(run.deadline().nanosLeft(), TimeUnit.NANOSECONDS);
            if (event == null) {
                return Stop.DEADLINE;
            }
            if (event.active() == null) {
                return Stop.CANCELLED;
            }
            Stop stop = ended(event.active(), event);
            if (stop != null) {
                return stop;
            }
        }
        return null;
    }

    private void start(Flow.Node node, ExecutorService threads) {
        Map<String, List<Value>> inputs = inputs(node).orElseThrow();
        Active started = new Active(node, new Meter(meter), clock.instant(), System.nanoTime());
        active.put(node.id(), started);
        // Its place in the trace is that of its beginning.
        steps.put(node.id(), started.step(Step.CUT_OFF));
        Work work = new Work(node, inputs, run, started.meter());
        threads.execute(() -> {
            try {
                events.add(new Event(started, Components.behaviour(node).run(work), null));
            } catch (Throwable thrown) {
                events.add(new Event(started, null, thrown));
            }
        });
    }

    private Optional<Map<String, List<Value>>> inputs(Flow.Node node) {
        return Produced.gather(run.plan().into(node), edge -> {
            Produced source = produced.get(edge.source());
            return source == null ? null : source.at(edge.output());
        });
    }

    /** Lets go on what this node fed: to work, or, on a way that was not taken, to let go in its turn. */
    private void release(String id) {
        Deque<String> done = new ArrayDeque<>(List.of(id));
        while (!done.isEmpty()) {
            for (String fed : feeds.getOrDefault(done.remove(), List.of())) {
                if (waiting.merge(fed, -1, Integer::sum) == 0) {
                    Flow.Node next = run.plan().node(fed);
                    if (inputs(next).isPresent()) {
                        ready.add(next);
                    } else {
                        done.add(fed);
                    }
                }
            }
        }
    }

    private @Nullable Stop ended(Active ended, Event event) {
        Flow.Node node = ended.node();
        active.remove(node.id());
        if (event.produced() != null) {
            steps.put(node.id(), ended.step(Step.OK));
            produced.put(node.id(), event.produced());
            release(node.id());
            return null;
        }
        if (event.thrown() instanceof ModelHttpClient.RunOver) {
            steps.put(node.id(), ended.step(Step.CUT_OFF));
            return run.around().cancellation().requested() ? Stop.CANCELLED : Stop.DEADLINE;
        }
        steps.put(node.id(), ended.step(Step.FAILED));
        NodeFault fault = NodeFault.in(event.thrown());
        if (fault != null) {
            return new Stop(fault.fault(), fault.safe(), Value.storable(node.id()));
        }
        LOG.error("a {} failed in a way that it should not", node.type(), event.thrown());
        return new Stop(Fault.NODE_FAILED, "A component of the flow failed.", Value.storable(node.id()));
    }

    private static void end(ExecutorService threads) {
        threads.shutdownNow();
        boolean interrupted = Thread.interrupted();
        try {
            if (!threads.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a node of a finished run does not let go");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Outcome answer(List<Step> trace) {
        Answer answer = Answer.of(run.plan(), produced);
        if (answer.text().isBlank()) {
            return new Outcome.Failed(
                    Fault.EMPTY_ANSWER,
                    "The flow ended without a text.",
                    Value.storable(answer.exit()),
                    meter.usage(),
                    trace);
        }
        remember(answer);
        return new Outcome.Answered(answer.text(), answer.data(), meter.usage(), trace);
    }

    /** Only an answered run is remembered, question and answer together, and only by a flow that looks back. */
    private void remember(Answer answer) {
        boolean looksBack = run.plan().all().anyMatch(Recall::looksBack);
        if (!looksBack || run.input().session().isBlank()) {
            return;
        }
        List<Turn> turns = new ArrayList<>(answer.turns(run.plan(), produced, clock.instant()));
        turns.addAll(run.toStore());
        try {
            if (!turns.isEmpty()) {
                run.around().history().append(run.input().session(), turns);
            }
        } catch (RuntimeException e) {
            // The answer is worth more than its place in the memory.
            LOG.warn("a conversation could not be stored", e);
        }
    }
}
