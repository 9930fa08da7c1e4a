package dev.gsv.cmp.billing;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A portion of one grant: held for a run, or used by a movement. */
record Part(UUID grant, long micros) {
    Part {
        if (micros <= 0) {
            throw new IllegalArgumentException("a part is positive: " + micros);
        }
    }

    /** The grants of these parts as PostgreSQL writes an array. */
    static String grants(List<Part> parts) {
        return array(parts, Part::grant);
    }

    /** The amounts of these parts as PostgreSQL writes an array. */
    static String amounts(List<Part> parts) {
        return array(parts, Part::micros);
    }

    private static String array(List<Part> parts, Function<Part, Object> value) {
        return parts.stream().map(value).map(Object::toString).collect(Collectors.joining(",", "{", "}"));
    }
}
