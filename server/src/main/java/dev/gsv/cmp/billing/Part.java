package dev.gsv.cmp.billing;

import java.util.UUID;

/** A portion of one grant: held for a run, or used by a movement. */
record Part(UUID grant, long micros) {
    Part {
        if (micros <= 0) {
            throw new IllegalArgumentException("a part is positive: " + micros);
        }
    }
}
