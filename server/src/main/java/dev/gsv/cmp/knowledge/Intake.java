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
     * @throws Unreadable when the plan does not allow so many passages
     */
    @Transactional(rollbackFor = Unreadable.class)
    void put(Claimed claimed, Extract extract, List<Chunks.Chunk> chunks) throws Unreadable {
        if (!store.lock(claimed.org(), claimed.base())) {
            return;
        }
        int limit = training.limits(claimed.org(), claimed.instance()).chunks();
        if (chunks.size() > Chunks.MAX_CHUNKS || store.chunks(claimed.org(), claimed.base()) + chunks.size() > limit) {
            throw new Unreadable(Reason.LIMIT);
        }
        Integer pages = extract.numbered() == 0 ? null : extract.numbered();
        if (queue.ready(claimed.org(), claimed.document(), claimed.attempt(), extract.characters(), pages)) {
            store.insertChunks(claimed.org(), claimed.base(), claimed.document(), chunks);
            store.revise(claimed.org(), claimed.base());
        }
    }
}
