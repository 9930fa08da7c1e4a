package dev.gsv.cmp.flows;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * What a run may reach outside of its flow.
 *
 * @param config the effective configuration of the instance; {@code system_prompt}, {@code temperature} and
 *     {@code max_output_tokens} override those of model nodes
 * @param deadline when the run is over, whatever it is doing
 */
public record Surroundings(
        Retriever retriever, History history, JsonNode config, Instant deadline, Cancellation cancellation) {}
