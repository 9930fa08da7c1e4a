package dev.gsv.cmp.kit;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Columns of many rows for one statement: each becomes an array parameter of {@code unnest}. Ids, times and numbers
 * travel in the database's own form; arrays within a row, and what has no such form, as text that the statement casts.
 *
 * @param <T> a row
 */
public final class Rows<T> {
    private final Collection<T> rows;
    private final Map<String, Object> columns = new LinkedHashMap<>();

    private Rows(Collection<T> rows) {
        this.rows = rows;
    }

    public static <T> Rows<T> of(Collection<T> rows) {
        return new Rows<>(rows);
    }

    public Rows<T> text(String name, Function<T, @Nullable Object> value) {
        @Nullable String[] column = new @Nullable String[rows.size()];
        int i = 0;
        for (T row : rows) {
            Object object = value.apply(row);
            column[i++] = object == null ? null : object.toString();
        }
        columns.put(name, column);
        return this;
    }

    public Rows<T> id(String name, Function<T, @Nullable UUID> value) {
        @Nullable UUID[] column = new @Nullable UUID[rows.size()];
        int i = 0;
        for (T row : rows) {
            column[i++] = value.apply(row);
        }
        columns.put(name, BinaryArray.ids(column));
        return this;
    }

    public Rows<T> time(String name, Function<T, @Nullable Instant> value) {
        @Nullable Instant[] column = new @Nullable Instant[rows.size()];
        int i = 0;
        for (T row : rows) {
            column[i++] = value.apply(row);
        }
        columns.put(name, BinaryArray.times(column));
        return this;
    }

    public Rows<T> whole(String name, Function<T, @Nullable Long> value) {
        @Nullable Long[] column = new @Nullable Long[rows.size()];
        int i = 0;
        for (T row : rows) {
            column[i++] = value.apply(row);
        }
        columns.put(name, column);
        return this;
    }

    public Rows<T> number(String name, ToLongFunction<T> value) {
        long[] column = new long[rows.size()];
        int i = 0;
        for (T row : rows) {
            column[i++] = value.applyAsLong(row);
        }
        columns.put(name, column);
        return this;
    }

    public Map<String, Object> columns() {
        return columns;
    }
}
