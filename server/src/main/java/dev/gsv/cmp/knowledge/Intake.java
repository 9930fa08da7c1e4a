package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.knowledge.IngestionStore.Claimed;
import dev.gsv.cmp.knowledge.Unreadable.Reason;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Puts what was read where searches find it: all of a document in one transaction, or nothing. */
@Service
class Intake {
    private final IngestionStore queue;
    private final KnowledgeStore store;
    private final Training training;

    Intake(IngestionStore queue, KnowledgeStore store, Training training) {
        this.queue = queue;
        this.store = store;
        this.training = training;
    }

    /**
     * Makes a document ready. Nothing happens when it was removed meanwhile, or taken over by another worker.
     *
     * @param vectors of the passages; none where there is no model
     * @throws Unreadable when the plan does not allow so many passages
     */
    @Transactional(rollbackFor = Unreadable.class)
    void put(Claimed claimed, Extract extract, List<Chunks.Chunk> chunks, List<byte[]> vectors) throws Unreadable {
        if (!store.lock(claimed.org(), claimed.base())) {
            return;
        }
        int limit = training.limits(claimed.org(), claimed.instance()).chunks();
        if (chunks.size() > Chunks.MAX_CHUNKS || store.chunks(claimed.org(), claimed.base()) + chunks.size() > limit) {
            throw new Unreadable(Reason.LIMIT);
        }
        Integer pages = extract.numbered() == 0 ? null : extract.numbered();
        if (queue.ready(claimed.org(), claimed.document(), claimed.attempt(), extract.characters(), pages)) {
            store.insertChunks(claimed.org(), claimed.base(), claimed.document(), chunks, vectors);
            store.revise(claimed.org(), claimed.base());
        }
    }

    /** Gives passages of one base their vectors; searches find them from here on, in a new index. */
    @Transactional
    void embed(List<KnowledgeStore.Bare> passages, List<byte[]> vectors) {
        KnowledgeStore.Bare first = passages.getFirst();
        if (store.lock(first.org(), first.base())) {
            store.embed(first.org(), first.base(), passages, vectors);
            store.revise(first.org(), first.base());
        }
    }
}
