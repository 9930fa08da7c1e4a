package dev.gsv.cmp.kit;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code notice_revision}, and the channel beside it. */
@Repository
@AllOrgs(because = "nodes tell each other what changed; what changed is read elsewhere, by its own rules")
class NoticeStore {

    /** The one channel of all topics. */
    static final String CHANNEL = "cmp_notices";

    /** A connection that listens; any failure means that it is lost. */
    static final class EarStore implements AutoCloseable {
        private final Connection connection;
        private final PGConnection ears;

        private EarStore(Connection connection) throws SQLException {
            this.connection = connection;
            this.ears = connection.unwrap(PGConnection.class);
            run("listen " + CHANNEL);
        }

        /** What was told meanwhile; waits a while for it. */
        List<String> hear(Duration atMost) throws IOException {
            try {
                PGNotification[] told = ears.getNotifications((int) atMost.toMillis());
                return told == null
                        ? List.of()
                        : Stream.of(told).map(PGNotification::getParameter).toList();
            } catch (SQLException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        /** A dead connection is as silent as a quiet one; only asking tells them apart. */
        void ask() throws IOException {
            try {
                run("select 1");
            } catch (SQLException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        private void run(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        @Override
        public void close() throws IOException {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    private final JdbcClient jdbc;
    private final DataSource connections;

    /** @param connections where the one connection that listens comes from; it is never pooled */
    NoticeStore(JdbcClient jdbc, @Qualifier("listening") DataSource connections) {
        this.jdbc = jdbc;
        this.connections = connections;
    }

    EarStore listen() throws IOException {
        try {
            Connection connection = connections.getConnection();
            try {
                return new EarStore(connection);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Counts the topic up and tells all nodes, when and if the transaction commits. */
    void tell(String topic, String message) {
        jdbc.sql("""
                        with counted as (
                            insert into notice_revision as r (topic) values (:topic)
                            on conflict (topic) do update set revision = r.revision + 1
                            returning topic, revision
                        )
                        select pg_notify(:channel, topic || ' ' || revision || ' ' || :message) from counted
                        """)
                .param("topic", topic)
                .param("channel", CHANNEL)
                .param("message", message)
                .query((row, number) -> number)
                .list();
    }

    Map<String, Long> revisions() {
        Map<String, Long> found = new HashMap<>();
        jdbc.sql("select topic, revision from notice_revision").query(row -> {
            found.put(row.getString("topic"), row.getLong("revision"));
        });
        return found;
    }
}
