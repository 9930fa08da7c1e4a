package dev.gsv.cmp.kit;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One page of a list, as every list call answers it. {@code next} and {@code previous} are relative addresses. */
public record Page<T>(
        long count, @Nullable String next, @Nullable String previous, List<T> results) {

    public static final int DEFAULT_LIMIT = 50;
    public static final int MAX_LIMIT = 200;

    /** What part of a list is wanted; refuses values outside 1 … 200 and negative offsets with 400. */
    public record Slice(int limit, int offset) {
        public Slice {
            if (limit < 1 || limit > MAX_LIMIT) {
                throw new KitProblem.Invalid("limit", "must be between 1 and " + MAX_LIMIT);
            }
            if (offset < 0) {
                throw new KitProblem.Invalid("offset", "must not be negative");
            }
        }

        public static Slice of(@Nullable Integer limit, @Nullable Integer offset) {
            return new Slice(limit == null ? DEFAULT_LIMIT : limit, offset == null ? 0 : offset);
        }

        public static Slice first() {
            return new Slice(DEFAULT_LIMIT, 0);
        }
    }

    /** A page with addresses to its neighbours, relative to the requested resource. */
    public static <T> Page<T> of(long count, Slice slice, List<T> results) {
        String next = slice.offset() + results.size() < count && !results.isEmpty()
                ? "?limit=" + slice.limit() + "&offset=" + (slice.offset() + slice.limit())
                : null;
        String previous = slice.offset() > 0
                ? "?limit=" + slice.limit() + "&offset=" + Math.max(0, slice.offset() - slice.limit())
                : null;
        return new Page<>(count, next, previous, results);
    }

    public <R> Page<R> map(Function<T, R> each) {
        return new Page<>(count, next, previous, results.stream().map(each).toList());
    }
}
