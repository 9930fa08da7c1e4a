package dev.gsv.cmp.knowledge;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;

/**
 * Gives vectors to passages: to those of a document that is read, and in the background to those that have none, as
 * those of sellers' documents. Until then a passage is found by its words, and an index is exchanged for the next one
 * while searches go on.
 */
@Service
class Embedder {
    /** Passages of one round in the background. */
    static final int PORTION = 256;

    /** Hears how many passages are done; false means that nobody needs the rest. */
    @FunctionalInterface
    interface Progress {
        boolean done(int passages);
    }

    private final KnowledgeStore store;
    private final Intake intake;

    Embedder(KnowledgeStore store, Intake intake) {
        this.store = store;
        this.intake = intake;
    }

    /** One round over one base. Returns how many passages got their vector. */
    int sweep() {
        List<KnowledgeStore.Bare> bare = store.unembedded(PORTION);
        if (bare.isEmpty()) {
            return 0;
        }
        List<String> texts = bare.stream()
                .map(passage -> Embeddings.meaning(passage.title(), passage.heading(), passage.text()))
                .toList();
        Optional<List<byte[]>> vectors = vectors(texts, done -> true);
        vectors.ifPresent(made -> intake.embed(bare, made));
        return vectors.map(List::size).orElse(0);
    }

    /** The vector of each text; empty where there is no model, or nobody needs them any more. */
    static Optional<List<byte[]>> vectors(List<String> texts, Progress progress) {
        List<byte[]> vectors = new ArrayList<>(texts.size());
        for (int from = 0; from < texts.size(); from += Embeddings.BATCH) {
            Optional<List<float[]>> made =
                    Embeddings.of(texts.subList(from, Math.min(texts.size(), from + Embeddings.BATCH)));
            if (made.isEmpty()) {
                return Optional.empty();
            }
            made.get().forEach(vector -> vectors.add(Embeddings.bytes(vector)));
            if (!progress.done(vectors.size())) {
                return Optional.empty();
            }
        }
        return Optional.of(vectors);
    }
}
