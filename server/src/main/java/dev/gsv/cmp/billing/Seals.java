package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/**
 * Seals the lines of each wallet into its {@link Chain}, a moment after they were written and behind the hot path: it
 * only reads what a posting writes, and takes no lock.
 *
 * <p>Any number of sealers may run, on any nodes, and stop anywhere: a block is one row whose key is the line it begins
 * with, so that two sealers make one chain, and what is not written yet is found again from the last block. A wallet's
 * lines are numbered without a gap under its lock; behind a missing number nothing is sealed.
 */
@Service
public class Seals {

    private static final Logger log = LoggerFactory.getLogger(Seals.class);

    /** Lines of one block at most: 32 KB of digests. */
    static final int BLOCK = 1024;
    /** Wallets that are sealed at a time, and with them the memory. */
    static final int PORTION = 32;
    /** Portions of one run; what is left waits for the next, so that a burst never occupies a node. */
    private static final int MAX_PORTIONS = 400;
    /** Wallets that a look at all of them asks for at a time. */
    private static final int LOOK = 2000;
    /** What the looks by time may have missed, for instance when a clock was set back, is found after this time. */
    private static final Duration LOOK_AT_ALL = Duration.ofHours(1);
    /** Wallets with a gap that are remembered; a ledger with more has other troubles. */
    private static final int MAX_GAPS = 1000;

    private final SealStore store;
    private final Clock clock;
    private final Set<OrgId> gaps = new LinkedHashSet<>();
    private final AtomicLong gapsSeen = new AtomicLong();
    private final AtomicLong lagMillis = new AtomicLong();
    private @Nullable Instant since;
    private @Nullable Instant lookedAtAll;
    private @Nullable Look look;
    private int portions;

    /** A look at all wallets that is under way: what was written before its watermark is sealed when it is over. */
    private record Look(Instant watermark, @Nullable OrgId after) {}

    Seals(SealStore store, Clock clock, MeterRegistry meters) {
        this.store = store;
        this.clock = clock;
        TimeGauge.builder("cmp.ledger.seal.lag", lagMillis::get, TimeUnit.MILLISECONDS)
                .description("How long ago the lines began that the last run of this node left unsealed; 0 for none")
                .register(meters);
        Gauge.builder("cmp.ledger.chain.gaps", gapsSeen::get)
                .description("Wallets whose lines have a missing number, where sealing waits; alert on any")
                .register(meters);
    }

    /** Seals what was written since the last run; at first and every hour it looks at every wallet. */
    public synchronized void seal() {
        Instant now = clock.instant();
        Instant watermark = store.watermark();
        portions = 0;
        boolean done = since != null && sealSince(since);
        if (done) {
            since = watermark;
        }
        if (look == null
                && (lookedAtAll == null || !lookedAtAll.plus(LOOK_AT_ALL).isAfter(now))) {
            gaps.clear();
            look = new Look(watermark, null);
        }
        if (look != null && sealAll(look)) {
            since = since == null ? look.watermark() : since;
            lookedAtAll = now;
            look = null;
            done = true;
        }
        Instant behind = since == null ? now : since;
        lagMillis.set(done ? 0 : Math.max(0, Duration.between(behind, now).toMillis()));
        gapsSeen.set(gaps.size());
    }

    /** Wallets whose chain cannot go on, as this node knows them. */
    long waiting() {
        return gapsSeen.get();
    }

    /** False when there is more than one run may do. */
    private boolean sealSince(Instant from) {
        while (true) {
            List<OrgId> found = store.unsealedSince(from, gaps, LOOK);
            if (!sealThese(found)) {
                return false;
            }
            if (found.size() < LOOK) {
                return true;
            }
        }
    }

    private boolean sealAll(Look begun) {
        OrgId after = begun.after();
        while (true) {
            List<SealStore.Looked> page = store.look(after, LOOK);
            if (page.isEmpty()) {
                return true;
            }
            if (!sealThese(page.stream()
                    .filter(SealStore.Looked::unsealed)
                    .map(SealStore.Looked::org)
                    .filter(org -> !gaps.contains(org))
                    .toList())) {
                look = new Look(begun.watermark(), after);
                return false;
            }
            after = page.getLast().org();
        }
    }

    private boolean sealThese(List<OrgId> orgs) {
        for (int start = 0; start < orgs.size(); start += PORTION) {
            List<OrgId> open = orgs.subList(start, Math.min(orgs.size(), start + PORTION));
            while (!open.isEmpty()) {
                if (portions++ >= MAX_PORTIONS) {
                    return false;
                }
                open = sealPortion(open);
            }
        }
        return true;
    }

    /** Adds the next block of each. Returns those that have more. */
    private List<OrgId> sealPortion(List<OrgId> orgs) {
        List<Seal.Head> heads = store.heads(orgs);
        Map<OrgId, List<ChainRow>> lines = new LinkedHashMap<>();
        store.next(heads, BLOCK)
                .forEach(line -> lines.computeIfAbsent(line.org(), org -> new ArrayList<>())
                        .add(line));
        List<Seal> seals = new ArrayList<>();
        List<OrgId> more = new ArrayList<>();
        for (Seal.Head head : heads) {
            List<ChainRow> next = lines.getOrDefault(head.org(), List.of());
            Seal seal = block(head, next);
            if (seal != null) {
                seals.add(seal);
            }
            long sealed = seal == null ? 0 : seal.to() - seal.from() + 1;
            if (sealed < next.size() || (next.isEmpty() && head.seq() < head.written())) {
                gap(head.org(), head.seq() + sealed + 1);
            } else if (sealed == BLOCK) {
                more.add(head.org());
            }
        }
        // Another sealer was faster with some, and perhaps saw fewer lines.
        return seals.isEmpty() || store.insert(seals) == seals.size() ? more : orgs;
    }

    /** The lines that follow the head without a gap, as a block; null when the next one is missing. */
    private static @Nullable Seal block(Seal.Head head, List<ChainRow> next) {
        ByteArrayOutputStream digests = new ByteArrayOutputStream();
        byte[] hash = head.hash();
        long seq = head.seq();
        for (ChainRow line : next) {
            if (line.seq() != seq + 1) {
                break;
            }
            hash = Chain.digest(hash, line);
            digests.writeBytes(hash);
            seq++;
        }
        return seq == head.seq()
                ? null
                : new Seal(head.org(), head.seq() + 1, seq, Chain.VERSION, digests.toByteArray());
    }

    private void gap(OrgId org, long seq) {
        if (gaps.size() < MAX_GAPS && gaps.add(org)) {
            log.error(
                    "ledger of organization {}: line {} is missing, its chain waits there; verify the ledger",
                    org,
                    seq);
        }
    }
}
