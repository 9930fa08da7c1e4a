package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.Desk;
import dev.gsv.cmp.billing.HoldOutcome;
import dev.gsv.cmp.billing.ReleaseRequest;
import dev.gsv.cmp.billing.SettleOutcome;
import dev.gsv.cmp.billing.SettleRequest;
import dev.gsv.cmp.instances.Usages;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.quotas.Turnstile;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Postings that are decided together, one after the other, and what is to be written for them. */
final class Batch {

    private final Desk desk;
    private final Turnstile gates;
    private final Map<UUID, Run.Status> standing;
    private final Set<Idempotency.Key> late;
    private final LocalDate today;
    private final List<RunStore.Begun> begun = new ArrayList<>();
    private final List<RunStore.Ended> ended = new ArrayList<>();
    private final List<Usages.Addition> used = new ArrayList<>();
    private final Map<Idempotency.Key, Idempotency.Finished> finished = new HashMap<>();
    private final List<Idempotency.Key> freed = new ArrayList<>();

    /**
     * @param standing how the runs stand that will end, under their locks
     * @param late keys of runs that were taken for dead, which nobody has used since
     */
    Batch(Desk desk, Turnstile gates, Map<UUID, Run.Status> standing, Set<Idempotency.Key> late, Instant now) {
        this.desk = desk;
        this.gates = gates;
        this.standing = new HashMap<>(standing);
        this.late = new HashSet<>(late);
        this.today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    }

    /**
     * Decides a posting.
     *
     * @throws Problem a refusal; nothing has changed
     */
    Posting.Posted post(Posting posting) {
        return switch (posting) {
            case Posting.Open open -> open(open);
            case Posting.Close close -> close(close);
            case Posting.Abandon abandon -> abandon(abandon.run());
            case Posting.Extend extend ->
                new Posting.Posted.Extended(desk.extend(extend.org(), extend.reservation(), extend.more()));
            case Posting.Authorize authorize -> authorize(authorize);
            case Posting.Settle settle -> settle(settle);
            case Posting.Release release -> release(release.release());
        };
    }

    private Posting.Posted open(Posting.Open open) {
        gates.admit(open.gates()).ifPresent(refusal -> {
            throw refusal;
        });
        HoldOutcome outcome = desk.hold(open.hold());
        if (!(outcome instanceof HoldOutcome.Held held)) {
            gates.takeBack(open.gates());
            throw outcome.problem();
        }
        begun.add(new RunStore.Begun(open.start().opened(held), open.start()));
        return new Posting.Posted.In(held);
    }

    private Posting.Posted close(Posting.Close close) {
        Opened run = close.run();
        Ending ending = close.ending();
        Run.Status status = standing.get(run.run());
        // A run that was taken for dead and answers after all is charged like any other: its hold is over, so it is
        // paid from what is available.
        if (status != Run.Status.RUNNING && status != Run.Status.ABANDONED) {
            return new Posting.Posted.Nothing();
        }
        Idempotency.Key key = run.idempotencyKey();
        // Its key was given back. If it was used again, the caller has paid for that run: one key is one charge.
        boolean known = key != null && (status == Run.Status.RUNNING || late.contains(key));
        boolean superseded = !known && run.wantedAgain().isPresent();
        boolean charged = ending.charged() && !superseded;
        SettleOutcome.Closed paid = charged ? settled(run, ending) : released(run, ending);
        ended.add(new RunStore.Ended(run, ending, paid.debited(), paid.absorbed(), paid.balance()));
        standing.put(run.run(), ending.status());
        used.add(new Usages.Addition(run.org(), run.instance(), today, Ending.usage(ending.meters(), paid.debited())));
        Run.Billing billing =
                new Run.Billing(paid.debited(), paid.absorbed(), paid.balance(), charged ? "settled" : "released");
        if (key != null && known) {
            if (ending.answered()) {
                finished(key, 200, close.body().apply(billing));
            } else if (ending.charged()) {
                finished(key, 402, close.body().apply(billing));
            } else {
                freed(key);
            }
        }
        return new Posting.Posted.Closed(billing);
    }

    private SettleOutcome.Closed settled(Opened run, Ending ending) {
        return desk.settle(new SettleRequest(run.org(), run.reservation(), run.instance(), ending.meters()))
                .orThrow();
    }

    private SettleOutcome.Closed released(Opened run, Ending ending) {
        Run.Error error = ending.error();
        String reason = ending.answered() ? "KEY_USED_AGAIN" : error == null ? "the run failed" : error.code();
        return desk.release(new ReleaseRequest(run.org(), run.reservation(), ending.meters(), reason))
                .orThrow();
    }

    /** The hold expires and is not closed: when the run answers after all, it can still be charged. */
    private Posting.Posted abandon(Opened run) {
        if (standing.get(run.run()) != Run.Status.RUNNING) {
            return new Posting.Posted.Nothing();
        }
        desk.expire(run.org(), run.reservation());
        ended.add(new RunStore.Ended(run, Ending.abandoned(), Credits.ZERO, Credits.ZERO, null));
        standing.put(run.run(), Run.Status.ABANDONED);
        Idempotency.Key key = run.idempotencyKey();
        if (key != null) {
            freed(key);
            late.add(key);
        }
        return new Posting.Posted.Closed(new Run.Billing(Credits.ZERO, Credits.ZERO, null, "released"));
    }

    private Posting.Posted authorize(Posting.Authorize authorize) {
        Authorizations.Answer answer = switch (desk.hold(authorize.hold())) {
            case HoldOutcome.Held held -> new Authorizations.Answer.Allowed(held);
            case HoldOutcome.Short few -> new Authorizations.Answer.Refused(desk.refused(authorize.hold()), few);
            case HoldOutcome.Crowded crowded -> throw crowded.problem();
        };
        keep(authorize.key(), authorize.body().apply(answer));
        return new Posting.Posted.Authorized(answer);
    }

    private Posting.Posted settle(Posting.Settle settle) {
        SettleRequest request = settle.settlement();
        notOfRun(request.org(), request.reservation());
        SettleOutcome outcome = desk.settle(request);
        SettleOutcome.Closed closed = outcome.orThrow();
        if (outcome instanceof SettleOutcome.Closed) {
            used.add(new Usages.Addition(
                    request.org(), request.instance(), today, Ending.usage(request.usage(), closed.debited())));
        }
        keep(settle.key(), settle.body().apply(closed));
        return new Posting.Posted.Settled(closed);
    }

    /** A service that ends the hold of a run of ours would keep that run from ever being closed. */
    private void notOfRun(OrgId org, UUID reservation) {
        if (desk.ofRun(org, reservation)) {
            throw new KitProblem.InvalidState(
                    "The reservation is that of a run of this gateway, which settles it itself.");
        }
    }

    private Posting.Posted release(ReleaseRequest request) {
        notOfRun(request.org(), request.reservation());
        return new Posting.Posted.Settled(desk.release(request).orThrow());
    }

    private void keep(Posting.@Nullable Keyed keyed, String body) {
        if (keyed != null) {
            finished(keyed.key(), 200, body);
        }
    }

    void finished(Idempotency.Key key, int status, String body) {
        finished.put(key, new Idempotency.Finished(key, status, body));
    }

    /** A late answer that cannot be closed gives the key back that it has taken again. */
    void refusedLate(Opened run) {
        Idempotency.Key key = run.idempotencyKey();
        if (key != null && late.contains(key)) {
            freed.add(key);
        }
    }

    void freed(Idempotency.Key key) {
        freed.add(key);
    }

    List<RunStore.Begun> begun() {
        return begun;
    }

    List<RunStore.Ended> ended() {
        return ended;
    }

    List<Usages.Addition> used() {
        return used;
    }

    List<Idempotency.Finished> finished() {
        return List.copyOf(finished.values());
    }

    List<Idempotency.Key> freed() {
        return freed;
    }
}
