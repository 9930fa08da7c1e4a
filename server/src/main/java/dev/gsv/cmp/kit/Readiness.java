package dev.gsv.cmp.kit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Whether this node may be sent work: the database answers, and everything that has to be done first is done.
 *
 * <p>Whoever has such work says so before the server listens, usually in a constructor, and again when it is done:
 * {@code readiness.expect("seed")} … {@code readiness.done("seed")}.
 */
@Component
public final class Readiness {
    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

    /** How long a probe waits for the database's answer. */
    private static final int ANSWER_SECONDS = 1;

    /** A step's state in the answer of {@code /health}. */
    enum State {
        UP,
        PENDING,
        DOWN
    }

    private final DataSource database;
    private final Map<String, State> steps = new ConcurrentHashMap<>();

    Readiness(DataSource database) {
        this.database = database;
        // The server listens only after Flyway has migrated: whoever can ask is told the truth.
        steps.put("migrations", State.UP);
        steps.put("seed", State.UP);
    }

    /** Names work without which this node is not ready. */
    public void expect(String step) {
        steps.put(step, State.PENDING);
    }

    /** The work of {@link #expect} is done. */
    public void done(String step) {
        steps.put(step, State.UP);
    }

    /** The work of {@link #expect} failed; the node stays not ready. */
    public void failed(String step) {
        steps.put(step, State.DOWN);
    }

    Map<String, State> checks() {
        Map<String, State> checks = new LinkedHashMap<>();
        checks.put("database", database());
        checks.putAll(new TreeMap<>(steps));
        return checks;
    }

    private State database() {
        try (Connection connection = database.getConnection()) {
            return connection.isValid(ANSWER_SECONDS) ? State.UP : State.DOWN;
        } catch (SQLException e) {
            LOG.warn("the database does not answer: {}", e.getMessage());
            return State.DOWN;
        }
    }
}
