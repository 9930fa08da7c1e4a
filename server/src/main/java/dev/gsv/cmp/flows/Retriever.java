package dev.gsv.cmp.flows;

import java.util.List;

/** Searches the knowledge of the instance that runs; given by whoever starts the run. */
@FunctionalInterface
public interface Retriever {
    /**
     * The best passages first, at most {@code topK}; an empty list when nothing is found. May throw: the run then
     * fails.
     */
    List<Passage> passages(String query, int topK);

    /** For runs without knowledge. */
    static Retriever none() {
        return (query, topK) -> List.of();
    }
}
