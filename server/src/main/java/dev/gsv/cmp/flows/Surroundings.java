package dev.gsv.cmp.flows;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * What a run may reach outside of its flow.
 *
 * @param config the effective configuration of the instance; {@code system_prompt}, {@code temperature} and
 *     {@code max_output_tokens} override those of model nodes
 * @param deadline when the run is over, whatever it is doing
 * @param spending who pays for it while it goes on
 */
public record Surroundings(
        Retriever retriever,
        History history,
        JsonNode config,
        Instant deadline,
        Cancellation cancellation,
        Spending spending) {

    /** For a run that nobody pays for, such as a test of the flow. */
    public Surroundings(
            Retriever retriever, History history, JsonNode config, Instant deadline, Cancellation cancellation) {
        this(retriever, history, config, deadline, cancellation, Spending.UNBOUNDED);
    }
}
