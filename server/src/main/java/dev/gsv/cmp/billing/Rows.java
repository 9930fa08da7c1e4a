package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Columns of many rows for one statement: each becomes an array parameter of {@code unnest}. Ids and times travel as
 * text and are cast by the statement.
 */
final class Rows<T> {
    private final Collection<T> rows;
    private final Map<String, Object> columns = new LinkedHashMap<>();

    private Rows(Collection<T> rows) {
        this.rows = rows;
    }

    static <T> Rows<T> of(Collection<T> rows) {
        return new Rows<>(rows);
    }

    static String[] ids(Collection<OrgId> orgs) {
        return orgs.stream().map(OrgId::toString).toArray(String[]::new);
    }

    Rows<T> text(String name, Function<T, @Nullable Object> value) {
        @Nullable String[] column = new @Nullable String[rows.size()];
        int i = 0;
        for (T row : rows) {
            Object object = value.apply(row);
            column[i++] = object == null ? null : object.toString();
        }
        columns.put(name, column);
        return this;
    }

    Rows<T> whole(String name, Function<T, @Nullable Long> value) {
        columns.put(name, rows.stream().map(value).toArray(Long[]::new));
        return this;
    }

    Map<String, Object> columns() {
        return columns;
    }

    /** All parts of all rows, each with its position. */
    record Placed<R>(R row, int position, Part part) {}

    static <R> List<Placed<R>> parts(Collection<R> rows, Function<R, List<Part>> parts) {
        return rows.stream()
                .flatMap(row -> {
                    List<Part> own = parts.apply(row);
                    return java.util.stream.IntStream.range(0, own.size())
                            .mapToObj(i -> new Placed<>(row, i, own.get(i)));
                })
                .toList();
    }
}
