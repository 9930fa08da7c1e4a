package dev.gsv.cmp;

import dev.gsv.cmp.kit.EmbeddedDatabase;
import dev.gsv.cmp.kit.Pipelines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.util.FileSystemUtils;

/**
 * Real PostgreSQL for tests: one cluster per build, one database per asker, copied from a migrated template. Durability
 * is off here and only here; what a crash leaves behind is tested with it on.
 */
public final class Database {

    private static final String TEMPLATE = "cmp_template";
    /** Benchmarks measure what an operator runs: every commit on disk. */
    public static final String DURABLE = "cmp.test.durable";

    /** The place of an installation that says nothing. */
    private static final Map<String, String> PLACE = Map.of("tenant", "default", "project", "default");

    private static final AtomicInteger COUNT = new AtomicInteger();

    private static final EmbeddedDatabase CLUSTER = start();

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

    /** A new database without any table, for tests of migrations. */
    public static synchronized Database empty() {
        String name = "test_" + COUNT.incrementAndGet();
        run("create database " + name);
        return new Database(name);
    }

    /** Migrates up to this version for an installation at this place. */
    public void migrate(String tenant, String project, MigrationVersion target) {
        Flyway.configure()
                .dataSource(dataSource())
                .placeholders(Map.of("tenant", tenant, "project", project))
                .target(target)
                .load()
                .migrate();
    }

    /** For the data source of a test without the application. */
    public PGSimpleDataSource dataSource() {
        return source(name);
    }

    public String jdbcUrl() {
        return CLUSTER.jdbcUrl(name);
    }

    /** The form that an operator writes into {@code DATABASE_URL}. */
    public String url() {
        return CLUSTER.url(name);
    }

    private static EmbeddedDatabase start() {
        Path target = House.root().resolve("server/target");
        try {
            Path directory = Files.createTempDirectory(Files.createDirectories(target), "postgres-");
            Path programs = target.resolve("postgres-programs");
            EmbeddedDatabase cluster = Boolean.getBoolean(DURABLE)
                    ? EmbeddedDatabase.durable(directory)
                    : EmbeddedDatabase.forgetfulForTests(directory, programs);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                cluster.close();
                FileSystemUtils.deleteRecursively(directory.toFile());
            }));
            cluster.createDatabase(TEMPLATE);
            Flyway.configure()
                    .dataSource(cluster.jdbcUrl(TEMPLATE), cluster.user(), cluster.password())
                    .placeholders(PLACE)
                    .load()
                    .migrate();
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String sql) {
        try (Connection connection = source("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static PGSimpleDataSource source(String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(CLUSTER.jdbcUrl(database));
        source.setUser(CLUSTER.user());
        source.setPassword(CLUSTER.password());
        source.setBinaryTransferEnable(Pipelines.BINARY_TYPES);
        return source;
    }
}
