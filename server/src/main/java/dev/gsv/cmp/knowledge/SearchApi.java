package dev.gsv.cmp.knowledge;

import static dev.gsv.cmp.orgs.Need.MEMBER;

import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Tries out what an instance would find, without a run and without a charge. */
@RestController
class SearchApi {
    private static final int DEFAULT_TOP_K = 5;

    /** @param topK at most 50; absent is 5 */
    record KnowledgeQuestion(
            @Nullable String query, @Nullable Integer topK) {}

    /**
     * A passage and why it was found.
     *
     * @param score by which they are ordered: of the fused list, or of the words where nothing was found by meaning
     * @param wordScore BM25; null when its words did not find it
     * @param similarity cosine of meaning, at most 1; null when its meaning did not find it
     */
    record FoundPassage(
            UUID documentId,
            String title,
            String text,
            double score,
            @Nullable Double wordScore,
            @Nullable Double similarity,
            @Nullable Integer page,
            int fromChar,
            int toChar) {}

    /** Best first. */
    record FoundPassages(List<FoundPassage> passages) {}

    private final Knowledge knowledge;
    private final Instances instances;

    SearchApi(Knowledge knowledge, Instances instances) {
        this.knowledge = knowledge;
        this.instances = instances;
    }

    @PostMapping("/api/v1/instances/{instance_id}/knowledge/query")
    @Needs(MEMBER)
    FoundPassages query(
            Caller caller, @PathVariable("instance_id") UUID instance, @RequestBody KnowledgeQuestion question) {
        Instances.Entered entered = instances.enter(caller, instance);
        Findings findings = new Findings();
        String query = findings.text("query", findings.required("query", question.query(), ""), Knowledge.MAX_QUERY);
        long topK = findings.within(
                "top_k",
                question.topK() == null ? null : question.topK().longValue(),
                1,
                Knowledge.MAX_TOP_K,
                DEFAULT_TOP_K);
        findings.refuse();
        return new FoundPassages(
                knowledge
                        .tried(
                                entered.member().org(),
                                instance,
                                entered.instance().offeringId(),
                                query,
                                (int) topK)
                        .stream()
                        .map(SearchApi::shown)
                        .toList());
    }

    private static FoundPassage shown(Index.Hit hit) {
        Passage passage = hit.passage();
        return new FoundPassage(
                passage.documentId(),
                passage.title(),
                passage.text(),
                passage.score(),
                hit.words(),
                hit.similarity(),
                passage.page(),
                passage.from(),
                passage.to());
    }
}
