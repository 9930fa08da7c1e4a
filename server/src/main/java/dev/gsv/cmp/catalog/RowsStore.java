package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Json;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the columns of this room. */
final class RowsStore {

    private static final JsonMapper MAPPER = Json.mapper();

    private RowsStore() {}

    static UUID id(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getObject(column, UUID.class), column);
    }

    static String text(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getString(column), column);
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(optionalTime(row, column), column);
    }

    static @Nullable Instant optionalTime(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    static JsonNode json(ResultSet row, String column) throws SQLException {
        return MAPPER.readTree(text(row, column));
    }

    static @Nullable JsonNode optionalJson(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? null : MAPPER.readTree(text);
    }

    static String[] array(List<String> texts) {
        return texts.toArray(String[]::new);
    }

    static @Nullable String written(@Nullable JsonNode node) {
        return node == null ? null : MAPPER.writeValueAsString(node);
    }
}
