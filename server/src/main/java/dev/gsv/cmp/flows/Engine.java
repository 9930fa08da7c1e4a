package dev.gsv.cmp.flows;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;

/** Executes imported flows on the JVM, under limits with names. It keeps nothing between two runs. */
@Service
public class Engine {
    private final Clock clock;
    private final OpenAiClient client;
    private final ModelSettings models;
    private final FetchClient fetcher;

    Engine(Clock clock, OpenAiClient client, ModelSettings models, FetchClient fetcher) {
        this.clock = clock;
        this.client = client;
        this.models = models;
        this.fetcher = fetcher;
    }

    /**
     * Runs a flow to its end on the calling thread; never throws for what a flow or a model server does.
     *
     * <p>An interrupt of the calling thread counts as a cancellation.
     */
    public Outcome run(Flow flow, RunInput input, Surroundings around) {
        Plan plan;
        try {
            Optional<Components.Unsupported> unsupported = Components.unsupported(flow).stream()
                    .filter(Components.Unsupported::executed)
                    .findFirst();
            if (unsupported.isPresent()) {
                return failed(
                        Fault.NEEDS_RUNTIME,
                        unsupported.get().reason(),
                        Value.storable(unsupported.get().node()));
            }
            plan = Plan.of(flow);
        } catch (NodeFault fault) {
            return failed(fault.fault(), fault.safe(), null);
        }
        Deadline deadline = Deadline.at(around.deadline(), clock);
        return new Execution(new Work.Run(plan, input, around, deadline, clock, client, models, fetcher), clock).run();
    }

    /**
     * What a run of this flow consumes at most, as far as can be said before it: the estimate for a hold. A flow
     * without a model has no tokens; one that cannot run at all consumes nothing but its request.
     */
    public Usage bound(Flow flow, RunInput input, JsonNode config) {
        try {
            return Bounds.of(Plan.of(flow), input, config, models);
        } catch (NodeFault fault) {
            return new Usage(0, 0, 0, 1, 0, 0, Usage.NONE);
        }
    }

    /** The models that a run of this flow may ask, without CMP's own, which cost nothing; empty when it cannot run. */
    public List<ModelUse> models(Flow flow, RunInput input, JsonNode config) {
        try {
            return Bounds.uses(Plan.of(flow), input, config, models);
        } catch (NodeFault fault) {
            return List.of();
        }
    }

    private static Outcome failed(Fault fault, String message, @Nullable String node) {
        return new Outcome.Failed(fault, message, node, new Usage(0, 0, 0, 1, 0, 0, Usage.NONE), List.of());
    }
}
