package dev.gsv.cmp.kit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.SqlTypeValue;
import org.springframework.jdbc.core.StatementCreatorUtils;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterUtils;
import org.springframework.jdbc.core.namedparam.ParsedSql;

/**
 * Statements that travel together: sent in one round trip, executed by the database one after the other, each with a
 * snapshot of its own. A lock that one of them waits for is held when the next one reads. They belong to the running
 * transaction; when one fails, those behind it are not executed.
 *
 * <p>On a busy machine a round trip costs more than most statements: two threads have to be woken for it.
 */
public final class Pipeline {

    /** One statement; {@code rows} takes what it returns, and is null for one that returns nothing. */
    private record Step(
            String sql, @Nullable Object[] values, @Nullable RowCallbackHandler rows) {}

    private static final Map<String, ParsedSql> PARSED = new ConcurrentHashMap<>();

    private final JdbcTemplate jdbc;
    private final List<Step> steps = new ArrayList<>();

    private final IntConsumer counted;

    /** @param counted is told how many statements travel */
    Pipeline(JdbcTemplate jdbc, IntConsumer counted) {
        this.jdbc = jdbc;
        this.counted = counted;
    }

    /** Adds a statement that returns no rows. */
    public void add(String sql, Map<String, ?> params) {
        steps.add(step(sql, params, null));
    }

    /** Adds a statement whose rows are wanted. They are there after {@link #run}. */
    public void add(String sql, Map<String, ?> params, RowCallbackHandler rows) {
        steps.add(step(sql, params, rows));
    }

    private static Step step(String sql, Map<String, ?> params, @Nullable RowCallbackHandler rows) {
        // The texts are constants of the stores, so there are as many as there are statements in the program.
        ParsedSql parsed = PARSED.computeIfAbsent(sql, NamedParameterUtils::parseSqlStatement);
        MapSqlParameterSource source = new MapSqlParameterSource(params);
        return new Step(
                NamedParameterUtils.substituteNamedParameters(parsed, source),
                NamedParameterUtils.buildValueArray(parsed, source, null),
                rows);
    }

    /** Sends what was added, and hands the rows to those who wait for them. Nothing added is nothing sent. */
    public void run() {
        if (steps.isEmpty()) {
            return;
        }
        List<Step> sent = List.copyOf(steps);
        steps.clear();
        counted.accept(sent.size());
        jdbc.execute((ConnectionCallback<@Nullable Void>) connection -> {
            send(connection, sent);
            return null;
        });
    }

    private static void send(Connection connection, List<Step> sent) throws SQLException {
        StringBuilder sql = new StringBuilder();
        sent.forEach(step -> sql.append(sql.isEmpty() ? "" : ";\n").append(step.sql()));
        try (PreparedStatement statement = connection.prepareStatement(sql.toString())) {
            int place = 1;
            for (Step step : sent) {
                for (Object value : step.values()) {
                    StatementCreatorUtils.setParameterValue(statement, place++, SqlTypeValue.TYPE_UNKNOWN, value);
                }
            }
            boolean rows = statement.execute();
            for (Step step : sent) {
                if (rows && step.rows() != null) {
                    try (ResultSet result = statement.getResultSet()) {
                        while (result.next()) {
                            step.rows().processRow(result);
                        }
                    }
                }
                rows = statement.getMoreResults();
            }
        }
    }
}
