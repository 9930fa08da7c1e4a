package dev.gsv.cmp.flows;

/**
 * A node of a flow that asks a model, and the most tokens that it is expected to use in one run.
 *
 * @param provider as the node names it, lower case; {@code openai} where it names none, because the installation's
 *     model server speaks its language
 */
public record ModelUse(String node, String provider, String model, long tokensIn, long tokensOut) {}
