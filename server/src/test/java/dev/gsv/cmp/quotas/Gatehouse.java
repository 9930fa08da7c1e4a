package dev.gsv.cmp.quotas;

import com.zaxxer.hikari.HikariDataSource;
import dev.gsv.cmp.Database;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.Json;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** The gates over a real database, without HTTP and without the rooms around them; it counts its statements. */
final class Gatehouse implements AutoCloseable {

    private static final int CONNECTIONS = 16;

    private final Database database;
    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

    Gatehouse() {
        this(Database.fresh());
    }

    Gatehouse(Database database) {
        this.database = database;
        // What an instance is belongs to another room; here only its numbers matter.
        JdbcClient plain = JdbcClient.create(database.dataSource());
        plain.sql("alter table instance_quota drop constraint if exists instance_quota_org_id_instance_id_fkey")
                .update();
        plain.sql("alter table quota_slot drop constraint if exists quota_slot_org_id_instance_id_fkey")
                .update();
        context.registerBean(Database.class, () -> database);
        context.registerBean(QuotaSettings.class, () -> new QuotaSettings("default", "default"));
        context.register(Rooms.class);
        context.refresh();
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    JdbcClient jdbc() {
        return JdbcClient.create(database.dataSource());
    }

    TransactionTemplate transaction() {
        return new TransactionTemplate(bean(PlatformTransactionManager.class));
    }

    /** Round trips with statements until now; beginning and end of transactions are none. */
    long statements() {
        return bean(Counted.class).statements.get();
    }

    @Override
    public void close() {
        context.close();
    }

    /** Counts what is prepared. */
    static final class Counted extends DelegatingDataSource {
        private final AtomicLong statements = new AtomicLong();

        Counted(DataSource target) {
            super(target);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection real = super.getConnection();
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                        if (method.getName().equals("prepareStatement")) {
                            statements.incrementAndGet();
                        }
                        try {
                            return method.invoke(real, args);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }

    /** No {@code @Configuration}: the program's own scan, which sees the tests' classes, must pass it by. */
    @EnableTransactionManagement(proxyTargetClass = true)
    @ComponentScan(
            basePackages = {"dev.gsv.cmp.quotas", "dev.gsv.cmp.kit"},
            useDefaultFilters = false,
            includeFilters =
                    @Filter(
                            type = FilterType.REGEX,
                            pattern = {
                                "dev\\.gsv\\.cmp\\.quotas\\.(\\w+Store|Quotas|InstanceQuotas|UserQuotas|Admissions"
                                        + "|Budgets|QuotaPolicies|Replenishments)",
                                "dev\\.gsv\\.cmp\\.kit\\.(Notices|NoticeStore|Patch|Pipelines)"
                            }))
    static class Rooms {
        @Bean(destroyMethod = "close")
        HikariDataSource pool(Database database) {
            HikariDataSource pool = new HikariDataSource();
            pool.setDataSource(database.dataSource());
            pool.setMaximumPoolSize(CONNECTIONS);
            return pool;
        }

        @Bean
        JdbcTemplate template(DataSource source) {
            return new JdbcTemplate(source);
        }

        @Bean
        @Primary
        Counted dataSource(HikariDataSource pool) {
            return new Counted(pool);
        }

        @Bean
        DataSource listening(Database database) {
            return database.dataSource();
        }

        @Bean
        PlatformTransactionManager transactions(Counted source) {
            return new JdbcTransactionManager(source);
        }

        @Bean
        JdbcClient jdbc(Counted source) {
            return JdbcClient.create(source);
        }

        @Bean
        JsonMapper mapper() {
            return Json.mapper();
        }

        @Bean
        Clock clock() {
            return Clock.systemUTC();
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
