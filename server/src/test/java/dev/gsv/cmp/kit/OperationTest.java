package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What an operator sees of a running node. */
class OperationTest {

    private final Api api = Harness.api();

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/", "/api/v1/health", "/api/v1/health/"})
    void health_answers_under_every_documented_path(String path) {
        Api.Reply reply = api.get(path).expect(200);
        assertThat(reply.at("/status")).isEqualTo("up");
        assertThat(reply.at("/checks/database")).isEqualTo("up");
    }

    @Test
    void metrics_tell_of_the_pool_and_the_jvm() {
        Api.Reply reply = api.get("/metrics").expect(200);
        assertThat(reply.header("Content-Type").orElse("")).startsWith("text/plain");
        assertThat(reply.text()).contains("hikaricp_connections", "jvm_memory_used_bytes", "# TYPE ");
    }

    @Test
    void metrics_speak_openmetrics_to_who_asks_for_it() {
        Api.Reply reply = api.with("Accept", "application/openmetrics-text; version=1.0.0,text/plain;q=0.5")
                .get("/metrics")
                .expect(200);
        assertThat(reply.header("Content-Type").orElse("")).startsWith("application/openmetrics-text");
        assertThat(reply.text()).endsWith("# EOF\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/actuator", "/actuator/env", "/actuator/heapdump", "/actuator/prometheus", "/actuator/health"})
    void no_other_door_of_the_framework_is_open(String path) {
        assertThat(api.get(path).status()).isIn(401, 404);
    }

    @Test
    void the_front_page_says_what_runs_here_and_runs_no_script() {
        Api.Reply reply = api.get("/").expect(200);
        assertThat(reply.text())
                .contains("Cloud Marketplace Platform", "/api/docs/", "/api/schema/", "/health", "/metrics")
                .doesNotContain("{{", "<script");
        assertThat(reply.header("Content-Security-Policy").orElse("")).contains("default-src 'none'");
    }

    @Test
    void every_link_of_the_front_page_answers() {
        for (String part : api.get("/").expect(200).text().split("href=\"", -1)) {
            if (part.startsWith("/")) {
                assertThat(api.get(part.substring(0, part.indexOf('"'))).status())
                        .as(part)
                        .isIn(200, 302);
            }
        }
    }

    @Test
    void the_applications_connections_are_bounded_in_number_and_time() {
        HikariDataSource pool = Harness.shared().bean(HikariDataSource.class);
        assertThat(pool.getMaximumPoolSize()).isEqualTo(16);
        assertThat(pool.getConnectionTimeout()).isEqualTo(2000);
        JdbcClient sql = JdbcClient.create(pool);
        assertThat(show(sql, "statement_timeout")).isEqualTo("5s");
        assertThat(show(sql, "lock_timeout")).isEqualTo("2s");
        assertThat(show(sql, "idle_in_transaction_session_timeout")).isEqualTo("10s");
    }

    private static String show(JdbcClient sql, String setting) {
        return sql.sql("show " + setting).query(String.class).single();
    }
}
