package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.House;
import dev.gsv.cmp.access.Signed;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The guide of what is kept and for how long: its figures are measured, its statements are executed. */
class RetentionTest {

    private static final int RUNS = 1200;
    private static final int CALLERS = 8;
    /** What is less is noise of whole pages. */
    private static final long NOISE = 16;

    private static Harness cmp;

    @BeforeAll
    static void start() {
        cmp = Harness.start(Map.of(
                "JOBS_POLL_SECONDS", "1", "OPENAI_BASE_URL", Booth.model().url()));
    }

    @AfterAll
    static void stop() {
        cmp.close();
    }

    private static String guide() throws IOException {
        return Files.readString(House.root().resolve("docs/guides/retention.md"));
    }

    private static JdbcClient jdbc() {
        return JdbcClient.create(cmp.database().dataSource());
    }

    /** Bytes of each table with its partitions and indexes. */
    private static Map<String, Long> bytes() {
        Map<String, Long> bytes = new TreeMap<>();
        // Its rows have gone again; what they leave is used again.
        jdbc().sql("vacuum full hold").update();
        jdbc().sql("""
                        select coalesce(pg_partition_root(c.oid), c.oid)::regclass::text, pg_total_relation_size(c.oid)
                        from pg_class c join pg_namespace n on n.oid = c.relnamespace
                        where n.nspname = 'public' and c.relkind = 'r'
                        """).query(row -> {
            bytes.merge(row.getString(1), row.getLong(2), Long::sum);
        });
        return bytes;
    }

    private static void run(Booth booth, int times) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                all.add(threads.submit(() -> booth.run(
                                booth.api().key(UUID.randomUUID().toString()), "How long do you keep what I say?")
                        .expect(200)));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    /** As somebody with every right, past the triggers. */
    private static void anyway(String statement) throws SQLException {
        try (Connection connection = cmp.database().dataSource().getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute("set session_replication_role = replica");
            sql.execute(statement);
        }
    }

    /** How the verification of a wallet ends. */
    private static Api.Reply verified(Booth booth) throws InterruptedException {
        Api operator = Signed.in(cmp, "cmp-admin").api();
        String path = "/api/v1/admin/ledger/verifications/"
                + operator.post(
                                "/api/v1/admin/ledger/verifications",
                                Map.of("wallet_id", booth.wallet().at("/wallet_id")))
                        .expect(202)
                        .at("/id");
        TroubleTest.until(
                Duration.ofSeconds(60), () -> !operator.get(path).at("/status").equals("running"));
        return operator.get(path).expect(200);
    }

    @Test
    void a_run_takes_as_many_bytes_as_the_guide_says() throws Exception {
        Booth booth = Booth.of(cmp, Booth.MODEL, Booth.UNLIMITED).withCredits(100_000);
        run(booth, 200);
        Map<String, Long> before = bytes();
        run(booth, RUNS);
        TroubleTest.until(
                Duration.ofSeconds(60), () -> booth.sql("""
                                select w.last_seq - coalesce((select max(s.to_seq) from wallet_seal s where s.org_id = w.org_id), 0)
                                from wallet w where org_id = :org
                                """).query(Long.class).single() == 0);
        Map<String, Long> each = new TreeMap<>();
        bytes().forEach((table, size) -> each.put(table, (size - before.getOrDefault(table, 0L)) / RUNS));
        each.values().removeIf(size -> size < NOISE);
        // Changed by each job and kept small by autovacuum; it does not grow with runs.
        each.remove("scheduled_tasks");
        Map<String, Long> said = new TreeMap<>();
        Matcher row = Pattern.compile("(?m)^\\| `(\\w+)` \\| (\\d+) \\|").matcher(guide());
        while (row.find()) {
            said.put(row.group(1), Long.parseLong(row.group(2)));
        }
        System.out.println("bytes per run, with indexes: " + each);
        assertThat(said.keySet()).as("tables that grow with runs").containsAll(each.keySet());
        each.forEach((table, size) -> assertThat(size)
                .as("bytes of a run in " + table + "; all: " + each)
                .isBetween(said.get(table) / 2, said.get(table) * 5 / 4));
    }

    private static List<String> statements(String heading) throws IOException {
        Matcher block =
                Pattern.compile("(?s)## " + heading + ".*?```sql\\n(.*?)```").matcher(guide());
        assertThat(block.find()).as(heading).isTrue();
        String month = jdbc().sql("select to_char(now() at time zone 'UTC' - interval '1 month', 'YYYY_MM')")
                .query(String.class)
                .single();
        return List.of(
                block.group(1).replaceAll("_\\d{4}_\\d{2}\\b", "_" + month).split(";\\s*"));
    }

    @Test
    void reservations_and_runs_of_a_month_that_is_over_go_and_the_ledger_stays_right() throws Exception {
        Booth booth = Booth.of(cmp, Booth.ECHO, Booth.UNLIMITED);
        String run = booth.run("x").expect(200).at("/run_id");
        Api service = Signed.service(cmp);
        String reservation = service.post("/api/v1/billing/authorize", Map.of("instance_id", booth.instance()))
                .expect(200)
                .at("/reservation_id");
        Map<String, Object> settlement =
                Map.of("reservation_id", reservation, "instance_id", booth.instance(), "usage", Map.of("requests", 2));
        service.post("/api/v1/billing/settle", settlement).expect(200);
        // All of it was last month.
        String old = jdbc().sql("""
                        select billing_uuid_floor(date_trunc('month', now(), 'UTC') - interval '1 day')::text
                        """).query(String.class).single();
        String other = old.substring(0, 35) + "1";
        anyway("update reservation set id = '" + old + "' where id = '" + reservation + "'");
        anyway("update run set id = '" + other + "', reservation_id = '" + old + "' where id = '" + run + "'");
        booth.api().get("/api/v1/runs/" + other).expect(200);
        Map<String, Object> late =
                Map.of("reservation_id", old, "instance_id", booth.instance(), "usage", Map.of("requests", 2));
        service.post("/api/v1/billing/settle", late).expect(200);
        for (String heading : List.of("Reservations", "Runs")) {
            for (String statement : statements(heading)) {
                jdbc().sql(statement.replace("13 months", "20 seconds")).update();
            }
        }
        service.post("/api/v1/billing/settle", late).expect(404, "NOT_FOUND");
        booth.api().get("/api/v1/runs/" + other).expect(404);
        assertThat(booth.balance()).as("asked again, nobody pays again").isEqualTo("97");
        booth.run("x").expect(200);
        assertThat(booth.balance()).isEqualTo("96");
        booth.keepsTheLaws();
        assertThat(verified(booth).at("/status")).isEqualTo("passed");
    }

    @Test
    void lines_of_the_ledger_are_missed_by_the_verification() throws Exception {
        Booth booth = Booth.of(cmp, Booth.ECHO, Booth.UNLIMITED);
        booth.run("x").expect(200);
        assertThat(verified(booth).at("/status")).isEqualTo("passed");
        anyway("update transfer set created_at = date_trunc('month', now(), 'UTC') - interval '1 day' where seq = 1"
                + " and org_id = '" + booth.org() + "'");
        String month = jdbc().sql("select to_char(now() at time zone 'UTC' - interval '1 month', 'YYYY_MM')")
                .query(String.class)
                .single();
        jdbc().sql("alter table transfer detach partition transfer_" + month).update();
        Api.Reply failed = verified(booth);
        assertThat(failed.at("/status")).isEqualTo("failed");
        assertThat(failed.at("/findings/0/table")).isEqualTo("transfer");
        assertThat(failed.at("/findings/0/seq")).isEqualTo("1");
    }
}
