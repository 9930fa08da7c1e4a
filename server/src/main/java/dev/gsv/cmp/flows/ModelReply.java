package dev.gsv.cmp.flows;

import tools.jackson.databind.node.ObjectNode;

/**
 * A model's answer.
 *
 * @param reported whether the token numbers are the provider's own
 * @param data what goes along with the answer
 */
record ModelReply(String text, long tokensIn, long tokensOut, boolean reported, ObjectNode data) {}
