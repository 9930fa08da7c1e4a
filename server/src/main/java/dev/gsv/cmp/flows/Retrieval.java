package dev.gsv.cmp.flows;

import java.util.List;

/** {@code KnowledgeRetrieval}: passages of the instance's knowledge. */
final class Retrieval {
    static final int MAX_TOP_K = 20;
    /** Longest passage that goes into a prompt, in characters; the rest of it is left out. */
    static final int MAX_PASSAGE_CHARS = 4_000;

    private static final int DEFAULT_TOP_K = 5;

    private Retrieval() {}

    static Value passages(Work work) {
        String query = query(work);
        if (query.isBlank()) {
            return new Value.Passages(List.of());
        }
        int topK = topK(work.node());
        List<Passage> found;
        try {
            found = work.run().around().retriever().passages(query, topK);
        } catch (RuntimeException e) {
            throw new NodeFault(Fault.KNOWLEDGE_UNAVAILABLE, "The knowledge base could not be searched.");
        }
        work.meter().retrieval();
        return new Value.Passages(
                found.stream().limit(topK).map(Retrieval::clipped).toList());
    }

    static int topK(Flow.Node node) {
        return Math.clamp(Work.whole(node.text("top_k")).orElse(DEFAULT_TOP_K), 1, MAX_TOP_K);
    }

    private static String query(Work work) {
        for (String field : List.of("search_query", "query")) {
            String text = work.text(field);
            if (!text.isBlank()) {
                return text;
            }
        }
        return work.run().input().text();
    }

    private static Passage clipped(Passage passage) {
        String text = passage.text();
        if (text.length() > MAX_PASSAGE_CHARS) {
            text = text.substring(0, MAX_PASSAGE_CHARS);
        }
        return new Passage(
                Value.storable(passage.documentId()),
                Value.storable(passage.title()),
                Value.storable(text),
                passage.score(),
                passage.place());
    }
}
