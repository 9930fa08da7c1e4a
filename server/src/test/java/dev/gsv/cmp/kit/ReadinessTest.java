package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Database;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Objects;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.http.ResponseEntity;

/** Work is sent only to a node that can do it. */
class ReadinessTest {

    private final Readiness readiness = new Readiness(Database.fresh().dataSource());

    @Nested
    class Answers200 {
        @Test
        void when_the_database_answers_and_everything_is_done() {
            readiness.expect("seed");
            readiness.done("seed");
            ResponseEntity<HealthApi.Health> answer = new HealthApi(readiness).health();
            assertThat(answer.getStatusCode().value()).isEqualTo(200);
            assertThat(body(answer).status()).isEqualTo("up");
            assertThat(body(answer).checks())
                    .containsEntry("database", "up")
                    .containsEntry("migrations", "up")
                    .containsEntry("seed", "up");
        }
    }

    @Nested
    class Answers503 {
        @Test
        void while_the_seed_is_not_done() {
            readiness.expect("seed");
            assertRefused(readiness, "pending", "seed", "pending");
        }

        @Test
        void when_the_seed_failed() {
            readiness.expect("seed");
            readiness.failed("seed");
            assertRefused(readiness, "down", "seed", "down");
        }

        @Test
        void while_other_expected_work_is_not_done() {
            readiness.expect("index");
            assertRefused(readiness, "pending", "index", "pending");
        }

        @Test
        void when_the_database_does_not_answer() throws IOException {
            assertRefused(new Readiness(nobody()), "down", "database", "down");
        }

        private void assertRefused(Readiness node, String status, String check, String state) {
            ResponseEntity<HealthApi.Health> answer = new HealthApi(node).health();
            assertThat(answer.getStatusCode().value()).isEqualTo(503);
            assertThat(body(answer).status()).isEqualTo(status);
            assertThat(body(answer).checks()).containsEntry(check, state);
        }
    }

    private static HealthApi.Health body(ResponseEntity<HealthApi.Health> answer) {
        return Objects.requireNonNull(answer.getBody());
    }

    /** An address where nothing listens. */
    private static DataSource nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl("jdbc:postgresql://127.0.0.1:" + socket.getLocalPort() + "/cmp");
            source.setConnectTimeout(1);
            return source;
        }
    }
}
