package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.House;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The database dies under a running node, and comes back. */
@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
class OutageTest {

    private static final Path PROGRAMS = House.root().resolve("server/target/postgres-programs");
    private static final String CATALOG = "/api/v1/categories";

    /** Long enough for several polls of the scheduler. */
    private static final int SILENT_MILLIS = 6_000;

    @TempDir
    Path folder;

    @Test
    void without_a_database_callers_are_told_the_truth_and_the_log_says_it_once(CapturedOutput output)
            throws Exception {
        EmbeddedDatabase database = EmbeddedDatabase.durable(folder, PROGRAMS);
        database.createDatabase("cmp");
        try (Harness node = Harness.start(Map.of("DATABASE_URL", database.url("cmp"), "JOBS_POLL_SECONDS", "1"))) {
            node.caller().get(CATALOG).expect(200);
            database.close();
            Api.Reply refused = node.caller().get(CATALOG).expect(503, "UNAVAILABLE");
            assertThat(refused.at("/detail")).contains("database").doesNotContain("busy");
            assertThat(refused.header("Retry-After")).contains("5");
            node.caller().get("/health").expect(503);
            Thread.sleep(SILENT_MILLIS);
            for (int i = 0; i < 3; i++) {
                node.caller().get(CATALOG).expect(503);
                node.caller().get("/health").expect(503);
            }
            String said = output.getAll();
            assertThat(count(said, "The database does not answer;")).isEqualTo(1);
            // Once before the outage is known, once in it.
            assertThat(count(said, "refused, because the database does not answer"))
                    .isBetween(1L, 2L);
            assertThat(count(said, "Readiness +the database does not answer:")).isBetween(1L, 2L);
            // A poll that was waiting when the outage became known says so, too.
            assertThat(count(said, "Will keep running"))
                    .as("polls of the scheduler")
                    .isBetween(1L, 2L);
        }
    }

    @Test
    void a_killed_embedded_database_comes_back_and_the_node_goes_on(CapturedOutput output) throws Exception {
        try (Harness node = Harness.start(Map.of("DATABASE_URL", ""))) {
            node.caller().get(CATALOG).expect(200);
            List<ProcessHandle> servers = servers(node.data());
            assertThat(servers).hasSize(1);
            servers.forEach(ProcessHandle::destroyForcibly);
            // Whoever asks meanwhile is told 503, or waits for the moment that it takes.
            for (int i = 0; i < 300 && !output.getAll().contains("PostgreSQL runs again"); i++) {
                Thread.sleep(50);
                assertThat(node.caller().get("/health").status()).isIn(200, 503);
            }
            node.caller().get("/health").expect(200);
            node.caller().get(CATALOG).expect(200);
            assertThat(output.getAll()).contains("PostgreSQL runs again");
        }
    }

    @Test
    void an_outage_has_one_line_when_it_begins_and_one_when_it_is_over(CapturedOutput output) {
        Outage outage = new Outage(Clock.systemUTC());
        Logger log = LoggerFactory.getLogger(OutageTest.class);
        try {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 5; i++) {
                    outage.began(new SQLException("gone", "08001"));
                    log.warn("a job failed: {}", i);
                    log.error("a job failed for another reason", new IllegalStateException("a bug"));
                }
                outage.over();
                outage.over();
                log.warn("after it: {}", round);
            }
        } finally {
            outage.close();
        }
        String said = output.getAll();
        assertThat(count(said, "The database does not answer;")).isEqualTo(2);
        assertThat(count(said, "answers again after \\d+ s; 4 repeated lines")).isEqualTo(2);
        assertThat(count(said, "a job failed: ")).isEqualTo(2);
        assertThat(count(said, "for another reason")).isEqualTo(10);
        assertThat(count(said, "after it: ")).isEqualTo(2);
    }

    private static List<ProcessHandle> servers(Path data) {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> process.info().command().orElse("").endsWith("/postgres"))
                    .filter(process -> process.info()
                            .commandLine()
                            .orElse("")
                            .contains(data.resolve("postgres/cluster").toString()))
                    .toList();
        }
    }

    private static long count(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().count();
    }
}
