package dev.gsv.cmp;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Real PostgreSQL for tests: one cluster per build, one database per asker, copied from a migrated template. Durability
 * is off here and only here; what a crash leaves behind is tested with it on.
 */
public final class Database {

    private static final String TEMPLATE = "cmp_template";
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static final EmbeddedPostgres CLUSTER = start();

    private final String name;

    private Database(String name) {
        this.name = name;
    }

    /** A new, migrated, empty database. */
    public static synchronized Database fresh() {
        String name = "test_" + COUNT.incrementAndGet();
        run("create database " + name + " template " + TEMPLATE);
        return new Database(name);
    }

    /** For the data source of a test without the application. */
    public PGSimpleDataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl());
        source.setUser("postgres");
        return source;
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + CLUSTER.getPort() + "/" + name;
    }

    /** The form that an operator writes into {@code DATABASE_URL}. */
    public String url() {
        return "postgres://postgres@127.0.0.1:" + CLUSTER.getPort() + "/" + name;
    }

    private static EmbeddedPostgres start() {
        try {
            EmbeddedPostgres cluster = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "off")
                    .setServerConfig("full_page_writes", "off")
                    .setServerConfig("max_connections", "400")
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    cluster.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
            try (Connection connection = cluster.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create database " + TEMPLATE);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            Flyway.configure()
                    .dataSource(cluster.getJdbcUrl("postgres", TEMPLATE), "postgres", "")
                    .load()
                    .migrate();
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String sql) {
        try (Connection connection = CLUSTER.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
