package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Pipelines;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where runs are let in one at a time, in the order in which they come: the plan of the instance (429), the quota of
 * the user (429), the budgets of the providers (402). All that can be asked is locked and read before the first; each
 * is decided in memory as if it had come alone, and whoever a later gate sends away was never here. Nothing is written
 * before {@link #close}, and all of it belongs to the transaction in which the turnstile was opened.
 */
public final class Turnstile {

    private final TurnstileStore store;
    private final Pipelines pipelines;
    private final InstanceTally instances;
    private final UserTally users;
    private final BudgetTally budgets;
    private final Collection<TurnstileStore.Booking> ended;
    private final MeterRegistry meters;
    private final Set<Quotas.Entry> in = new LinkedHashSet<>();

    Turnstile(
            TurnstileStore store,
            Pipelines pipelines,
            InstanceTally instances,
            UserTally users,
            BudgetTally budgets,
            Collection<TurnstileStore.Booking> ended,
            MeterRegistry meters) {
        this.store = store;
        this.pipelines = pipelines;
        this.instances = instances;
        this.users = users;
        this.budgets = budgets;
        this.ended = ended;
        this.meters = meters;
    }

    /**
     * Lets a run in, or says which gate refuses it; a refusal leaves no trace. The run is one of those for which the
     * turnstile was opened.
     *
     * @return {@link QuotasProblem.RateLimited} runs per minute or at once (429), {@link QuotasProblem.QuotaExceeded}
     *     runs per month or the quota of the user (429), {@link QuotasProblem.BudgetExceeded} (402); empty is in
     */
    public Optional<QuotasProblem> admit(Quotas.Entry entry) {
        QuotasProblem refusal = refusal(entry);
        if (refusal != null) {
            return Optional.of(refusal);
        }
        instances.admit(entry.plan());
        Ticket ticket = entry.ticket();
        if (ticket != null) {
            users.admit(ticket);
        }
        budgets.admit(entry.wish());
        in.add(entry);
        return Optional.empty();
    }

    private @Nullable QuotasProblem refusal(Quotas.Entry entry) {
        QuotasProblem byPlan = instances.refusal(entry.plan());
        if (byPlan != null) {
            return byPlan;
        }
        Ticket ticket = entry.ticket();
        if (ticket != null) {
            UserQuotas.Decision decision = users.decide(ticket);
            if (!decision.allowed()) {
                return new QuotasProblem.QuotaExceeded(decision.insight());
            }
        }
        return budgets.refusal(entry.wish())
                .map(QuotasProblem.BudgetExceeded::new)
                .orElse(null);
    }

    /** Forgets that a run was let in, because a gate of another room refuses it. */
    public void takeBack(Quotas.Entry entry) {
        if (!in.remove(entry)) {
            return;
        }
        budgets.takeBack(entry.wish());
        Ticket ticket = entry.ticket();
        if (ticket != null) {
            users.takeBack(ticket);
        }
        instances.takeBack(entry.plan());
    }

    /** {@link #close(Pipeline)} in a round trip of its own. */
    public void close() {
        Pipeline pipeline = pipelines.open();
        Runnable written = close(pipeline);
        pipeline.run();
        written.run();
    }

    /**
     * Writes who is in, by statements that travel with others.
     *
     * @return to be run when the pipeline has run. It throws {@link KitProblem.InvalidState} when a run is open
     *     already; the gateway names each run anew, so it never is
     */
    public Runnable close(Pipeline pipeline) {
        List<Ticket> admitted = new ArrayList<>(users.admitted());
        TurnstileStore.Changes changes = new TurnstileStore.Changes(
                instances.changed(), instances.slots(), InstanceQuotas.SLOT_TIME, admitted, ended);
        List<String> written = new ArrayList<>();
        if (!changes.none()) {
            store.write(pipeline, changes, written::add);
        }
        budgets.close();
        return () -> {
            if (written.size() < admitted.size()) {
                throw new KitProblem.InvalidState("A run of this name is open already.");
            }
            meters.counter(Quotas.ADMISSIONS).increment(in.size());
        };
    }
}
