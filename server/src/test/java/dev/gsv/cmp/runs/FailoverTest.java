package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Cable;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.House;
import dev.gsv.cmp.billing.Verified;
import dev.gsv.cmp.kit.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Servers of PostgreSQL that die, are replaced and are restored, with everything on disk, under a node with callers.
 */
class FailoverTest {

    private static final int CALLERS = 8;

    @TempDir
    static Path folder;

    /** The server that the node works over now, and its folder. */
    private static EmbeddedDatabase first;

    private static String name = "first";
    private static Cable cable;
    private static Harness cmp;

    private Booth booth;
    private String wallet;
    private final Set<String> answered = ConcurrentHashMap.newKeySet();
    private final Queue<String> unclear = new ConcurrentLinkedQueue<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger keys = new AtomicInteger();
    private volatile boolean calling;

    @BeforeAll
    static void start() {
        first = server(name);
        first.createDatabase("cmp");
        cable = new Cable(Cable.port(first.url("cmp")));
        cmp = Harness.start(
                Map.of("DATABASE_URL", cable.through(first.url("cmp")), "cmp.database.allow-losing-commits", "false"));
    }

    @AfterAll
    static void stop() {
        cmp.close();
        cable.close();
        first.close();
    }

    /** PostgreSQL over a folder; the programs are shared with the other tests. */
    private static EmbeddedDatabase server(String name) {
        try {
            Path own = Files.createDirectories(folder.resolve(name));
            Path programs = House.root().resolve("server/target/postgres-programs");
            Files.createDirectories(programs);
            Files.createSymbolicLink(own.resolve("programs"), programs);
            return EmbeddedDatabase.durable(own);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void booth() {
        booth = Booth.of(cmp, Booth.ECHO, Booth.UNLIMITED);
        wallet = booth.wallet().at("/wallet_id");
    }

    private void call(Api service, String key) {
        String path = "/api/v1/wallets/" + wallet + "/topups";
        Api.Reply reply = service.key(key).post(path, Map.of("credits_amount", 1));
        if (reply.status() == 201) {
            answered.add(key);
        } else if (reply.status() == 503 || reply.status() == 409) {
            unclear.add(key);
            pause(50);
        } else {
            wrong.add(reply + " " + reply.text());
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Calls while something happens, then asks again for what has no clear answer, until all have. */
    private void under(Runnable blow) throws Exception {
        Api service = booth.service();
        calling = true;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(threads.submit(() -> {
                    while (calling) {
                        call(service, "key-" + keys.incrementAndGet());
                    }
                }));
            }
            TroubleTest.until(Duration.ofSeconds(20), () -> answered.size() > 50);
            blow.run();
            int before = answered.size();
            TroubleTest.until(Duration.ofSeconds(30), () -> answered.size() > before + 20);
            calling = false;
            for (Future<?> each : callers) {
                each.get();
            }
            for (int i = 0; i < 200 && !unclear.isEmpty(); i++) {
                call(service, unclear.remove());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(unclear).isEmpty();
    }

    private static PGSimpleDataSource at(EmbeddedDatabase server) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(server.jdbcUrl("cmp"));
        source.setUser(server.user());
        source.setPassword(server.password());
        return source;
    }

    private static List<String> texts(EmbeddedDatabase server, String... statements) {
        List<String> texts = new ArrayList<>();
        try (Connection connection = at(server).getConnection();
                Statement sql = connection.createStatement()) {
            for (String statement : statements) {
                if (sql.execute(statement)) {
                    try (ResultSet rows = sql.getResultSet()) {
                        while (rows.next()) {
                            texts.add(rows.getString(1));
                        }
                    }
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return texts;
    }

    /** Each key has one line, each acknowledged one is there, and the balance is their sum. */
    private void nothingIsLostOrDoubled(EmbeddedDatabase server) {
        List<String> lines = texts(
                server,
                "select substr(reference, 7) from transfer where org_id = '" + booth.org()
                        + "' and reference like 'topup:key-%'");
        assertThat(new TreeSet<>(lines)).as("doubled").hasSameSizeAs(lines);
        assertThat(new TreeSet<>(lines)).as("lost").isEqualTo(new TreeSet<>(answered));
        assertThat(booth.balance()).isEqualTo(String.valueOf(100 + answered.size()));
        assertThat(Verified.wrong(server.url("cmp"))).isEmpty();
    }

    private static void kill(String name) {
        try {
            String pid = Files.readAllLines(folder.resolve(name + "/cluster/postmaster.pid"))
                    .getFirst();
            ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow().destroyForcibly();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A copy of a running server, as PostgreSQL's manual describes it for a copy without its own tool. */
    private static void copy(EmbeddedDatabase server, String from, String to) {
        Path source = folder.resolve(from);
        Path target = folder.resolve(to);
        try (Connection connection = at(server).getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute("select pg_backup_start('copy', true)");
            copy(source, target, path -> !path.startsWith("cluster/pg_wal/") && !path.startsWith("cluster/postmaster"));
            try (ResultSet stopped = sql.executeQuery("select labelfile from pg_backup_stop(false)")) {
                assertThat(stopped.next()).isTrue();
                Files.writeString(target.resolve("cluster/backup_label"), stopped.getString(1));
            }
            copy(source, target, path -> path.startsWith("cluster/pg_wal/"));
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void copy(Path source, Path target, java.util.function.Predicate<String> wanted) throws IOException {
        try (Stream<Path> all = Files.walk(source)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                String path = source.relativize(each).toString();
                boolean ours = path.startsWith("cluster") || path.startsWith("password");
                if (ours && wanted.test(path)) {
                    Path there = target.resolve(path);
                    if (Files.isDirectory(each)) {
                        Files.createDirectories(there);
                    } else if (Files.exists(each)) {
                        Files.createDirectories(there.getParent());
                        Files.copy(
                                each, there, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
                    }
                }
            }
        }
        Files.setPosixFilePermissions(
                target.resolve("cluster"), java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void cr_02_kill_9_of_postgresql_under_load_loses_and_doubles_nothing() throws Exception {
        under(() -> kill(name));
        nothingIsLostOrDoubled(first);
    }

    @Test
    void cr_09_a_copy_that_was_made_under_load_is_a_right_ledger_when_it_is_restored() throws Exception {
        Set<String> before = new TreeSet<>();
        under(() -> {
            before.addAll(answered);
            copy(first, name, "restored");
        });
        try (EmbeddedDatabase restored = server("restored")) {
            assertThat(Verified.wrong(restored.url("cmp"))).isEmpty();
            Set<String> there = new TreeSet<>(
                    texts(restored, "select substr(reference, 7) from transfer where org_id = '" + booth.org() + "'"));
            assertThat(there).as("what was answered before the copy began").containsAll(before);
        }
        nothingIsLostOrDoubled(first);
    }

    @Test
    void cr_06_when_a_synchronous_replica_takes_over_nothing_acknowledged_is_missing() throws Exception {
        copy(first, name, "second");
        Path cluster = folder.resolve("second/cluster");
        Files.createFile(cluster.resolve("standby.signal"));
        Files.writeString(
                cluster.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=%d user=%s password=%s application_name=second'%n"
                        .formatted(Cable.port(first.url("cmp")), first.user(), first.password()));
        EmbeddedDatabase second = server("second");
        texts(first, "alter system set synchronous_standby_names = 'second'", "select pg_reload_conf()");
        String state = "select sync_state from pg_stat_replication";
        TroubleTest.until(Duration.ofSeconds(10), () -> texts(first, state).equals(List.of("sync")));
        under(() -> {
            kill(name);
            first.close();
            texts(second, "select pg_promote()");
            cable.leadTo(Cable.port(second.url("cmp")));
        });
        first = second;
        name = "second";
        nothingIsLostOrDoubled(second);
    }
}
