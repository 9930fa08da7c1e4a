package dev.gsv.cmp.knowledge;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.OrgsProblem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Documents in, passages out. A query names its instance and its offering, and sees the bases of these and no others.
 */
@Service
public class Knowledge {

    public static final int MAX_NAME = 80;
    public static final int MAX_TITLE = 255;
    /** Longest document, in characters. */
    public static final int MAX_TEXT = 1_000_000;
    /** Bases of one offering or instance; all of them are searched together. */
    public static final int MAX_BASES = 20;
    /** Passages of one base; its index is in memory. */
    public static final int MAX_CHUNKS = 20_000;
    /** Longest question; the rest of a longer one is not searched for. */
    public static final int MAX_QUERY = 2_000;

    public static final int MAX_TOP_K = 50;

    /** Passages that may be indexed in memory at once, over all bases of this node: about 150 MB. */
    private static final long MAX_INDEXED_CHUNKS = 40_000;

    private static final Duration INDEX_KEPT_FOR = Duration.ofMinutes(30);

    private record Key(OrgId org, UUID base, long revision) {}

    private record Kept(Index index, int chunks) {}

    private final KnowledgeStore store;
    private final Ids ids;
    private final Cache<Key, Kept> indexes = Caffeine.newBuilder()
            .maximumWeight(MAX_INDEXED_CHUNKS)
            .weigher((Key key, Kept kept) -> kept.chunks() + 1)
            .expireAfterAccess(INDEX_KEPT_FOR)
            .build();

    Knowledge(KnowledgeStore store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    /**
     * The base of this name, made when there is none yet.
     *
     * @throws KitProblem.NotFound when the offering or instance is another organization's
     */
    @Transactional
    public Base base(OrgId org, Owner owner, String name) {
        Findings findings = new Findings();
        String named = findings.name("name", name, MAX_NAME);
        findings.refuse();
        Optional<Base> found = store.find(org, owner, named);
        if (found.isPresent()) {
            return found.get();
        }
        if (store.count(org, owner) >= MAX_BASES) {
            throw new OrgsProblem.LimitReached("knowledge bases of one owner", MAX_BASES);
        }
        switch (owner) {
            case Owner.Offering offering -> store.insertForOffering(org, ids.next(), offering.id(), named);
            case Owner.Instance instance -> store.insertForInstance(org, ids.next(), instance.id(), named);
        }
        return store.find(org, owner, named).orElseThrow(Knowledge::unknown);
    }

    /**
     * Adds a document, cut into passages. The same title and text again change nothing.
     *
     * @param text plain text or Markdown
     * @return the document's id
     * @throws KitProblem.NotFound when the base is another organization's
     * @throws KitProblem.Meaningless when there is nothing in it to find (422)
     */
    @Transactional
    public UUID add(OrgId org, UUID base, String title, String text) {
        Findings findings = new Findings();
        String named = findings.name("title", title, MAX_TITLE);
        String content = findings.text("text", text, MAX_TEXT);
        findings.refuse();
        List<Chunks.Chunk> chunks = Chunks.of(content);
        if (chunks.isEmpty()) {
            throw new KitProblem.Meaningless("The document holds no text.");
        }
        hold(org, base);
        String sha256 = Json.sha256(named, content);
        Optional<UUID> there = store.document(org, base, sha256);
        if (there.isPresent()) {
            return there.get();
        }
        if (chunks.size() > Chunks.MAX_CHUNKS || store.chunks(org, base) + chunks.size() > MAX_CHUNKS) {
            throw new OrgsProblem.LimitReached("passages of one knowledge base", MAX_CHUNKS);
        }
        UUID document = ids.next();
        store.insertDocument(org, base, document, named, sha256, content.codePointCount(0, content.length()));
        store.insertChunks(org, base, document, chunks, List.of());
        store.revise(org, base);
        return document;
    }

    /** Removes a document and its passages. */
    @Transactional
    public void remove(OrgId org, UUID base, UUID document) {
        hold(org, base);
        if (!store.deleteDocument(org, base, document)) {
            throw new KitProblem.NotFound("document");
        }
        store.revise(org, base);
    }

    /** Removes a base with everything in it. */
    @Transactional
    public void remove(OrgId org, UUID base) {
        if (!store.delete(org, base)) {
            throw unknown();
        }
    }

    /**
     * The passages that fit a question best, best first.
     *
     * @param org whose instance it is
     * @param instance an instance of that organization; its own bases are searched
     * @param offering the offering of that instance; its seller's bases are searched
     * @param topK at least 1; at most {@link #MAX_TOP_K} come back
     * @return empty when nothing fits, and for an instance that is not of this organization and offering
     */
    public List<Passage> passages(OrgId org, UUID instance, UUID offering, String query, int topK) {
        return hits(store.searched(org, instance, offering, 2 * MAX_BASES), query, topK).stream()
                .map(Index.Hit::passage)
                .toList();
    }

    /** The same with what each list said, for somebody who tries out what an instance knows. */
    List<Index.Hit> tried(OrgId org, UUID instance, UUID offering, String query, int topK) {
        return hits(store.searched(org, instance, offering, 2 * MAX_BASES), query, topK);
    }

    private List<Index.Hit> hits(List<Base> searched, String query, int topK) {
        List<Index> bases = searched.stream().map(this::index).toList();
        String question = query.length() > MAX_QUERY ? query.substring(0, MAX_QUERY) : query;
        if (bases.isEmpty() || question.isBlank()) {
            return List.of();
        }
        float @Nullable [] meaning = bases.stream().anyMatch(Index::hasVectors)
                ? Embeddings.of(List.of(question)).map(List::getFirst).orElse(null)
                : null;
        return Index.search(bases, question, meaning, Math.clamp(topK, 1, MAX_TOP_K));
    }

    /**
     * The index of this state of a base; a base that changed has another key, and its old index is forgotten in time.
     */
    private Index index(Base base) {
        return indexes.get(new Key(base.org(), base.id(), base.revision()), key -> {
                    List<KnowledgeStore.Row> rows = store.rows(key.org(), key.base(), MAX_CHUNKS);
                    return new Kept(Index.of(rows), rows.size());
                })
                .index();
    }

    /** Takes the base for a change of its content; others wait. */
    private void hold(OrgId org, UUID base) {
        if (!store.lock(org, base)) {
            throw unknown();
        }
    }

    private static KitProblem.NotFound unknown() {
        return new KitProblem.NotFound("knowledge base");
    }
}
