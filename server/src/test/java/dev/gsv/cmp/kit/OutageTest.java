package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.House;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
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
            assertThat(count(said, "refused, because the database does not answer")).isBetween(1L, 2L);
            assertThat(count(said, "Readiness +the database does not answer:")).isBetween(1L, 2L);
            assertThat(count(said, "Will keep running")).as("polls of the scheduler").isEqualTo(1);
        }
    }

    @Test
    void a_killed_embedded_database_comes_back_and_the_node_goes_on(CapturedOutput output) throws Exception {
        try (Harness node = Harness.start(Map.of("DATABASE_URL", ""))) {
            node.caller().get(CATALOG).expect(200);
            List<ProcessHandle> servers = servers(node.data());
            assertThat(servers).hasSize(1);
            servers.forEach(ProcessHandle::destroyForcibly);
            boolean down = false;
            int status = 0;
            for (int i = 0; i < 300 && !(down && status == 200); i++) {
                Thread.sleep(50);
                status = node.caller().get("/health").status();
                down |= status == 503;
            }
            assertThat(down).as("health said so").isTrue();
            assertThat(status).isEqualTo(200);
            node.caller().get(CATALOG).expect(200);
            assertThat(output.getAll()).contains("PostgreSQL runs again", "The database answers again after");
        }
    }

    private static List<ProcessHandle> servers(Path data) {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> process.info().command().orElse("").endsWith("/postgres"))
                    .filter(process ->
                            process.info().commandLine().orElse("").contains(data.resolve("postgres/cluster").toString()))
                    .toList();
        }
    }

    private static long count(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().count();
    }
}
