package dev.gsv.cmp.billing;

import com.zaxxer.hikari.HikariDataSource;
import dev.gsv.cmp.Database;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.Pipelines;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import tools.jackson.databind.json.JsonMapper;

/** The ledger over a real database, without HTTP: one node. Two stages over one database are two nodes. */
final class Stage implements AutoCloseable {

    static final BillingSettings USUAL = new BillingSettings(100, 900, 10_000);
    private static final int CONNECTIONS = 16;
    private static volatile Stage shared;

    private final Database database;
    private final AnnotationConfigApplicationContext context;

    private Stage(Database database, BillingSettings settings, Clock clock) {
        this.database = database;
        this.context = new AnnotationConfigApplicationContext();
        context.registerBean(Database.class, () -> database);
        context.registerBean(BillingSettings.class, () -> settings);
        context.registerBean(Clock.class, () -> clock);
        context.register(Rooms.class);
        context.refresh();
    }

    static Stage shared() {
        Stage running = shared;
        if (running == null) {
            synchronized (Stage.class) {
                if (shared == null) {
                    shared = over(Database.fresh());
                }
                running = shared;
            }
        }
        return running;
    }

    static Stage over(Database database) {
        return over(database, USUAL);
    }

    static Stage over(Database database, BillingSettings settings) {
        return over(database, settings, Clock.systemUTC());
    }

    /** A node that has a clock of its own; what it decides may not depend on it. */
    static Stage over(Database database, BillingSettings settings, Clock clock) {
        return new Stage(database, settings, clock);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    Database database() {
        return database;
    }

    /** Somebody else who is told what this node tells. */
    void listen(ApplicationListener<?> listener) {
        context.addApplicationListener(listener);
    }

    void ignore(ApplicationListener<?> listener) {
        context.removeApplicationListener(listener);
    }

    @Override
    public void close() {
        context.close();
    }

    /** No {@code @Configuration}: the program's own scan, which sees the tests' classes, must pass it by. */
    @EnableTransactionManagement
    @ComponentScan(
            basePackages = {"dev.gsv.cmp.billing", "dev.gsv.cmp.orgs", "dev.gsv.cmp.kit"},
            useDefaultFilters = false,
            includeFilters =
                    @Filter(
                            type = FilterType.REGEX,
                            pattern = {
                                "dev\\.gsv\\.cmp\\.orgs\\.(\\w+Store|Orgs|People)",
                                "dev\\.gsv\\.cmp\\.billing\\.(\\w+Store|Ledger|Wallets|Sweeps|Shelf|Grants"
                                        + "|LowBalance|TopUps|Events|Statements|Previews)",
                                "dev\\.gsv\\.cmp\\.kit\\.(Idempotency|IdempotencyStore|Patch)"
                            }))
    static class Rooms {
        @Bean(destroyMethod = "close")
        HikariDataSource dataSource(Database database) {
            HikariDataSource pool = new HikariDataSource();
            pool.setDataSource(database.dataSource());
            pool.setMaximumPoolSize(CONNECTIONS);
            pool.setMinimumIdle(1);
            pool.setConnectionTimeout(60_000);
            return pool;
        }

        @Bean
        PlatformTransactionManager transactions(DataSource source) {
            return new JdbcTransactionManager(source);
        }

        @Bean
        JdbcClient jdbc(DataSource source) {
            return JdbcClient.create(source);
        }

        @Bean
        Pipelines pipelines(DataSource source, MeterRegistry meters) {
            return new Pipelines(new JdbcTemplate(source), meters);
        }

        @Bean
        JsonMapper mapper() {
            return Json.mapper();
        }

        @Bean
        Ids ids(Clock clock) {
            return new Ids(clock);
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }
}
