package dev.gsv.cmp.knowledge;

import tools.jackson.databind.JsonNode;

/**
 * How much an instance may hold. A plan's {@code limits} name {@code knowledge_documents}, {@code knowledge_mb} and
 * {@code knowledge_chunks}; an explicit null is as much as the platform can hold, an absent name is the default. The
 * version's {@code max_documents} (section 10) is the default for documents.
 *
 * @param bytes of all originals together
 * @param chunks passages of all documents together
 */
record KnowledgeLimits(int documents, long bytes, int chunks) {
    static final int DEFAULT_DOCUMENTS = 200;
    static final int MAX_DOCUMENTS = 20_000;
    static final int DEFAULT_MB = 500;
    static final int MAX_MB = 20_000;
    private static final long MB = 1024L * 1024;

    static KnowledgeLimits of(JsonNode limits, JsonNode config) {
        JsonNode wished = config.path("max_documents");
        int documents = wished.isIntegralNumber() && wished.canConvertToInt() ? wished.intValue() : DEFAULT_DOCUMENTS;
        return new KnowledgeLimits(
                number(limits.path("knowledge_documents"), documents, MAX_DOCUMENTS),
                number(limits.path("knowledge_mb"), DEFAULT_MB, MAX_MB) * MB,
                number(limits.path("knowledge_chunks"), Knowledge.MAX_CHUNKS, Knowledge.MAX_CHUNKS));
    }

    private static int number(JsonNode limit, int otherwise, int most) {
        if (limit.isNull()) {
            return most;
        }
        return limit.isNumber() ? (int) Math.clamp(limit.longValue(), 0L, most) : Math.clamp(otherwise, 0, most);
    }
}
