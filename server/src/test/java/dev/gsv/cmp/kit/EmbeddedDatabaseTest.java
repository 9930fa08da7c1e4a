package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.House;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The embedded database keeps what it promised, whoever is killed. */
@Timeout(180)
class EmbeddedDatabaseTest {

    private static final Path PROGRAMS = House.root().resolve("server/target/postgres-programs");

    /** Enough rows that the write-ahead log is really being written when the blow falls. */
    private static final long ROWS_BEFORE_THE_BLOW = 200;

    @TempDir
    Path folder;

    @AfterEach
    void nothing_is_left_running() {
        servers().forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void what_was_committed_survives_kill_9_of_the_process() throws Exception {
        long committed = writeUntilKilled(false);
        assertThat(servers()).as("PostgreSQL outlives its parent").hasSize(1);
        assertThat(rowsAfterRestart()).isGreaterThanOrEqualTo(committed);
        assertThat(servers()).isEmpty();
    }

    @Test
    void what_was_committed_survives_kill_9_of_both_processes() throws Exception {
        long committed = writeUntilKilled(true);
        assertThat(rowsAfterRestart()).isGreaterThanOrEqualTo(committed);
        assertThat(servers()).isEmpty();
    }

    @Test
    void a_killed_postgresql_is_started_again_at_the_same_address_over_the_same_data() throws Exception {
        try (EmbeddedDatabase database = start()) {
            database.createDatabase("cmp");
            ask(database, "cmp", "create table kept (n int); insert into kept values (7); select 1");
            for (int times = 0; times < 2; times++) {
                List<ProcessHandle> before = servers();
                assertThat(before).hasSize(1);
                before.forEach(ProcessHandle::destroyForcibly);
                assertThat(askAgain(database, "select n from kept", before.getFirst()))
                        .isEqualTo("7");
            }
            assertThat(ask(database, "cmp", "show fsync")).isEqualTo("on");
        }
        assertThat(servers()).isEmpty();
    }

    @Test
    void a_postgresql_that_cannot_start_is_tried_a_few_times() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        Runnable never = () -> {
            attempts.incrementAndGet();
            throw new IllegalStateException("no");
        };
        List<Duration> pauses = List.of(Duration.ZERO, Duration.ofMillis(10), Duration.ofMillis(20));
        try (DatabaseWatch watch = new DatabaseWatch(() -> false, never, pauses)) {
            for (int i = 0; i < 200 && watch.watches(); i++) {
                Thread.sleep(50);
            }
            assertThat(watch.watches()).isFalse();
            assertThat(attempts).hasValue(3);
        }
    }

    @Test
    void kill_9_of_postgresql_alone_does_not_hang_the_end_and_the_next_start_recovers() throws Exception {
        EmbeddedDatabase first = start();
        first.createDatabase("cmp");
        servers().forEach(ProcessHandle::destroyForcibly);
        first.close();
        try (EmbeddedDatabase second = start()) {
            assertThat(ask(second, "cmp", "select 1")).isEqualTo("1");
        }
    }

    @Test
    void one_process_owns_a_data_directory() throws Exception {
        Process child = child();
        try {
            waitForRow(child, 1);
            assertThatThrownBy(this::start)
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("process " + child.pid())
                    .hasMessageContaining(folder.toString());
            assertThat(waitForRow(child, ROWS_BEFORE_THE_BLOW))
                    .as("the owner goes on undisturbed")
                    .isPositive();
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void the_directory_is_locked_within_one_process_too_and_free_after_the_end() {
        try (EmbeddedDatabase owner = start()) {
            assertThat(owner.jdbcUrl("postgres")).contains("127.0.0.1");
            assertThatThrownBy(this::start).isInstanceOf(CannotStart.class);
        }
        start().close();
    }

    @Test
    void closing_leaves_no_process_behind() {
        EmbeddedDatabase database = start();
        assertThat(servers()).hasSize(1);
        database.close();
        database.close();
        assertThat(servers()).isEmpty();
    }

    @Test
    void a_pid_file_that_names_a_stranger_harms_neither_him_nor_the_start() throws IOException {
        start().close();
        Process stranger = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(
                    folder.resolve("cluster/postmaster.pid"),
                    stranger.pid() + "\n" + folder.resolve("cluster") + "\n1\n1\n\n127.0.0.1\n1 1\n");
            start().close();
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void every_commit_is_on_disk_before_it_is_answered() throws SQLException {
        try (EmbeddedDatabase database = start()) {
            for (String name : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                assertThat(ask(database, "postgres", "show " + name)).as(name).isEqualTo("on");
            }
        }
    }

    @Test
    void only_the_owner_reads_the_folder_and_nobody_enters_without_the_password() throws Exception {
        try (EmbeddedDatabase database = start()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .isEqualTo("rwx------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("password"))))
                    .isEqualTo("rw-------");
            assertThatThrownBy(
                            () -> DriverManager.getConnection(database.jdbcUrl("postgres"), database.user(), "guess"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");
        }
    }

    @Test
    void a_cluster_that_cannot_start_says_so_with_the_log() throws IOException {
        start().close();
        Files.writeString(folder.resolve("cluster/PG_VERSION"), "12\n");
        assertThatThrownBy(this::start)
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("does not start")
                .hasMessageContaining("version 12");
    }

    private EmbeddedDatabase start() {
        return EmbeddedDatabase.durable(folder, PROGRAMS);
    }

    /** Returns the last row that the child said was committed. */
    private long writeUntilKilled(boolean both) throws Exception {
        Process child = child();
        long committed = waitForRow(child, ROWS_BEFORE_THE_BLOW);
        if (both) {
            servers().forEach(ProcessHandle::destroyForcibly);
        }
        child.destroyForcibly();
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return committed;
    }

    private Process child() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmbeddedDatabaseChild.class.getName(),
                        folder.toString(),
                        PROGRAMS.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static long waitForRow(Process child, long row) throws IOException {
        BufferedReader out = child.inputReader();
        long last = 0;
        while (last < row) {
            String line = out.readLine();
            assertThat(line).as("the child goes on writing").isNotNull();
            last = line.matches("\\d+") ? Long.parseLong(line) : last;
        }
        return last;
    }

    private long rowsAfterRestart() throws SQLException {
        try (EmbeddedDatabase database = start()) {
            return Long.parseLong(ask(database, "cmp", "select count(*) from written"));
        }
    }

    /** Asks until the server answers that follows the one that was killed. */
    private String askAgain(EmbeddedDatabase database, String sql, ProcessHandle killed) throws Exception {
        for (int i = 0; ; i++) {
            Thread.sleep(100);
            try {
                if (!servers().contains(killed)) {
                    return ask(database, "cmp", sql);
                }
            } catch (SQLException e) {
                assertThat(i).as("attempts: " + e.getMessage()).isLessThan(300);
            }
        }
    }

    private static String ask(EmbeddedDatabase database, String name, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(database.jdbcUrl(name), database.user(), database.password());
                Statement statement = connection.createStatement();
                ResultSet rows = last(statement, sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static ResultSet last(Statement statement, String sql) throws SQLException {
        boolean rows = statement.execute(sql);
        while (!rows) {
            rows = statement.getMoreResults();
        }
        return statement.getResultSet();
    }

    /** The servers that work inside this test's cluster. */
    private List<ProcessHandle> servers() {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> process.info().command().orElse("").endsWith("/postgres"))
                    .filter(process -> process.info()
                            .commandLine()
                            .orElse("")
                            .contains(folder.resolve("cluster").toString()))
                    .filter(ProcessHandle::isAlive)
                    .toList();
        }
    }
}
