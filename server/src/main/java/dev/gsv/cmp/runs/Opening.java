package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.HoldRequest;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.Trace;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.quotas.Quotas;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Lets a run in: the key, the limits, the credit, the row, in the one transaction of the runs that queued meanwhile.
 * Whatever is refused has written nothing but, for a caller with a key, the refusal itself.
 */
@Component
class Opening {

    /** Who runs what at which price. */
    record Request(
            Caller caller,
            Instances.Runnable target,
            Quotas.Entry gates,
            RateCard card,
            Credits estimate,
            Keys.@Nullable Claim key) {}

    private final Lanes<Posting, Posting.Posted> lanes;
    private final RunSettings settings;

    Opening(Lanes<Posting, Posting.Posted> lanes, RunSettings settings) {
        this.lanes = lanes;
        this.settings = settings;
    }

    /**
     * Opens a run; empty when somebody else took the key meanwhile.
     *
     * @throws Problem 429, 402, or 503 when too many runs wait already
     */
    Optional<Opened> open(Request request) {
        Instances.Runnable target = request.target();
        Caller caller = request.caller();
        UUID run = request.gates().run();
        UUID key = caller.presentedKey().map(Caller.Key::id).orElse(null);
        RunStore.Start start = new RunStore.Start(
                target.org(),
                run,
                target.instance(),
                target.version(),
                key,
                key == null ? caller.subject() : null,
                Trace.id(),
                settings.lease(),
                request.key() == null ? null : request.key().key());
        Posting.Posted posted = lanes.submit(new Posting.Open(
                new HoldRequest(
                        target.org(),
                        target.instance(),
                        run,
                        request.estimate(),
                        request.card(),
                        Set.copyOf(target.capabilities())),
                start,
                request.gates(),
                request.key() == null ? null : request.key().keyed()));
        return posted instanceof Posting.Posted.In in ? Optional.of(start.opened(in.held())) : Optional.empty();
    }
}
