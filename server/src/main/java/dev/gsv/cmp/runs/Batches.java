package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.Desk;
import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.instances.Usages;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Pipelines;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.quotas.Quotas;
import dev.gsv.cmp.quotas.Turnstile;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/**
 * Commits postings together: keys, then runs, then limits, then wallets, whose rows are the hottest; every lock in one
 * order, but for keys of runs that were taken for dead and answer after all: where two nodes meet in a circle over
 * those, the database says so and one of them does its batch again. Each posting is decided as if it had come alone, in
 * the order of arrival, and a refusal by a later gate leaves no trace in an earlier one. The number of statements does
 * not depend on the number of postings.
 */
@Component
class Batches {

    private final Idempotency idempotency;
    private final Quotas quotas;
    private final Ledger ledger;
    private final RunStore store;
    private final Usages usages;
    private final Pipelines pipelines;
    private final Clock clock;

    Batches(
            Idempotency idempotency,
            Quotas quotas,
            Ledger ledger,
            RunStore store,
            Usages usages,
            Pipelines pipelines,
            Clock clock) {
        this.pipelines = pipelines;
        this.idempotency = idempotency;
        this.quotas = quotas;
        this.ledger = ledger;
        this.store = store;
        this.usages = usages;
        this.clock = clock;
    }

    /** Decides and writes all of them within the running transaction. */
    List<Lanes.Answer<Posting.Posted>> post(List<Posting> postings) {
        Pipeline reading = pipelines.open();
        Set<Idempotency.Key> mine = new HashSet<>();
        idempotency.claim(
                reading,
                postings.stream()
                        .map(Posting::key)
                        .filter(Objects::nonNull)
                        .map(Posting.Keyed::wanted)
                        .toList(),
                mine::add);
        Map<UUID, Run.Status> standing = new HashMap<>();
        store.lock(reading, ending(postings), standing);
        Quotas.Ended ended = quotas.end(reading, ends(postings));
        reading.run();
        Set<Idempotency.Key> late = new HashSet<>();
        idempotency.claim(reading, late(postings, standing), late::add);
        Supplier<Turnstile> limits = quotas.ask(reading, asking(postings, mine), ended);
        Supplier<Desk> wallets = ledger.ask(reading, orgs(postings), reservations(postings));
        reading.run();
        Turnstile gates = limits.get();
        Desk desk = wallets.get();
        Batch batch = new Batch(desk, gates, standing, late, clock.instant());
        List<Lanes.Answer<Posting.Posted>> answers = new ArrayList<>(postings.size());
        for (Posting posting : postings) {
            answers.add(answer(batch, posting, mine));
        }
        Pipeline writing = pipelines.open();
        Runnable written = gates.close(writing);
        store.insert(writing, batch.begun());
        store.finish(writing, batch.ended());
        usages.add(writing, batch.used());
        idempotency.finish(writing, batch.finished());
        idempotency.free(writing, batch.freed());
        desk.close(writing);
        writing.run();
        written.run();
        return answers;
    }

    /** Runs that want in. Who has no key of its own is not asked. */
    private static List<Quotas.Entry> asking(List<Posting> postings, Set<Idempotency.Key> mine) {
        List<Quotas.Entry> asking = new ArrayList<>();
        for (Posting posting : postings) {
            if (posting instanceof Posting.Open open
                    && (open.key() == null || mine.contains(open.key().key()))) {
                asking.add(open.gates());
            }
        }
        return asking;
    }

    /**
     * The keys of runs that were taken for dead and answer after all: taken again for them, unless somebody has used
     * them meanwhile.
     */
    private static List<Idempotency.Wanted> late(List<Posting> postings, Map<UUID, Run.Status> standing) {
        List<Idempotency.Wanted> late = new ArrayList<>();
        for (Posting posting : postings) {
            if (posting instanceof Posting.Close close
                    && standing.get(close.run().run()) == Run.Status.ABANDONED) {
                close.run().wantedAgain().ifPresent(late::add);
            }
        }
        return late;
    }

    /**
     * What the limits learn of runs that end, each once. One that nobody closed counts nothing until it is closed after
     * all, in the same batch or later.
     */
    private static List<Quotas.End> ends(List<Posting> postings) {
        Map<UUID, Quotas.End> ends = new HashMap<>();
        for (Posting posting : postings) {
            switch (posting) {
                case Posting.Close close -> add(ends, end(close.run(), close.ending()));
                case Posting.Abandon(Opened run) -> add(ends, Quotas.End.lost(run.org(), run.instance(), run.run()));
                case Posting.Open open -> {}
                case Posting.Extend extend -> {}
                case Posting.Authorize authorize -> {}
                case Posting.Settle settle -> {}
                case Posting.Release release -> {}
            }
        }
        return List.copyOf(ends.values());
    }

    private static void add(Map<UUID, Quotas.End> ends, Quotas.End end) {
        ends.merge(end.run(), end, (first, second) -> first.lost() ? second : first);
    }

    private static Quotas.End end(Opened run, Ending ending) {
        Run.Used used = ending.used();
        return new Quotas.End(
                run.org(),
                run.instance(),
                run.run(),
                ending.answered(),
                used.llmTokensIn() + used.llmTokensOut(),
                ending.costs());
    }

    private Lanes.Answer<Posting.Posted> answer(Batch batch, Posting posting, Set<Idempotency.Key> mine) {
        Posting.Keyed keyed = posting.key();
        if (keyed != null && !mine.remove(keyed.key())) {
            return new Lanes.Answer.Done<>(new Posting.Posted.KeyTaken());
        }
        try {
            return new Lanes.Answer.Done<>(batch.post(posting));
        } catch (Problem refusal) {
            if (keyed != null) {
                keep(batch, keyed, refusal);
            }
            if (posting instanceof Posting.Close close) {
                batch.refusedLate(close.run());
            }
            return new Lanes.Answer.Refused<>(refusal);
        }
    }

    private void keep(Batch batch, Posting.Keyed keyed, Problem refusal) {
        if (Idempotency.isKept(refusal)) {
            batch.finished(keyed.key(), refusal.status(), idempotency.body(refusal, keyed.traceId()));
        } else {
            batch.freed(keyed.key());
        }
    }

    private static Collection<OrgId> orgs(List<Posting> postings) {
        return postings.stream().map(Posting::org).distinct().toList();
    }

    private static List<Opened> ending(List<Posting> postings) {
        Map<UUID, Opened> ending = new HashMap<>();
        for (Posting posting : postings) {
            switch (posting) {
                case Posting.Close close -> ending.put(close.run().run(), close.run());
                case Posting.Abandon abandon -> ending.put(abandon.run().run(), abandon.run());
                case Posting.Open open -> {}
                case Posting.Extend extend -> {}
                case Posting.Authorize authorize -> {}
                case Posting.Settle settle -> {}
                case Posting.Release release -> {}
            }
        }
        return List.copyOf(ending.values());
    }

    /** Reservations that end, with their organizations. */
    private static Map<UUID, OrgId> reservations(List<Posting> postings) {
        Map<UUID, OrgId> wanted = new HashMap<>();
        for (Posting posting : postings) {
            switch (posting) {
                case Posting.Close close -> wanted.put(close.run().reservation(), close.org());
                case Posting.Abandon abandon -> wanted.put(abandon.run().reservation(), abandon.org());
                case Posting.Settle settle -> wanted.put(settle.settlement().reservation(), settle.org());
                case Posting.Release release -> wanted.put(release.release().reservation(), release.org());
                case Posting.Extend extend -> wanted.put(extend.reservation(), extend.org());
                case Posting.Open open -> {}
                case Posting.Authorize authorize -> {}
            }
        }
        return wanted;
    }
}
