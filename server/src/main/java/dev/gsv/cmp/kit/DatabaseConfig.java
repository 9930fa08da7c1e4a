package dev.gsv.cmp.kit;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
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

    /** What the program works as: it reads and writes rows, owns nothing, and cannot change the ledger. */
    private static final String APPLICATION = "cmp_app";

    /** Above the longest statement: only a dead network waits for it. */
    private static final String SOCKET_TIMEOUT_SECONDS = "60";

    private static final String CONNECT_TIMEOUT_SECONDS = "5";

    private static final int IDLE_CONNECTIONS = 2;

    /**
     * The server and who signs in there.
     *
     * @param owner owns the tables and migrates them
     * @param application works on them
     * @param workAs the role that the application takes on after it has signed in; null for its own
     * @param apart whether the application works as another role than the owner
     * @param process the embedded server, when there is one; closed after everything that uses the database
     */
    record Server(
            DatabaseSettings.Target owner,
            DatabaseSettings.Target application,
            @Nullable String workAs,
            boolean apart,
            AutoCloseable process)
            implements AutoCloseable {
        @Override
        public void close() throws Exception {
            process.close();
        }
    }

    @Bean
    Server databaseServer(DatabaseSettings settings) {
        if (settings.attach()) {
            return joined(settings);
        }
        if (settings.embedded()) {
            return embedded(settings);
        }
        DatabaseSettings.Target target = settings.target();
        LOG.info("Using the database {}", target.jdbcUrl().replaceFirst("\\?.*", ""));
        if (!settings.ownerUrl().isEmpty()) {
            return new Server(DatabaseSettings.target(settings.ownerUrl()), target, null, true, () -> {});
        }
        boolean apart = makesRole(target);
        return new Server(target, target, apart ? APPLICATION : null, apart, () -> {});
    }

    private static Server embedded(DatabaseSettings settings) {
        LOG.info("Starting PostgreSQL in {}", settings.directory());
        EmbeddedDatabase embedded = EmbeddedDatabase.durable(settings.directory());
        embedded.createDatabase(DATABASE);
        DatabaseSettings.Target owner = DatabaseSettings.target(embedded.url(DATABASE));
        String password = embedded.createLogin(APPLICATION);
        return new Server(
                owner,
                new DatabaseSettings.Target(owner.jdbcUrl(), Optional.of(APPLICATION), Optional.of(password)),
                null,
                true,
                embedded);
    }

    /** A tool beside a running program; alone it starts the embedded server itself. */
    private static Server joined(DatabaseSettings settings) {
        Optional<DatabaseSettings.Target> running = settings.embedded()
                ? EmbeddedDatabase.joined(settings.directory(), APPLICATION, DATABASE)
                        .map(DatabaseSettings::target)
                        .filter(DatabaseConfig::answers)
                : Optional.of(settings.target());
        return running.map(target -> new Server(target, target, null, false, () -> {}))
                .orElseGet(() -> embedded(settings));
    }

    /** A server that has just ended may have left its address behind. */
    private static boolean answers(DatabaseSettings.Target target) {
        try {
            return new ClusterStore(direct(target, "cmp-start")).majorVersion() > 0;
        } catch (DataAccessException e) {
            LOG.debug("no server answers at {}", target.jdbcUrl(), e);
            return false;
        }
    }

    private static boolean makesRole(DatabaseSettings.Target target) {
        try {
            return new ClusterStore(direct(target, "cmp-start")).createRole(APPLICATION);
        } catch (DataAccessException e) {
            LOG.warn("The role {} cannot be made or taken on: {}", APPLICATION, e.getMessage());
            return false;
        }
    }

    /** After each migration the application's role gets its rights on what is new. */
    @Bean
    FlywayMigrationStrategy migration(Server server, @Qualifier("migrations") DataSource migrations) {
        return flyway -> {
            flyway.migrate();
            ClusterStore owner = new ClusterStore(migrations);
            String role = server.workAs() != null
                    ? server.workAs()
                    : new ClusterStore(direct(server.application(), "cmp-start")).currentUser();
            if (server.apart() && !role.equals(owner.currentUser())) {
                owner.giveRights(role);
            }
            if (owner.ownsTables(role)) {
                LOG.warn(
                        "The program works as {}, who owns the tables: only triggers keep it from changing the ledger."
                                + " Set DATABASE_OWNER_URL to another user who owns them.",
                        role);
            }
        };
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
        pool.setJdbcUrl(server.application().jdbcUrl());
        server.application().user().ifPresent(pool::setUsername);
        server.application().password().ifPresent(pool::setPassword);
        pool.setMaximumPoolSize(settings.connections());
        pool.setMinimumIdle(Math.min(IDLE_CONNECTIONS, settings.connections()));
        pool.setConnectionTimeout(settings.connectionWait().toMillis());
        pool.setValidationTimeout(Math.min(1000, settings.connectionWait().toMillis()));
        pool.setExceptionOverride(new Kept());
        pool.addDataSourceProperty("ApplicationName", "cmp");
        pool.addDataSourceProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        pool.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty("reWriteBatchedInserts", "true");
        pool.addDataSourceProperty("binaryTransferEnable", Pipelines.BINARY_TYPES);
        pool.addDataSourceProperty(
                "options",
                "-c statement_timeout=" + settings.statementTimeout().toMillis()
                        + " -c lock_timeout=" + settings.lockTimeout().toMillis()
                        + " -c idle_in_transaction_session_timeout="
                        + settings.idleInTransactionTimeout().toMillis()
                        + (server.workAs() == null ? "" : " -c role=" + server.workAs()));
        return pool;
    }

    /** A connection whose plans are stale is as good as any; without it nothing could be rolled back. */
    private static final class Kept implements SQLExceptionOverride {
        @java.lang.Override
        public SQLExceptionOverride.Override adjudicate(SQLException thrown) {
            return SqlState.isStalePlan(thrown)
                    ? SQLExceptionOverride.Override.DO_NOT_EVICT
                    : SQLExceptionOverride.Override.CONTINUE_EVICT;
        }
    }

    @Bean(defaultCandidate = false)
    @FlywayDataSource
    DataSource migrations(Server server) {
        return direct(server.owner(), "cmp-migrations");
    }

    /** For the one connection of {@link Notices}, which waits without end and would only block a pool. */
    @Bean(defaultCandidate = false)
    DataSource listening(Server server) {
        return direct(server.application(), "cmp-notices");
    }

    private static DataSource direct(DatabaseSettings.Target target, String name) {
        DriverManagerDataSource source = new DriverManagerDataSource(target.jdbcUrl());
        target.user().ifPresent(source::setUsername);
        target.password().ifPresent(source::setPassword);
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", name);
        properties.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        properties.setProperty("tcpKeepAlive", "true");
        source.setConnectionProperties(properties);
        return source;
    }
}
