package dev.gsv.cmp.flows;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/** What people said to an instance and what it answered, session by session. A session belongs to one instance. */
@Service
public class Conversations {

    /** Messages that a session keeps; the oldest go first. */
    public static final int MAX_MESSAGES = 1_000;
    /** How long a message is kept and recalled. */
    public static final Duration KEPT_FOR = Duration.ofDays(90);
    /** Longest session id. */
    public static final int MAX_SESSION = 255;
    /** Longest message that is kept, in characters; the rest of it is left out. */
    static final int MAX_TEXT = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(Conversations.class);
    private static final int MAX_NAME = 255;

    private final ChatMessageStore store;
    private final TransactionOperations transactions;
    private final Clock clock;

    Conversations(ChatMessageStore store, TransactionOperations transactions, Clock clock) {
        this.store = store;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** The history of one instance, for one run: whatever session a flow names, it is a session of this instance. */
    public History of(OrgId org, UUID instance) {
        return new History() {
            @Override
            public List<Turn> last(String session, int n) {
                return usable(session) && n > 0
                        ? store.last(org, instance, session, clock.instant().minus(KEPT_FOR), Math.min(n, MAX_MESSAGES))
                        : List.of();
            }

            @Override
            public void append(String session, List<Turn> turns) {
                if (usable(session) && !turns.isEmpty()) {
                    transactions.executeWithoutResult(status -> store(org, instance, session, turns));
                }
            }
        };
    }

    private void store(OrgId org, UUID instance, String session, List<Turn> turns) {
        for (Turn turn : turns) {
            Instant at = turn.at() == null ? clock.instant() : turn.at();
            store.insert(org, instance, session, kept(turn), at);
        }
        store.trim(org, instance, session, MAX_MESSAGES);
    }

    /** Without a session nothing is remembered: a shared default would show one caller another's messages. */
    private static boolean usable(String session) {
        return !session.isBlank() && session.length() <= MAX_SESSION && session.indexOf('\0') < 0;
    }

    private static Turn kept(Turn turn) {
        return new Turn(turn.role(), cut(turn.content(), MAX_TEXT), cut(turn.name(), MAX_NAME), turn.at());
    }

    private static String cut(String text, int atMost) {
        String plain = Value.storable(text);
        if (plain.length() <= atMost) {
            return plain;
        }
        int end = Character.isHighSurrogate(plain.charAt(atMost - 1)) ? atMost - 1 : atMost;
        return plain.substring(0, end);
    }

    /** Removes a session, for somebody who asks for it. Returns how many messages there were. */
    @Transactional
    public int forget(OrgId org, UUID instance, String session) {
        return store.delete(org, instance, session);
    }

    /** Removes everything that was said to an instance. */
    @Transactional
    public int forget(OrgId org, UUID instance) {
        return store.delete(org, instance);
    }

    /** Removes messages past their time. Returns how many. */
    @Transactional
    public int sweep(int atMost) {
        int removed = store.sweep(clock.instant().minus(KEPT_FOR), atMost);
        if (removed > 0) {
            LOG.info("{} messages past their time were removed", removed);
        }
        return removed;
    }
}
