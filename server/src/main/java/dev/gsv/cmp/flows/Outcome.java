package dev.gsv.cmp.flows;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** How a run ended. */
public sealed interface Outcome {
    /** What was consumed until the end, in every case. */
    Usage usage();

    /** The nodes that worked, in the order in which they began. */
    List<Step> trace();

    /**
     * @param data an object: {@code model}; {@code citations} of {@code cmp/extractive}, or {@code sources}, the
     *     passages that a language model was given; {@code outputs} when the flow has several exits; {@code truncated}
     *     when the model stopped at its token limit
     */
    record Answered(String text, JsonNode data, Usage usage, List<Step> trace) implements Outcome {}

    /**
     * @param message one safe sentence: no key, no address, no text of a provider
     * @param node id of the node that failed, null when it was the whole flow
     */
    record Failed(Fault fault, String message, @Nullable String node, Usage usage, List<Step> trace)
            implements Outcome {
        public String code() {
            return fault.name();
        }
    }

    /** The deadline passed. */
    record TimedOut(Usage usage, List<Step> trace) implements Outcome {}
}
