package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Columns of many rows for one statement: each becomes an array parameter of {@code unnest}. Ids and times travel as
 * text and are cast by the statement; so do the arrays within a row.
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
        @Nullable Long[] column = new @Nullable Long[rows.size()];
        int i = 0;
        for (T row : rows) {
            column[i++] = value.apply(row);
        }
        columns.put(name, column);
        return this;
    }

    Rows<T> number(String name, ToLongFunction<T> value) {
        long[] column = new long[rows.size()];
        int i = 0;
        for (T row : rows) {
            column[i++] = value.applyAsLong(row);
        }
        columns.put(name, column);
        return this;
    }

    /** The parts of each row, as two columns of arrays. */
    Rows<T> parts(String grants, String micros, Function<T, List<Part>> parts) {
        text(grants, row -> array(parts.apply(row), Part::grant));
        return text(micros, row -> array(parts.apply(row), Part::micros));
    }

    private static String array(List<Part> parts, Function<Part, Object> value) {
        StringBuilder text = new StringBuilder("{");
        for (Part part : parts) {
            if (text.length() > 1) {
                text.append(',');
            }
            text.append(value.apply(part));
        }
        return text.append('}').toString();
    }

    Map<String, Object> columns() {
        return columns;
    }
}
