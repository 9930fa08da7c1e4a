package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.House;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * How well and how fast our own questions find the sections of the sample documents: by words, by meaning, and fused.
 * The expected section is known by its heading; a passage is right when it stands under it.
 */
final class KnowledgeBench {
    static final int TOP = 5;
    private static final int PADDED = 20_000;

    /** @param heading under which the answer stands */
    record Question(String language, String heading, String text) {}

    /** Whether and how high the right passages came, over all questions. */
    record Quality(double recallAt5, double mrr) {}

    /** What is searched by. */
    enum By {
        WORDS,
        MEANING,
        FUSED
    }

    private KnowledgeBench() {}

    static List<Question> questions() throws IOException {
        Path file = House.root().resolve("server/src/test/resources/knowledge/questions.txt");
        return Files.readAllLines(file).stream()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(line -> line.split("\\s*\\|\\s*", 3))
                .map(parts -> new Question(parts[0], parts[1], parts[2]))
                .toList();
    }

    static Map<String, String> corpus() throws IOException {
        Map<String, String> documents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(House.root().resolve("server/src/main/resources/samples"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".md")).toList()) {
                documents.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return documents;
    }

    /** The corpus as rows of one base, with their vectors. */
    static List<KnowledgeStore.Row> rows(Map<String, String> corpus) {
        List<KnowledgeStore.Row> rows = new ArrayList<>();
        corpus.forEach((title, text) -> {
            UUID document = UUID.nameUUIDFromBytes(title.getBytes(StandardCharsets.UTF_8));
            List<Chunks.Chunk> chunks = Chunks.of(text);
            // The headings of these documents are questions; a document of a customer has other words for its answers.
            List<String> meanings = chunks.stream()
                    .map(chunk -> Embeddings.meaning("", chunk.heading(), chunk.text()))
                    .toList();
            List<byte[]> vectors = Embedder.vectors(meanings, done -> true).orElseThrow();
            for (int i = 0; i < chunks.size(); i++) {
                Chunks.Chunk chunk = chunks.get(i);
                rows.add(new KnowledgeStore.Row(
                        document,
                        title,
                        chunk.heading(),
                        chunk.text(),
                        null,
                        chunk.from(),
                        chunk.to(),
                        vectors.get(i)));
            }
        });
        return rows;
    }

    static Quality quality(Index index, List<Question> questions, By by) {
        double recalled = 0;
        double reciprocal = 0;
        for (Question question : questions) {
            int rank = rank(found(index, question.text(), by), question.heading());
            recalled += rank > 0 && rank <= TOP ? 1 : 0;
            reciprocal += rank > 0 ? 1.0 / rank : 0;
        }
        return new Quality(recalled / questions.size(), reciprocal / questions.size());
    }

    private static List<Index.Hit> found(Index index, String question, By by) {
        float[] meaning = by == By.WORDS
                ? null
                : Embeddings.of(List.of(question)).orElseThrow().getFirst();
        // Nothing is left of a question without a word: its meaning remains.
        return Index.search(List.of(index), by == By.MEANING ? "" : question, meaning, 10);
    }

    private static int rank(List<Index.Hit> hits, String heading) {
        for (int i = 0; i < hits.size(); i++) {
            if (hits.get(i).passage().title().endsWith(heading)) {
                return i + 1;
            }
        }
        return 0;
    }

    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Map<String, String> corpus = corpus();
        long before = System.nanoTime();
        Embeddings.available();
        out.printf(Locale.ROOT, "model and native library loaded in %.0f ms%n", (System.nanoTime() - before) / 1e6);
        List<KnowledgeStore.Row> rows = rows(corpus);
        for (int round = 0; round < Integer.getInteger("rounds", 3); round++) {
            before = System.nanoTime();
            rows = rows(corpus);
            double seconds = (System.nanoTime() - before) / 1e9;
            out.printf(
                    Locale.ROOT,
                    "%d documents, %d passages: %.1f documents/s, %.0f passages/s cut and embedded%n",
                    corpus.size(),
                    rows.size(),
                    corpus.size() / seconds,
                    rows.size() / seconds);
        }
        Index index = Index.of(rows);
        List<Question> all = questions();
        for (String language : List.of("en", "de", "fr", "es")) {
            List<Question> questions = all.stream()
                    .filter(each -> each.language().equals(language))
                    .toList();
            out.printf(Locale.ROOT, "%n%s, %d questions%n", language, questions.size());
            for (By by : By.values()) {
                Quality quality = quality(index, questions, by);
                out.printf(
                        Locale.ROOT,
                        "  %-8s recall@5 %.3f  MRR %.3f%n",
                        by.name().toLowerCase(Locale.ROOT),
                        quality.recallAt5(),
                        quality.mrr());
            }
        }
        List<Question> english =
                all.stream().filter(each -> each.language().equals("en")).toList();
        double best = Math.max(
                quality(index, english, By.WORDS).recallAt5(),
                quality(index, english, By.MEANING).recallAt5());
        out.printf(
                Locale.ROOT,
                "%nen: fused recall@5 is %.2f of the better of the two alone (to reach: 1.05)%n%n",
                quality(index, english, By.FUSED).recallAt5() / best);
        timed(out, index, all, "over " + rows.size() + " passages");
        List<KnowledgeStore.Row> many = new ArrayList<>();
        for (int i = 0; many.size() < PADDED; i++) {
            many.add(rows.get(i % rows.size()));
        }
        before = System.nanoTime();
        Index full = Index.of(many);
        out.printf(Locale.ROOT, "index of %d passages built in %.0f ms%n", PADDED, (System.nanoTime() - before) / 1e6);
        timed(out, full, all, "over " + PADDED + " passages, a full base");
    }

    private static void timed(PrintStream out, Index index, List<Question> questions, String what) {
        for (By by : By.values()) {
            List<Long> nanos = new ArrayList<>();
            for (int round = 0; round < 6; round++) {
                for (Question question : questions) {
                    long before = System.nanoTime();
                    found(index, question.text(), by);
                    if (round > 0) {
                        nanos.add(System.nanoTime() - before);
                    }
                }
            }
            Long[] sorted = nanos.stream().sorted(Comparator.naturalOrder()).toArray(Long[]::new);
            out.printf(
                    Locale.ROOT,
                    "%-8s p50 %.2f ms, p99 %.2f ms per query %s%n",
                    by.name().toLowerCase(Locale.ROOT),
                    sorted[sorted.length / 2] / 1e6,
                    sorted[sorted.length * 99 / 100] / 1e6,
                    what);
        }
    }
}
