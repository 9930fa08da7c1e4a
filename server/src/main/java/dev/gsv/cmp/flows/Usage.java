package dev.gsv.cmp.flows;

/**
 * What a run consumed, in the meters of the control plane's section 11.1.
 *
 * @param tokenSource {@link #REPORTED} when every model call came with the provider's own numbers, {@link #COUNTED}
 *     when a tokenizer counted at least one of them, {@link #NONE} when no model was called
 */
public record Usage(
        long llmTokensIn,
        long llmTokensOut,
        long toolCalls,
        long requests,
        long ragQueries,
        long ragIngestionMb,
        String tokenSource) {
    public static final String REPORTED = "reported";
    public static final String COUNTED = "counted";
    public static final String NONE = "none";

    public Usage {
        if (llmTokensIn < 0
                || llmTokensOut < 0
                || toolCalls < 0
                || requests < 0
                || ragQueries < 0
                || ragIngestionMb < 0) {
            throw new IllegalArgumentException("usage is never negative");
        }
    }
}
