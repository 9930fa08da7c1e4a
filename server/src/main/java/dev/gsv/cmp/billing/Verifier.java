package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Recomputes the ledger from its first line: every chain, every balance, what is left of every grant, what is held.
 * Beside a program that works: it takes no lock and reads some wallets at a time, each as of one moment.
 */
@Component
class Verifier {

    /** Wallets that are read as of one moment. */
    private static final int PAGE = 100;
    /** Wrong rows that are named, one of each wallet; further wallets are counted. */
    static final int MAX_FINDINGS = 20;
    /** Lines between two words about the progress. */
    private static final int STRIDE = 20_000;
    /** Blocks of a chain that are read at a time. */
    private static final int BLOCKS = 16;

    /** How far it is: lines, and those of them that a digest covers. */
    record Progress(long wallets, long entries) {}

    /**
     * What came out.
     *
     * @param broken wallets with a wrong row
     * @param findings the first wrong row of each broken wallet, in order; the first {@value #MAX_FINDINGS} of them
     * @param fingerprint of one wallet the digest of its last sealed line; of all the digest over these
     */
    record Outcome(long wallets, long entries, long sealed, long broken, List<Finding> findings, String fingerprint) {}

    private final ReplayStore store;
    private final SealStore seals;
    private final TransactionTemplate snapshot;

    Verifier(ReplayStore store, SealStore seals, PlatformTransactionManager transactions) {
        this.store = store;
        this.seals = seals;
        this.snapshot = new TransactionTemplate(transactions);
        snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        snapshot.setReadOnly(true);
    }

    boolean migrated() {
        return store.migrated();
    }

    /**
     * Verifies one wallet, or all.
     *
     * @param goOn is told of the progress and answers whether to go on
     */
    Outcome verify(@Nullable OrgId only, Predicate<Progress> goOn) {
        return verify(only, Anchor.NONE, mark -> {}, goOn);
    }

    /**
     * Verifies one wallet, or all, also that nothing has changed before an anchor.
     *
     * @param reached is told how far the chain of each wallet reaches, in the order of organizations
     */
    Outcome verify(@Nullable OrgId only, Anchor against, Consumer<Anchor.Mark> reached, Predicate<Progress> goOn) {
        Walk walk = new Walk(only, against, reached, goOn);
        ReplayStore.Range rest = only == null
                ? new ReplayStore.Range(ReplayStore.Range.FIRST, ReplayStore.Range.LAST)
                : ReplayStore.Range.of(only);
        while (rest != null) {
            ReplayStore.Range now = rest;
            UUID last = snapshot.execute(status -> walk.page(now));
            rest = last == null ? null : new ReplayStore.Range(last, now.upTo());
        }
        return walk.outcome();
    }

    /** A verification under way. */
    private final class Walk {
        private final @Nullable OrgId only;
        private final Map<OrgId, Anchor.Mark> marks;
        private final Consumer<Anchor.Mark> reached;
        private final Predicate<Progress> goOn;
        private final MessageDigest all = sha256();
        private final List<Finding> findings = new ArrayList<>();
        private byte[] last = Chain.genesis();
        private long wallets;
        private long entries;
        private long sealed;
        private long broken;

        Walk(@Nullable OrgId only, Anchor against, Consumer<Anchor.Mark> reached, Predicate<Progress> goOn) {
            this.only = only;
            this.marks = new LinkedHashMap<>(against.marks());
            this.reached = reached;
            this.goOn = goOn;
        }

        /** Verifies the first wallets of the range. Returns the last of them, null when there are no more. */
        @Nullable
        UUID page(ReplayStore.Range range) {
            store.unhurried();
            List<Replay.Stored> page = store.wallets(range, PAGE);
            boolean full = page.size() == PAGE;
            UUID reached = full ? page.getLast().org().value() : null;
            // Behind the last wallet there may be lines of one that is gone.
            replay(page, new ReplayStore.Range(range.after(), reached == null ? range.upTo() : reached));
            tell();
            return reached;
        }

        private void replay(List<Replay.Stored> page, ReplayStore.Range range) {
            Map<OrgId, List<Replay.StoredGrant>> grants =
                    store.grants(range).stream().collect(Collectors.groupingBy(Replay.StoredGrant::org));
            Map<OrgId, List<Replay.StoredHold>> holds =
                    store.holds(range).stream().collect(Collectors.groupingBy(Replay.StoredHold::org));
            Map<OrgId, List<Seal>> blocks = store.firstSeals(range).stream().collect(Collectors.groupingBy(Seal::org));
            Map<OrgId, Replay> replays = new LinkedHashMap<>();
            for (Replay.Stored wallet : page) {
                OrgId org = wallet.org();
                replays.put(
                        org,
                        new Replay(
                                wallet,
                                grants.getOrDefault(org, List.of()),
                                blocks.getOrDefault(org, List.of()),
                                seq -> seals.after(org, seq, BLOCKS),
                                marks.remove(org)));
            }
            Map<OrgId, Finding> strangers = new LinkedHashMap<>();
            store.lines(range, line -> {
                Replay replay = replays.get(line.org());
                if (replay == null) {
                    strangers.putIfAbsent(line.org(), stranger(line));
                } else {
                    replay.line(line);
                }
                if (++entries % STRIDE == 0) {
                    tell();
                }
            });
            replays.values().forEach(replay -> end(replay, holds.getOrDefault(replay.org(), List.of())));
            strangers.values().forEach(this::found);
        }

        private void end(Replay replay, List<Replay.StoredHold> holds) {
            replay.end(holds);
            wallets++;
            sealed += replay.sealed();
            last = replay.hash();
            all.update(ByteBuffer.allocate(24)
                    .putLong(replay.org().value().getMostSignificantBits())
                    .putLong(replay.org().value().getLeastSignificantBits())
                    .putLong(replay.sealed())
                    .array());
            all.update(last);
            Finding finding = replay.finding();
            Anchor.Mark mark = replay.reached();
            if (finding != null) {
                found(finding);
            } else if (mark != null) {
                reached.accept(mark);
            }
        }

        private void found(Finding finding) {
            broken++;
            if (findings.size() < MAX_FINDINGS) {
                findings.add(finding);
            }
        }

        private Finding stranger(ChainRow line) {
            return new Finding(
                    line.org().value(),
                    null,
                    line.seq(),
                    "transfer",
                    line.id(),
                    "org_id",
                    "an organization with a wallet",
                    line.org().toString(),
                    false);
        }

        /** A wallet of the anchor that is not there any more. */
        private Finding gone(Anchor.Mark mark) {
            return new Finding(
                    mark.org().value(),
                    mark.wallet(),
                    null,
                    "wallet",
                    mark.wallet(),
                    "row",
                    "a wallet with " + mark.lines() + " lines (the anchor)",
                    "missing",
                    true);
        }

        private void tell() {
            if (!goOn.test(new Progress(wallets, entries))) {
                throw new IllegalStateException("the verification was given up");
            }
        }

        Outcome outcome() {
            marks.values().stream()
                    .filter(mark -> only == null || only.equals(mark.org()))
                    .map(this::gone)
                    .forEach(this::found);
            String fingerprint = only == null ? HexFormat.of().formatHex(all.digest()) : Chain.hex(last);
            return new Outcome(wallets, entries, sealed, broken, inOrder(), fingerprint);
        }

        private List<Finding> inOrder() {
            return findings.stream()
                    .sorted(Comparator.comparing(
                            (Finding finding) -> finding.orgId().toString()))
                    .toList();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
