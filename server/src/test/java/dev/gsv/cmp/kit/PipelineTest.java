package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Statements that travel together, and the arrays that travel with them. */
class PipelineTest {

    private static final Database DATABASE = Database.fresh();

    private final DataSource source = DATABASE.dataSource();
    private final Pipelines pipelines = new Pipelines(new JdbcTemplate(source), new SimpleMeterRegistry());

    @Test
    void each_statement_sees_what_those_before_it_did() {
        JdbcClient.create(source).sql("create table seen (n bigint)").update();
        List<Long> found = new ArrayList<>();
        Pipeline pipeline = pipelines.open();
        pipeline.add("insert into seen values (:n)", Map.of("n", 1L));
        pipeline.add("select sum(n) as s from seen", Map.of(), row -> found.add(row.getLong("s")));
        pipeline.add("insert into seen select unnest(:more::bigint[])", Map.of("more", new long[] {2, 3}));
        pipeline.add("select n from seen order by n", Map.of(), row -> found.add(row.getLong("n")));
        assertThat(found).as("nothing is sent before it runs").isEmpty();
        pipeline.run();
        assertThat(found).containsExactly(1L, 1L, 2L, 3L);
        pipeline.run();
        assertThat(found).as("what was sent is not sent again").hasSize(4);
    }

    @Test
    void when_one_fails_the_transaction_has_done_none_of_them() {
        JdbcClient jdbc = JdbcClient.create(source);
        jdbc.sql("create table narrow (n bigint primary key)").update();
        TransactionTemplate whole = new TransactionTemplate(new JdbcTransactionManager(source));
        Pipeline pipeline = pipelines.open();
        pipeline.add("insert into narrow values (1)", Map.of());
        pipeline.add("insert into narrow values (1)", Map.of());
        pipeline.add("insert into narrow values (2)", Map.of());
        assertThatThrownBy(() -> whole.executeWithoutResult(status -> pipeline.run()))
                .isInstanceOf(DataAccessException.class);
        assertThat(jdbc.sql("select count(*) from narrow").query(Long.class).single())
                .isZero();
    }

    private record Line(
            @Nullable UUID id,
            @Nullable Instant at,
            long n,
            @Nullable Long whole,
            @Nullable String text) {}

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rows_arrive_as_they_were_sent_whether_the_driver_takes_the_binary_form_or_not(boolean binary) {
        PGSimpleDataSource other = DATABASE.dataSource();
        other.setBinaryTransferEnable(binary ? Pipelines.BINARY_TYPES : "");
        List<Line> lines = List.of(
                new Line(UUID.randomUUID(), Instant.parse("2026-11-21T18:00:00.123456Z"), 1, 2L, "a, \"b\" \\ {c}"),
                new Line(null, null, Long.MIN_VALUE, null, null),
                new Line(new UUID(0, 0), Instant.parse("1969-12-31T23:59:59.999999Z"), Long.MAX_VALUE, -1L, ""));
        for (List<Line> sent : List.of(lines, List.<Line>of(), lines.subList(1, 2))) {
            assertThat(returned(other, sent)).isEqualTo(sent);
        }
        // Enough times for the driver to prepare the statement on the server.
        for (int i = 0; i < 8; i++) {
            assertThat(returned(other, lines)).isEqualTo(lines);
        }
    }

    private static List<Line> returned(DataSource source, List<Line> lines) {
        return JdbcClient.create(source)
                .sql("""
                        select * from unnest(:ids::uuid[], :times::timestamptz[], :numbers::bigint[], :wholes::bigint[],
                                             :texts::text[]) as n (id, at, n, whole, text)
                        """)
                .params(Rows.of(lines)
                        .id("ids", Line::id)
                        .time("times", Line::at)
                        .number("numbers", Line::n)
                        .whole("wholes", Line::whole)
                        .text("texts", Line::text)
                        .columns())
                .query((row, number) -> new Line(
                        row.getObject("id", UUID.class),
                        row.getTimestamp("at") == null
                                ? null
                                : row.getTimestamp("at").toInstant(),
                        row.getLong("n"),
                        row.getObject("whole", Long.class),
                        row.getString("text")))
                .list();
    }

    @Test
    void arrays_of_ids_and_times_are_read_as_they_were_written() {
        UUID[] ids = {UUID.randomUUID(), null, UUID.randomUUID()};
        for (int i = 0; i < 8; i++) {
            List<@Nullable UUID> read = JdbcClient.create(source)
                    .sql("select :ids::text[]::uuid[] as ids")
                    .param(
                            "ids",
                            Arrays.stream(ids)
                                    .map(id -> id == null ? null : id.toString())
                                    .toArray(String[]::new))
                    .query((row, number) ->
                            Arrays.asList((UUID[]) row.getArray("ids").getArray()))
                    .single();
            assertThat(read).containsExactly(ids);
        }
    }
}
