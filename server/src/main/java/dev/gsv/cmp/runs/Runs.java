package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.flows.Cancellation;
import dev.gsv.cmp.flows.Conversations;
import dev.gsv.cmp.flows.Engine;
import dev.gsv.cmp.flows.Flow;
import dev.gsv.cmp.flows.Flows;
import dev.gsv.cmp.flows.Outcome;
import dev.gsv.cmp.flows.Passage;
import dev.gsv.cmp.flows.Retriever;
import dev.gsv.cmp.flows.RunInput;
import dev.gsv.cmp.flows.Surroundings;
import dev.gsv.cmp.flows.Usage;
import dev.gsv.cmp.instances.Configs;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.Trace;
import dev.gsv.cmp.knowledge.Knowledge;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The path of a run: checked in a fixed order, opened in one transaction, run in none, closed in one (section 7.4 of
 * the control plane contract, ADR 0003).
 */
@Service
public class Runs {

    /** How often a caller looks for the answer of its key, when others keep taking it first. */
    private static final int MAX_LOOKS = 3;

    /** A run that answered, and how it was paid. */
    record Answered(UUID run, Outcome.Answered outcome, Run.Billing billing, Duration elapsed) {}

    private final Instances instances;
    private final Configs configs;
    private final Orgs orgs;
    private final Flows flows;
    private final Engine engine;
    private final Conversations conversations;
    private final Knowledge knowledge;
    private final Keys keys;
    private final Lanes<Posting, Posting.Posted> lanes;
    private final Opening opening;
    private final Closing closing;
    private final Living living;
    private final Gates gates;
    private final RunStore store;
    private final RunMetrics metrics;
    private final RunSettings settings;
    private final JsonMapper mapper;
    private final Clock clock;

    Runs(
            Instances instances,
            Configs configs,
            Orgs orgs,
            Flows flows,
            Engine engine,
            Conversations conversations,
            Knowledge knowledge,
            Keys keys,
            Lanes<Posting, Posting.Posted> lanes,
            Opening opening,
            Closing closing,
            Living living,
            Gates gates,
            RunStore store,
            RunMetrics metrics,
            RunSettings settings,
            JsonMapper mapper,
            Clock clock) {
        this.instances = instances;
        this.configs = configs;
        this.orgs = orgs;
        this.flows = flows;
        this.engine = engine;
        this.conversations = conversations;
        this.knowledge = knowledge;
        this.keys = keys;
        this.lanes = lanes;
        this.opening = opening;
        this.closing = closing;
        this.living = living;
        this.gates = gates;
        this.store = store;
        this.metrics = metrics;
        this.settings = settings;
        this.mapper = mapper;
        this.clock = clock;
    }

    /**
     * Runs an instance and answers.
     *
     * @param key the caller's key; null for a call that may not be repeated
     * @param hash what the call asks for, so that a key is not used for something else
     * @param face the answer as it is sent
     * @throws Problem in the order of checks: 404, 409, 403, 429, 402; then 502, 503, 504 without a charge
     */
    <T> ResponseEntity<T> run(
            Caller caller, Ask ask, Opened.@Nullable Key key, String hash, Function<Answered, T> face) {
        try {
            return answered(caller, ask, key, hash, face);
        } catch (Problem refusal) {
            throw metrics.refused(refusal);
        }
    }

    private <T> ResponseEntity<T> answered(
            Caller caller, Ask ask, Opened.@Nullable Key key, String hash, Function<Answered, T> face) {
        Instances.Runnable target = visible(caller, ask.instance());
        // Two people of one organization who use the same key ask for two conversations.
        Keys.Claim claim =
                key == null ? null : new Keys.Claim(target.org(), key, Json.sha256(hash + ":" + who(caller)));
        for (int attempt = 0; attempt < MAX_LOOKS; attempt++) {
            Optional<Idempotency.Claim.Stored> stored = claim == null ? Optional.empty() : keys.stored(claim);
            if (stored.isPresent()) {
                return Keys.replay(stored.get());
            }
            Prepared prepared = prepared(caller, target, ask, claim);
            Optional<Opened> run = opening.open(prepared.request());
            if (run.isPresent()) {
                return ResponseEntity.ok(answered(prepared, run.get(), face));
            }
            // Somebody else's call with this key came first: its answer is ours.
        }
        throw new KitProblem.InProgress();
    }

    /**
     * 404 when the instance is unknown, or of an organization that the caller does not belong to: indistinguishable.
     */
    private Instances.Runnable visible(Caller caller, UUID instance) {
        return instances
                .runnable(instance)
                .filter(target -> caller.presentedKey()
                                .filter(key -> key.instance().equals(instance))
                                .isPresent()
                        || (caller.presentedKey().isEmpty()
                                && orgs.role(caller, target.org().value()).isPresent()))
                .orElseThrow(() -> new KitProblem.NotFound("instance"));
    }

    /** Everything that is decided before the first transaction. */
    private record Prepared(
            Opening.Request request, Gates.Asked asked, Flow flow, RunInput input, JsonNode config, String traceId) {}

    private Prepared prepared(Caller caller, Instances.Runnable target, Ask ask, Keys.@Nullable Claim claim) {
        try {
            target.active();
            orgs.enter(caller, target.org().value());
            JsonNode config = ask.tweaks() == null ? target.effectiveConfig() : configs.tweaked(target, ask.tweaks());
            Flow flow = flows.load(target.artifactKey(), target.artifactSha256());
            RunInput input = new RunInput(ask.query(), ask.messages(), session(caller, ask));
            RateCard card = RateCard.of(target.rateCard());
            Usage bound = engine.bound(flow, input, config);
            Credits estimate = card.cost(Ending.meters(Ending.used(bound)), true);
            Gates.Asked asked = gates.ask(caller, target, flow, input, config, bound);
            Opening.Request request = new Opening.Request(caller, target, asked.entry(), card, estimate, claim);
            return new Prepared(request, asked, flow, input, config, Trace.id());
        } catch (Problem refusal) {
            if (claim != null) {
                keys.keep(claim, refusal);
            }
            throw refusal;
        }
    }

    /** One person's conversation with an instance; the software behind a key tells its users apart itself. */
    private static String session(Caller caller, Ask ask) {
        if (ask.session().isEmpty()) {
            return "";
        }
        return ask.instance() + ":" + who(caller) + ":" + ask.session();
    }

    private static String who(Caller caller) {
        return caller.presentedKey().isPresent()
                ? "key"
                : Json.sha256(caller.subject()).substring(0, 16);
    }

    private <T> T answered(Prepared prepared, Opened run, Function<Answered, T> face) {
        Instant begun = clock.instant();
        Outcome outcome = outcome(prepared, run, begun.plus(settings.timeout()));
        Instant ended = clock.instant();
        Duration elapsed = Duration.between(begun, ended);
        Ending ending = Ending.of(outcome, prepared.asked().costs(outcome));
        Run.Billing paid = closing.close(run, ending, billing -> body(prepared, run, outcome, billing, elapsed, face));
        metrics.ended(ending.status(), elapsed, Duration.between(ended, clock.instant()));
        return switch (outcome) {
            case Outcome.Failed failed -> throw RunsProblem.of(failed.fault(), failed.message(), failed.node());
            case Outcome.TimedOut late -> throw new RunsProblem.TimedOut(settings.timeoutSeconds());
            case Outcome.Answered text -> face.apply(new Answered(run.run(), text, paid, elapsed));
        };
    }

    /** What the caller's key answers from now on; only an answer and a cut-off are kept. */
    private <T> String body(
            Prepared prepared,
            Opened run,
            Outcome outcome,
            Run.Billing billing,
            Duration elapsed,
            Function<Answered, T> face) {
        return switch (outcome) {
            case Outcome.Answered text ->
                mapper.writeValueAsString(face.apply(new Answered(run.run(), text, billing, elapsed)));
            case Outcome.Failed failed ->
                keys.body(RunsProblem.of(failed.fault(), failed.message(), failed.node()), prepared.traceId());
            case Outcome.TimedOut late -> "";
        };
    }

    /** No transaction is open here. */
    private Outcome outcome(Prepared prepared, Opened run, Instant deadline) {
        Cancellation cancellation = new Cancellation();
        living.begins(run, cancellation);
        try {
            return engine.run(
                    prepared.flow(),
                    prepared.input(),
                    new Surroundings(
                            knowledge(prepared.request().target()),
                            conversations.of(run.org(), run.instance()),
                            prepared.config(),
                            deadline,
                            cancellation,
                            new Holding(
                                    lanes,
                                    run,
                                    prepared.request().card(),
                                    prepared.request().estimate())));
        } finally {
            living.ends(run);
        }
    }

    /** What this instance may read: its own bases and those of its offering, nobody else's. */
    private Retriever knowledge(Instances.Runnable target) {
        return (query, topK) ->
                knowledge.passages(target.org(), target.instance(), target.offering(), query, topK).stream()
                        .map(found -> new Passage(
                                found.documentId().toString(),
                                found.title(),
                                found.text(),
                                found.score(),
                                found.to() == 0 ? null : new Passage.Place(found.page(), found.from(), found.to())))
                        .toList();
    }

    /** A run that the caller may see; a foreign one answers as an unknown one. */
    Run find(Caller caller, UUID run) {
        return store.owner(run)
                .filter(org ->
                        caller.aboveOrgs() || orgs.role(caller, org.value()).isPresent())
                .flatMap(org -> store.find(orgs.enter(caller, org.value()).org(), run))
                .filter(found -> caller.presentedKey()
                        .filter(key -> !key.instance().equals(found.instanceId()))
                        .isEmpty())
                .orElseThrow(() -> new KitProblem.NotFound("run"));
    }

    /** The runs of an instance, newest first. */
    Page<Run> list(Caller caller, UUID instance, Page.Slice slice) {
        OrgId org = instances.enter(caller, instance).member().org();
        return Page.of(store.count(org, instance), slice, store.list(org, instance, slice));
    }

    /** Ends runs whose process died. */
    public void abandonOverdue(int atMost) {
        store.overdue(atMost).stream()
                .filter(closing::abandon)
                .forEach(run -> metrics.ended(Run.Status.ABANDONED, Duration.ZERO, Duration.ZERO));
    }

    /** Whether this node can run anything: its database answers. */
    boolean ready() {
        try {
            return store.ping() == 1;
        } catch (RuntimeException e) {
            return false;
        }
    }
}
