package dev.gsv.cmp.knowledge;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Texts as vectors of what they mean, made in this process by the model all-MiniLM-L6-v2. The model and its native
 * library are loaded at the first use; where they cannot be, everything goes on without vectors.
 */
final class Embeddings {
    private static final Logger LOG = LoggerFactory.getLogger(Embeddings.class);

    static final int DIMENSIONS = 384;
    /** Texts that are embedded between two signs of life. */
    static final int BATCH = 32;

    private static final class Loaded {
        static final Optional<EmbeddingModel> MODEL = load();

        private static Optional<EmbeddingModel> load() {
            try {
                // On the thread that asks: how many threads embed is decided by who asks.
                return Optional.of(new AllMiniLmL6V2QuantizedEmbeddingModel(Runnable::run));
            } catch (RuntimeException | LinkageError e) {
                LOG.warn("searches go without vectors, because their model cannot be loaded: {}", e.toString());
                return Optional.empty();
            }
        }
    }

    private Embeddings() {}

    /** Loads the model, if that was not done. Whether there is one. */
    static boolean available() {
        return Loaded.MODEL.isPresent();
    }

    /** The vector of each text, of length 1; empty where there is no model. */
    static Optional<List<float[]>> of(List<String> texts) {
        return Loaded.MODEL.map(model -> {
            List<TextSegment> segments = texts.stream().map(TextSegment::from).toList();
            return model.embedAll(segments).content().stream()
                    .map(Embedding::vector)
                    .toList();
        });
    }

    static byte[] bytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.length);
        for (float each : vector) {
            bytes.putFloat(each);
        }
        return bytes.array();
    }

    static float[] vector(byte[] bytes) {
        float[] vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).asFloatBuffer().get(vector);
        return vector;
    }

    /** What a passage means is also what it stands under. */
    static String meaning(String title, String heading, String text) {
        return (heading.isEmpty() ? title : heading) + "\n" + text;
    }
}
