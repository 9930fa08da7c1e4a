package dev.gsv.cmp.knowledge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;

/**
 * The passages of one base, searchable by BM25, in memory.
 *
 * <p>Each passage is indexed twice: by {@link EnglishAnalyzer}, so that "refunds" finds "refund", and by
 * {@link StandardAnalyzer}, which leaves words of every other language as they are. A query is only ever broken into
 * words; nothing of it is read as syntax.
 */
final class Index {
    /** Most different words of a query that are searched for. */
    static final int MAX_TERMS = 64;

    private static final String ENGLISH = "english";
    private static final String PLAIN = "plain";
    private static final String TITLE = "title";
    private static final float PLAIN_BOOST = 0.5f;
    private static final float TITLE_BOOST = 1.5f;

    private static final Analyzer STEMMING = new EnglishAnalyzer();
    private static final Analyzer EXACT = new StandardAnalyzer();

    private final DirectoryReader reader;

    private Index(DirectoryReader reader) {
        this.reader = reader;
    }

    static Index of(List<KnowledgeStore.Row> rows) {
        ByteBuffersDirectory directory = new ByteBuffersDirectory();
        try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(STEMMING))) {
            for (KnowledgeStore.Row row : rows) {
                writer.addDocument(document(row));
            }
            writer.commit();
            return new Index(DirectoryReader.open(directory));
        } catch (IOException e) {
            throw new UncheckedIOException("an index in memory cannot fail", e);
        }
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
        return document;
    }

    /** The best passages of these bases together, best first; words count by how rare they are in all of them. */
    static List<Passage> search(List<Index> bases, String question, int topK) {
        try {
            // Not closed: the parts live on in the cache, and closing the whole would close them.
            IndexReader[] readers = bases.stream().map(base -> base.reader).toArray(IndexReader[]::new);
            IndexSearcher searcher = new IndexSearcher(new MultiReader(readers, false));
            List<Passage> found = new ArrayList<>();
            for (ScoreDoc hit : searcher.search(query(question), topK).scoreDocs) {
                Document document = searcher.storedFields().document(hit.doc);
                found.add(passage(document, hit.score));
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("an index in memory cannot fail", e);
        }
    }

    private static Passage passage(Document document, float score) {
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
