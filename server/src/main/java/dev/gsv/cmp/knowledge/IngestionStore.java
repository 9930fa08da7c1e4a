package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.orgs.OrgId;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The queue of documents to be read. Who has claimed one writes under the number of that attempt: after another worker
 * has taken it over, nothing of the first is written any more.
 */
@Repository
class IngestionStore {

    /**
     * A document in the hands of a worker.
     *
     * @param attempt the number that its writes must name
     * @param left attempts after this one
     */
    record Claimed(
            OrgId org,
            UUID base,
            UUID instance,
            UUID document,
            String contentType,
            long sizeBytes,
            int attempt,
            int left) {}

    private final JdbcClient jdbc;

    IngestionStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Takes the document that waits longest, also one whose worker did not answer for the time of its lease. */
    @AllOrgs(because = "workers read the documents of everybody; what comes back names its organization")
    Optional<Claimed> claim(Duration lease) {
        return jdbc.sql("""
                        update knowledge_document d
                        set status = 'INGESTING', progress = 0, attempts = d.attempts + 1,
                            attempts_left = greatest(d.attempts_left - 1, 0), reason_code = null, reason = null,
                            due_at = now() + :lease * interval '1 second', updated_at = now()
                        from (select q.org_id, q.base_id, q.id, q.attempts_left, b.instance_id
                              from knowledge_document q
                              join knowledge_base b on b.org_id = q.org_id and b.id = q.base_id
                              where q.due_at <= now() and b.instance_id is not null
                              order by q.due_at limit 1
                              for no key update of q skip locked) next
                        where d.org_id = next.org_id and d.base_id = next.base_id and d.id = next.id
                        returning d.org_id, d.base_id, next.instance_id, d.id, d.content_type, d.size_bytes, d.attempts,
                                  next.attempts_left - 1 as left_after
                        """)
                .param("lease", lease.toSeconds())
                .query((row, n) -> new Claimed(
                        new OrgId(row.getObject("org_id", UUID.class)),
                        row.getObject("base_id", UUID.class),
                        row.getObject("instance_id", UUID.class),
                        row.getObject("id", UUID.class),
                        row.getString("content_type"),
                        row.getLong("size_bytes"),
                        row.getInt("attempts"),
                        row.getInt("left_after")))
                .optional();
    }

    /** The bytes of a document as they were sent. */
    byte[] original(OrgId org, UUID document, int sizeBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(sizeBytes);
        for (int piece = 0; bytes.size() < sizeBytes; piece++) {
            byte[] next = jdbc.sql("""
                            select bytes from knowledge_original
                            where org_id = :org and document_id = :document and piece = :piece
                            """)
                    .param("org", org.value())
                    .param("document", document)
                    .param("piece", piece)
                    .query(byte[].class)
                    .optional()
                    .orElseThrow(() -> new IllegalStateException("a piece of an original is missing"));
            bytes.writeBytes(next);
        }
        return bytes.toByteArray();
    }

    /** Says how far it is, and that the worker lives. False when the document is no longer this worker's. */
    boolean progress(OrgId org, UUID document, int attempt, int percent, Duration lease) {
        return jdbc.sql("""
                        update knowledge_document
                        set progress = :percent, due_at = now() + :lease * interval '1 second', updated_at = now()
                        where org_id = :org and id = :document and attempts = :attempt and status = 'INGESTING'
                        """)
                        .param("org", org.value())
                        .param("document", document)
                        .param("attempt", attempt)
                        .param("percent", percent)
                        .param("lease", lease.toSeconds())
                        .update()
                == 1;
    }

    /** Marks it as ready. False when the document is no longer this worker's. */
    boolean ready(OrgId org, UUID document, int attempt, int characters, @Nullable Integer pages) {
        return jdbc.sql("""
                        update knowledge_document
                        set status = 'READY', progress = 100, characters = :characters, pages = :pages, due_at = null,
                            ready_at = now(), updated_at = now()
                        where org_id = :org and id = :document and attempts = :attempt and status = 'INGESTING'
                        """)
                        .param("org", org.value())
                        .param("document", document)
                        .param("attempt", attempt)
                        .param("characters", characters)
                        .param("pages", pages, java.sql.Types.INTEGER)
                        .update()
                == 1;
    }

    void fail(OrgId org, UUID document, int attempt, String code, String reason) {
        jdbc.sql("""
                        update knowledge_document
                        set status = 'FAILED', reason_code = :code, reason = :reason, due_at = null, updated_at = now()
                        where org_id = :org and id = :document and attempts = :attempt and status = 'INGESTING'
                        """)
                .param("org", org.value())
                .param("document", document)
                .param("attempt", attempt)
                .param("code", code)
                .param("reason", reason)
                .update();
    }

    void retryLater(OrgId org, UUID document, int attempt, String code, String reason, Duration pause) {
        jdbc.sql("""
                        update knowledge_document
                        set status = 'RETRY_PENDING', reason_code = :code, reason = :reason,
                            due_at = now() + :pause * interval '1 millisecond', updated_at = now()
                        where org_id = :org and id = :document and attempts = :attempt and status = 'INGESTING'
                        """)
                .param("org", org.value())
                .param("document", document)
                .param("attempt", attempt)
                .param("code", code)
                .param("reason", reason)
                .param("pause", pause.toMillis())
                .update();
    }

    /** Gives a document back untouched, because this node stops. */
    void giveBack(OrgId org, UUID document, int attempt) {
        jdbc.sql("""
                        update knowledge_document
                        set status = 'PENDING', progress = 0, due_at = now(), attempts_left = attempts_left + 1,
                            updated_at = now()
                        where org_id = :org and id = :document and attempts = :attempt and status = 'INGESTING'
                        """)
                .param("org", org.value())
                .param("document", document)
                .param("attempt", attempt)
                .update();
    }
}
