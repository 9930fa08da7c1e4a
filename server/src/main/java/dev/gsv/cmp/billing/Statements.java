package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** What wallets and the platform paid, for people who keep books. Everything is read from the ledger itself. */
@Service
class Statements {

    /** Lines of a statement that is answered as a whole; a longer one is asked for as CSV. */
    static final int MAX_LINES = 10_000;

    /** Lines that are read at a time, so that a slow reader holds no connection. */
    private static final int PORTION = 1000;

    /** After that time no transaction of a span is still on its way. */
    private static final Duration SETTLING = Duration.ofMinutes(1);

    /** What a wallet had at a time. */
    record Balance(UUID walletId, Instant at, Credits balance, String currency) {}

    /** What the platform paid in a span of time. */
    record Absorbed(Instant from, Instant to, Credits total, Page<AbsorbedCost> costs) {}

    /** A statement without its lines, and where they are. */
    record Frame(Statement.Span span, boolean isFinal, StatementStore.Stand opening, StatementStore.Stand closing) {}

    private final StatementStore store;

    Statements(StatementStore store) {
        this.store = store;
    }

    /** What the wallet had at a time, all lines of that time included; null for now. */
    Balance balance(OrgId org, UUID wallet, @Nullable String at) {
        Instant now = store.now();
        Instant time = at == null ? now : Statement.Span.time("at", at);
        if (time.isAfter(now)) {
            throw new KitProblem.Meaningless("at must not be in the future.");
        }
        long micros = store.stand(org, time, true).balance();
        return new Balance(wallet, time, new Credits(micros), "credits");
    }

    /** Opens a statement: what happens from here on does not change it. */
    Frame frame(OrgId org, @Nullable String from, @Nullable String to) {
        Instant now = store.now();
        Statement.Span span = Statement.Span.of(from, to, now);
        boolean over = !span.to().isAfter(now.minus(SETTLING));
        return new Frame(span, over, store.stand(org, span.from(), false), store.stand(org, span.to(), false));
    }

    /** Reads the lines of a statement, portion by portion. */
    void lines(OrgId org, Frame frame, Consumer<Statement.Line> reader) {
        long after = frame.opening().seq();
        long upTo = frame.closing().seq();
        List<Statement.Line> portion;
        do {
            portion = store.lines(org, frame.span(), after, upTo, PORTION);
            portion.forEach(reader);
            after = portion.isEmpty() ? after : portion.getLast().number();
        } while (portion.size() == PORTION);
    }

    /**
     * A statement as a whole.
     *
     * @throws KitProblem.Meaningless when it has more lines than are answered at once (422)
     */
    Statement statement(OrgId org, UUID wallet, Frame frame) {
        if (frame.closing().seq() - frame.opening().seq() > MAX_LINES) {
            throw new KitProblem.Meaningless("The statement has more than " + MAX_LINES
                    + " lines: ask for format=csv, or for a shorter span of time.");
        }
        List<Statement.Line> lines = new ArrayList<>();
        Map<String, Credits> totals = new TreeMap<>();
        lines(org, frame, line -> {
            lines.add(line);
            totals.merge(line.entryType(), line.amount(), Credits::plus);
        });
        return new Statement(
                wallet,
                frame.span().from(),
                frame.span().to(),
                frame.isFinal(),
                "credits",
                new Credits(frame.opening().balance()),
                new Credits(frame.closing().balance()),
                totals,
                lines);
    }

    /** Reservations that count now, the oldest first. */
    Page<OpenHold> openHolds(OrgId org, Page.Slice slice) {
        return Page.of(store.countOpenHolds(org), slice, store.openHolds(org, slice.limit(), slice.offset()));
    }

    /** What runs cost and no wallet paid, the newest first. */
    Absorbed absorbed(@Nullable String from, @Nullable String to, Optional<OrgId> of, Page.Slice slice) {
        Statement.Span span = Statement.Span.of(from, to, store.now());
        StatementStore.Sum sum = store.absorbed(span, of);
        return new Absorbed(
                span.from(),
                span.to(),
                new Credits(sum.micros()),
                Page.of(sum.count(), slice, store.absorbed(span, of, slice.limit(), slice.offset())));
    }
}
