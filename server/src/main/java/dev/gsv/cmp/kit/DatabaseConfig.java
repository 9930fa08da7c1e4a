package dev.gsv.cmp.kit;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Properties;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * The database of this node: the one that {@code DATABASE_URL} names, else an embedded one.
 *
 * <p>The application's connections are bounded in number and in time. Migrations have connections of their own, because
 * an index on a large table takes longer than any request may.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({DatabaseSettings.class, NodeRoles.class})
class DatabaseConfig {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseConfig.class);

    /** uuidv7() and what else the migrations use. */
    private static final int OLDEST_VERSION = 18;

    private static final String DATABASE = "cmp";

    /** Above the longest statement: only a dead network waits for it. */
    private static final String SOCKET_TIMEOUT_SECONDS = "60";

    private static final String CONNECT_TIMEOUT_SECONDS = "5";

    private static final int IDLE_CONNECTIONS = 2;

    /** Owns the embedded server, when there is one; closed after everything that uses the database. */
    record Server(DatabaseSettings.Target target, AutoCloseable process) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            process.close();
        }
    }

    @Bean
    Server databaseServer(DatabaseSettings settings) {
        if (!settings.embedded()) {
            DatabaseSettings.Target target = settings.target();
            LOG.info("Using the database {}", target.jdbcUrl().replaceFirst("\\?.*", ""));
            return new Server(target, () -> {});
        }
        LOG.info("Starting PostgreSQL in {}", settings.directory());
        EmbeddedDatabase embedded = EmbeddedDatabase.durable(settings.directory());
        embedded.createDatabase(DATABASE);
        return new Server(DatabaseSettings.target(embedded.url(DATABASE)), embedded);
    }

    @Bean
    HikariDataSource dataSource(Server server, DatabaseSettings settings, Outage outage) {
        DataSource plain = migrations(server);
        ClusterStore cluster = new ClusterStore(plain);
        int version = cluster.majorVersion();
        if (version < OLDEST_VERSION) {
            throw new CannotStart(
                    "The database is PostgreSQL " + version + "; CMP needs " + OLDEST_VERSION + " or later.",
                    "Point DATABASE_URL at a newer server, or unset it to use the embedded one.");
        }
        if (!settings.allowLosingCommits()) {
            cluster.assertDurable();
        }
        HikariDataSource pool = new Outage.Pool(outage);
        pool.setPoolName("cmp");
        pool.setJdbcUrl(server.target().jdbcUrl());
        server.target().user().ifPresent(pool::setUsername);
        server.target().password().ifPresent(pool::setPassword);
        pool.setMaximumPoolSize(settings.connections());
        pool.setMinimumIdle(Math.min(IDLE_CONNECTIONS, settings.connections()));
        pool.setConnectionTimeout(settings.connectionWait().toMillis());
        pool.setValidationTimeout(Math.min(1000, settings.connectionWait().toMillis()));
        pool.addDataSourceProperty("ApplicationName", "cmp");
        pool.addDataSourceProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        pool.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty("reWriteBatchedInserts", "true");
        pool.addDataSourceProperty(
                "options",
                "-c statement_timeout=" + settings.statementTimeout().toMillis()
                        + " -c lock_timeout=" + settings.lockTimeout().toMillis()
                        + " -c idle_in_transaction_session_timeout="
                        + settings.idleInTransactionTimeout().toMillis());
        return pool;
    }

    @Bean(defaultCandidate = false)
    @FlywayDataSource
    DataSource migrations(Server server) {
        return unpooled(server, "cmp-migrations");
    }

    /** For the one connection of {@link Notices}, which waits without end and would only block a pool. */
    @Bean(defaultCandidate = false)
    DataSource listening(Server server) {
        return unpooled(server, "cmp-notices");
    }

    private static DataSource unpooled(Server server, String name) {
        DriverManagerDataSource source =
                new DriverManagerDataSource(server.target().jdbcUrl());
        server.target().user().ifPresent(source::setUsername);
        server.target().password().ifPresent(source::setPassword);
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", name);
        properties.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        properties.setProperty("tcpKeepAlive", "true");
        source.setConnectionProperties(properties);
        return source;
    }
}
