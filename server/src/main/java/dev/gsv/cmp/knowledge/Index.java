package dev.gsv.cmp.knowledge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.jspecify.annotations.Nullable;

/**
 * The passages of one base in memory, searchable by their words (BM25) and by what they mean (HNSW); the two lists are
 * fused by reciprocal rank.
 *
 * <p>Each passage is indexed twice: by {@link EnglishAnalyzer}, so that "refunds" finds "refund", and by
 * {@link StandardAnalyzer}, which leaves words of every other language as they are. A query is only ever broken into
 * words; nothing of it is read as syntax.
 */
final class Index {
    /** Most different words of a query that are searched for. */
    static final int MAX_TERMS = 64;
    /** How many of each list are fused. */
    static final int DEPTH = 50;
    /** What means less alike than this is not found by its meaning: there is always a nearest passage. */
    static final float LEAST_SIMILARITY = 0.35f;
    /** The usual constant of reciprocal rank fusion: how much the first places stand out. */
    private static final int RANK_CONSTANT = 60;

    private static final String ENGLISH = "english";
    private static final String PLAIN = "plain";
    private static final String TITLE = "title";
    private static final String VECTOR = "vector";
    private static final float PLAIN_BOOST = 0.5f;
    private static final float TITLE_BOOST = 1.5f;

    private static final Analyzer STEMMING = new EnglishAnalyzer();
    private static final Analyzer EXACT = new StandardAnalyzer();

    /**
     * A passage that was found.
     *
     * @param words its score by its words; null when they did not find it
     * @param similarity the cosine of what it means and what is asked; null when meaning did not find it
     */
    record Hit(
            Passage passage,
            @Nullable Double words,
            @Nullable Double similarity) {}

    private final DirectoryReader reader;
    private final boolean vectors;

    private Index(DirectoryReader reader, boolean vectors) {
        this.reader = reader;
        this.vectors = vectors;
    }

    static Index of(List<KnowledgeStore.Row> rows) {
        ByteBuffersDirectory directory = new ByteBuffersDirectory();
        try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(STEMMING))) {
            for (KnowledgeStore.Row row : rows) {
                writer.addDocument(document(row));
            }
            writer.commit();
            boolean vectors = rows.stream().anyMatch(row -> row.vector() != null);
            return new Index(DirectoryReader.open(directory), vectors);
        } catch (IOException e) {
            throw new UncheckedIOException("an index in memory cannot fail", e);
        }
    }

    /** Whether any passage of it can be found by its meaning. */
    boolean hasVectors() {
        return vectors;
    }

    private static Document document(KnowledgeStore.Row row) throws IOException {
        String title = row.heading().isEmpty() || row.heading().equals(row.title())
                ? row.title()
                : row.title() + " › " + row.heading();
        Document document = new Document();
        document.add(new StoredField("id", row.document().toString()));
        document.add(new StoredField("shown_title", title));
        document.add(new StoredField("shown_text", row.text()));
        document.add(new StoredField("page", row.page() == null ? 0 : row.page()));
        document.add(new StoredField("from", row.from()));
        document.add(new StoredField("to", row.to()));
        document.add(new TextField(ENGLISH, apart(row.text()), Field.Store.NO));
        document.add(new TextField(TITLE, apart(title), Field.Store.NO));
        document.add(new TextField(PLAIN, EXACT.tokenStream(PLAIN, apart(title + "\n" + row.text()))));
        byte[] vector = row.vector();
        if (vector != null) {
            document.add(new KnnFloatVectorField(VECTOR, Embeddings.vector(vector), VectorSimilarityFunction.COSINE));
        }
        return document;
    }

    /**
     * The best passages of these bases together, best first; words count by how rare they are in all of them.
     *
     * @param meaning the vector of the question; null searches by words only
     */
    static List<Hit> search(List<Index> bases, String question, float @Nullable [] meaning, int topK) {
        try {
            // Not closed: the parts live on in the cache, and closing the whole would close them.
            IndexReader[] readers = bases.stream().map(base -> base.reader).toArray(IndexReader[]::new);
            IndexSearcher searcher = new IndexSearcher(new MultiReader(readers, false));
            int depth = Math.max(DEPTH, topK);
            Map<Integer, Double> words = new LinkedHashMap<>();
            for (ScoreDoc hit : searcher.search(query(question), depth).scoreDocs) {
                words.put(hit.doc, (double) hit.score);
            }
            Map<Integer, Double> similar = meaning == null ? Map.of() : similar(searcher, meaning, depth);
            return fused(searcher, words, similar, topK);
        } catch (IOException e) {
            throw new UncheckedIOException("an index in memory cannot fail", e);
        }
    }

    private static Map<Integer, Double> similar(IndexSearcher searcher, float[] meaning, int depth) throws IOException {
        Map<Integer, Double> similar = new LinkedHashMap<>();
        for (ScoreDoc hit : searcher.search(new KnnFloatVectorQuery(VECTOR, meaning, depth), depth).scoreDocs) {
            double cosine = 2.0 * hit.score - 1;
            if (cosine >= LEAST_SIMILARITY) {
                similar.put(hit.doc, cosine);
            }
        }
        return similar;
    }

    private static List<Hit> fused(
            IndexSearcher searcher, Map<Integer, Double> words, Map<Integer, Double> similar, int topK)
            throws IOException {
        Map<Integer, Double> sums = new LinkedHashMap<>();
        for (Map<Integer, Double> list : List.of(words, similar)) {
            int rank = 1;
            for (Integer doc : list.keySet()) {
                sums.merge(doc, 1.0 / (RANK_CONSTANT + rank++), Double::sum);
            }
        }
        List<Map.Entry<Integer, Double>> best = sums.entrySet().stream()
                .sorted(Map.Entry.<Integer, Double>comparingByValue(Comparator.reverseOrder()))
                .limit(topK)
                .toList();
        List<Hit> hits = new ArrayList<>();
        for (Map.Entry<Integer, Double> each : best) {
            Document document = searcher.storedFields().document(each.getKey());
            // Without a second list there is nothing to fuse: then the score of the words says more.
            double score = similar.isEmpty() ? words.getOrDefault(each.getKey(), 0.0) : each.getValue();
            hits.add(new Hit(passage(document, score), words.get(each.getKey()), similar.get(each.getKey())));
        }
        return hits;
    }

    private static Passage passage(Document document, double score) {
        int page = number(document, "page");
        return new Passage(
                UUID.fromString(document.get("id")),
                document.get("shown_title"),
                document.get("shown_text"),
                score,
                page == 0 ? null : page,
                number(document, "from"),
                number(document, "to"));
    }

    private static int number(Document document, String field) {
        return document.getField(field).numericValue().intValue();
    }

    private static Query query(String question) throws IOException {
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        for (String word : words(STEMMING, question)) {
            query.add(new TermQuery(new Term(ENGLISH, word)), BooleanClause.Occur.SHOULD);
            query.add(new BoostQuery(new TermQuery(new Term(TITLE, word)), TITLE_BOOST), BooleanClause.Occur.SHOULD);
        }
        for (String word : words(EXACT, question)) {
            if (!EnglishAnalyzer.getDefaultStopSet().contains(word)) {
                query.add(
                        new BoostQuery(new TermQuery(new Term(PLAIN, word)), PLAIN_BOOST), BooleanClause.Occur.SHOULD);
            }
        }
        return query.build();
    }

    /** A word of Unicode's rules goes on over these: "status:open" would be found by nobody who asks for "open". */
    private static String apart(String text) {
        return text.replace(':', ' ').replace('_', ' ');
    }

    private static Set<String> words(Analyzer analyzer, String text) throws IOException {
        Set<String> words = new LinkedHashSet<>();
        try (TokenStream stream = analyzer.tokenStream("words", apart(text))) {
            CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
            stream.reset();
            while (words.size() < MAX_TERMS && stream.incrementToken()) {
                words.add(term.toString());
            }
            stream.end();
        }
        return words;
    }
}
