package dev.gsv.cmp.kit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells all nodes what a transaction changed, so that they drop what they remember of it.
 *
 * <p>Three ways lead there. The node that wrote knows it before its caller has the answer. The others are notified by
 * PostgreSQL at the commit, over one connection of each node. Whoever missed that (a lost connection, a proxy that
 * passes no notifications) finds a higher revision of the topic when it looks, and forgets everything of it.
 */
@Component
public class Notices implements SmartLifecycle {

    /** How often a node compares revisions; with a lost notification it is wrong for so long. */
    static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    /** Longest message; PostgreSQL takes 8000 bytes. */
    static final int MAX_MESSAGE = 1000;

    /** What is told when everything of a topic may have changed. */
    public static final String EVERYTHING = "*";

    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration STOP_WAIT = Duration.ofSeconds(2);
    private static final char SEPARATOR = ' ';
    private static final int PARTS = 3;

    private final DataSource connections;
    private final NoticeStore store;
    private final Map<String, Consumer<String>> listeners = new ConcurrentHashMap<>();
    /** Up to which revision this node has heard all there was of a topic. */
    private final Map<String, Long> known = new ConcurrentHashMap<>();

    private @Nullable ScheduledExecutorService clockwork;
    private @Nullable Thread ear;
    private volatile boolean running;
    private volatile boolean connected;

    /** @param connections where the one connection of this node comes from; it is never pooled */
    Notices(@Qualifier("listening") DataSource connections, NoticeStore store) {
        this.connections = connections;
        this.store = store;
    }

    /**
     * Has a listener called for each message of a topic, or with {@link #EVERYTHING}. It is called on any thread, may
     * be told the same twice, and must be quick. One listener a topic, before the node starts.
     */
    public void on(String topic, Consumer<String> listener) {
        if (topic.isBlank() || topic.indexOf(SEPARATOR) >= 0 || listeners.putIfAbsent(topic, listener) != null) {
            throw new IllegalArgumentException("a topic is one word and has one listener: " + topic);
        }
    }

    /**
     * Tells all nodes, this one included, when the running transaction commits; a rollback takes it back. Best called
     * last in the transaction: until the commit, others that tell of the same topic wait.
     */
    public void tell(String topic, String message) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            throw new IllegalStateException("a notice belongs to a transaction: " + topic);
        }
        String told = message.length() <= MAX_MESSAGE ? message : EVERYTHING;
        store.tell(topic, told);
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                heard(topic, told);
            }
        });
    }

    /** Whether this node hears the others at once; else it looks every two seconds. */
    public boolean connected() {
        return connected;
    }

    private void heard(String topic, String message) {
        Consumer<String> listener = listeners.get(topic);
        if (listener == null) {
            return;
        }
        try {
            listener.accept(message);
        } catch (RuntimeException e) {
            LOG.error("a notice of {} was not understood", topic, e);
        }
    }

    @Override
    public void start() {
        running = true;
        look();
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("notices-look").daemon().factory());
        started.scheduleWithFixedDelay(this::look, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        clockwork = started;
        ear = Thread.ofPlatform().name("notices-ear").daemon().start(this::listen);
    }

    /** Compares revisions: a topic that is further than what this node heard of is forgotten altogether. */
    void look() {
        try {
            store.revisions().forEach((topic, revision) -> {
                Long before = known.put(topic, revision);
                if (before == null || before.longValue() != revision) {
                    heard(topic, EVERYTHING);
                }
            });
        } catch (RuntimeException e) {
            LOG.warn("what changed cannot be looked up: {}", e.getMessage());
        }
    }

    private void listen() {
        Duration pause = FIRST_PAUSE;
        while (running) {
            try (Connection connection = connections.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("listen " + NoticeStore.CHANNEL);
                PGConnection ears = connection.unwrap(PGConnection.class);
                // Whatever was told between the last connection and this one was not heard.
                listeners.keySet().forEach(topic -> heard(topic, EVERYTHING));
                connected = true;
                pause = FIRST_PAUSE;
                hear(ears, statement);
            } catch (SQLException e) {
                if (running) {
                    LOG.warn(
                            "the connection for notices is lost, again in {} ms: {}", pause.toMillis(), e.getMessage());
                }
            } finally {
                connected = false;
            }
            if (running && !slept(pause)) {
                return;
            }
            Duration longer = pause.multipliedBy(2);
            pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
        }
    }

    private void hear(PGConnection ears, Statement statement) throws SQLException {
        int quiet = 0;
        while (running) {
            PGNotification[] told = ears.getNotifications((int) WAIT.toMillis());
            if (told == null || told.length == 0) {
                quiet++;
                if (quiet * WAIT.toMillis() >= LOOK_EVERY.toMillis()) {
                    // A dead connection is as silent as a quiet one; only asking tells them apart.
                    statement.execute("select 1");
                    quiet = 0;
                }
                continue;
            }
            quiet = 0;
            for (PGNotification notice : told) {
                understand(notice.getParameter());
            }
        }
    }

    /** Topic, revision, message. A gap in the revisions is left for {@link #look} to find. */
    private void understand(String notice) {
        String[] parts = notice.split(String.valueOf(SEPARATOR), PARTS);
        if (parts.length < PARTS) {
            LOG.warn("a notice has no message: {}", notice);
            return;
        }
        heard(parts[0], parts[2]);
        long revision = Long.parseLong(parts[1]);
        known.computeIfPresent(parts[0], (topic, before) -> before == revision - 1 ? Long.valueOf(revision) : before);
    }

    private static boolean slept(Duration time) {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void stop() {
        running = false;
        ScheduledExecutorService looking = clockwork;
        if (looking != null) {
            looking.shutdownNow();
            clockwork = null;
        }
        Thread listening = ear;
        if (listening != null) {
            listening.interrupt();
            try {
                listening.join(STOP_WAIT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            ear = null;
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before anything serves requests. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE + 1000;
    }
}
