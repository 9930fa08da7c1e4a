package dev.gsv.cmp.kit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.annotation.PreDestroy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.springframework.stereotype.Component;

/**
 * The time during which the database does not answer: one line when it begins, one when it is over.
 *
 * <p>Meanwhile every job, probe and request fails for the one reason that is known already. What they say about it is
 * written once each and then counted, so that hours without a database do not fill a disk.
 */
@Component
final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

    /** Different lines that are remembered; a line beyond them is written each time. */
    private static final int MAX_LINES = 1_000;

    private final Clock clock;
    private final AtomicReference<@Nullable Instant> since = new AtomicReference<>();
    private final Set<String> said = ConcurrentHashMap.newKeySet();
    private final AtomicLong unsaid = new AtomicLong();
    private final Repeats repeats = new Repeats();

    Outage(Clock clock) {
        this.clock = clock;
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            repeats.start();
            context.addTurboFilter(repeats);
        }
    }

    @PreDestroy
    void close() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getTurboFilterList().remove(repeats);
        }
    }

    void began(Throwable reason) {
        if (since.get() == null) {
            said.clear();
            unsaid.set(0);
            if (since.compareAndSet(null, clock.instant())) {
                LOG.error("The database does not answer; what needs it is refused: {}", reason.getMessage());
            }
        }
    }

    void over() {
        Instant began = since.get();
        if (began != null && since.compareAndSet(began, null)) {
            LOG.warn(
                    "The database answers again after {} s; {} repeated lines were left out",
                    Duration.between(began, clock.instant()).toSeconds(),
                    unsaid.get());
        }
    }

    /**
     * A pool whose failures to reach the server begin an outage, and whose next connection ends it. Who did not get one
     * because all are in use waits some more: a crowd is served one after the other and not sent away.
     */
    static final class Pool extends HikariDataSource {
        private static final int TURNS = 4;

        private final Outage outage;

        Pool(Outage outage) {
            this.outage = outage;
        }

        @Override
        public Connection getConnection() throws SQLException {
            for (int turn = 1; ; turn++) {
                try {
                    Connection connection = super.getConnection();
                    outage.over();
                    return connection;
                } catch (SQLTransientConnectionException e) {
                    // Without such a cause the pool is only exhausted.
                    boolean gone = gone(e);
                    if (gone || turn == TURNS || isClosed()) {
                        throw e;
                    }
                } catch (SQLException e) {
                    gone(e);
                    throw e;
                }
            }
        }

        private boolean gone(SQLException e) {
            boolean gone = SqlState.GONE.in(e);
            if (gone) {
                outage.began(e.getCause() == null ? e : e.getCause());
            }
            return gone;
        }
    }

    private final class Repeats extends TurboFilter {
        @Override
        public FilterReply decide(
                @Nullable Marker marker,
                ch.qos.logback.classic.Logger logger,
                Level level,
                @Nullable String format,
                Object @Nullable [] params,
                @Nullable Throwable thrown) {
            if (since.get() == null || format == null || !level.isGreaterOrEqual(Level.WARN)) {
                return FilterReply.NEUTRAL;
            }
            boolean other = thrown != null && !SqlState.GONE.in(thrown);
            if (other || said.size() >= MAX_LINES || said.add(logger.getName() + ' ' + format)) {
                return FilterReply.NEUTRAL;
            }
            unsaid.incrementAndGet();
            return FilterReply.DENY;
        }
    }
}
