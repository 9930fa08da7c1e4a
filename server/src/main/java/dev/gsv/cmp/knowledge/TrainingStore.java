package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.knowledge.TrainingDocument.IngestionError;
import dev.gsv.cmp.knowledge.TrainingDocument.Kind;
import dev.gsv.cmp.knowledge.TrainingDocument.Status;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Training documents and their originals. */
@Repository
class TrainingStore {

    private static final String DOCUMENT = """
            select d.*, b.instance_id,
                   (select count(*) from knowledge_chunk c
                    where c.base_id = d.base_id and c.document_id = d.id) as chunks
            from knowledge_document d
            join knowledge_base b on b.org_id = d.org_id and b.id = d.base_id
            where d.org_id = :org and b.instance_id = :instance
            """;

    /** What a base holds already: documents and bytes. */
    record Held(int documents, long bytes) {}

    /** What a deletion takes away: passages and bytes of the original. */
    record Contents(int passages, long originalBytes) {}

    /** A document to be. */
    record NewRow(
            UUID id,
            UUID base,
            Kind kind,
            String title,
            @Nullable String filename,
            String contentType,
            String sha256,
            long sizeBytes) {}

    private final JdbcClient jdbc;

    TrainingStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private static TrainingDocument document(ResultSet row) throws SQLException {
        Status status = Status.valueOf(row.getString("status"));
        String code = row.getString("reason_code");
        return new TrainingDocument(
                row.getObject("id", UUID.class),
                row.getObject("instance_id", UUID.class),
                Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                row.getString("title"),
                row.getString("filename"),
                row.getString("content_type"),
                row.getLong("size_bytes"),
                status,
                row.getInt("progress"),
                row.getInt("chunks"),
                row.getObject("pages", Integer.class),
                code == null ? null : new IngestionError(code, row.getString("reason")),
                row.getInt("attempts"),
                status == Status.RETRY_PENDING ? instant(row.getTimestamp("due_at")) : null,
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant(),
                instant(row.getTimestamp("ready_at")));
    }

    private static @Nullable Instant instant(@Nullable Timestamp time) {
        return time == null ? null : time.toInstant();
    }

    Optional<TrainingDocument> find(OrgId org, UUID instance, UUID document) {
        return jdbc.sql(DOCUMENT + " and d.id = :document")
                .param("org", org.value())
                .param("instance", instance)
                .param("document", document)
                .query((row, n) -> document(row))
                .optional();
    }

    /** Newest first. */
    List<TrainingDocument> list(OrgId org, UUID instance, Page.Slice slice) {
        return jdbc.sql(DOCUMENT + " order by d.id desc limit :limit offset :offset")
                .param("org", org.value())
                .param("instance", instance)
                .param("limit", slice.limit())
                .param("offset", slice.offset())
                .query((row, n) -> document(row))
                .list();
    }

    /** What all bases of an instance hold together. */
    Held held(OrgId org, UUID instance) {
        return jdbc.sql("""
                        select count(*) as documents, coalesce(sum(d.size_bytes), 0) as bytes
                        from knowledge_document d
                        join knowledge_base b on b.org_id = d.org_id and b.id = d.base_id
                        where d.org_id = :org and b.instance_id = :instance
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .query((row, n) -> new Held(row.getInt("documents"), row.getLong("bytes")))
                .single();
    }

    /** The base of a document of this instance. */
    Optional<UUID> base(OrgId org, UUID instance, UUID document) {
        return jdbc.sql("""
                        select d.base_id from knowledge_document d
                        join knowledge_base b on b.org_id = d.org_id and b.id = d.base_id
                        where d.org_id = :org and b.instance_id = :instance and d.id = :document
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("document", document)
                .query(UUID.class)
                .optional();
    }

    void insert(OrgId org, NewRow row) {
        jdbc.sql("""
                        insert into knowledge_document (id, org_id, base_id, kind, title, filename, content_type, sha256,
                                                        size_bytes, characters, status, progress, due_at)
                        values (:id, :org, :base, :kind, :title, :filename, :content_type, :sha256,
                                :size, 0, 'PENDING', 0, now())
                        """)
                .param("org", org.value())
                .param("id", row.id())
                .param("base", row.base())
                .param("kind", row.kind().text())
                .param("title", row.title())
                .param("filename", row.filename())
                .param("content_type", row.contentType())
                .param("sha256", row.sha256())
                .param("size", row.sizeBytes())
                .update();
    }

    void insertPiece(OrgId org, UUID base, UUID document, int piece, byte[] bytes) {
        jdbc.sql("""
                        insert into knowledge_original (org_id, base_id, document_id, piece, bytes)
                        values (:org, :base, :document, :piece, :bytes)
                        """)
                .param("org", org.value())
                .param("base", base)
                .param("document", document)
                .param("piece", piece)
                .param("bytes", bytes)
                .update();
    }

    /** Puts a document that failed, or waits, at the end of the queue. False in any other state. */
    boolean requeue(OrgId org, UUID document, int attempts) {
        return jdbc.sql("""
                        update knowledge_document
                        set status = 'PENDING', progress = 0, reason_code = null, reason = null, due_at = now(),
                            attempts_left = :attempts, updated_at = now()
                        where org_id = :org and id = :document and status in ('FAILED', 'RETRY_PENDING')
                        """)
                        .param("org", org.value())
                        .param("document", document)
                        .param("attempts", attempts)
                        .update()
                == 1;
    }

    Contents contents(OrgId org, UUID document) {
        return jdbc.sql("""
                        select (select count(*) from knowledge_chunk where org_id = :org and document_id = :document),
                               (select coalesce(sum(length(bytes)), 0) from knowledge_original
                                where org_id = :org and document_id = :document)
                        """)
                .param("org", org.value())
                .param("document", document)
                .query((row, n) -> new Contents(row.getInt(1), row.getLong(2)))
                .single();
    }

    /** Rows about a document in every table that may hold some. */
    int remaining(OrgId org, UUID document) {
        return jdbc.sql("""
                        select (select count(*) from knowledge_document where org_id = :org and id = :document)
                             + (select count(*) from knowledge_original where org_id = :org and document_id = :document)
                             + (select count(*) from knowledge_chunk where org_id = :org and document_id = :document)
                        """)
                .param("org", org.value())
                .param("document", document)
                .query(Integer.class)
                .single();
    }

    /** Removes everything that an instance was given. Returns how many bases there were. */
    int removeAll(OrgId org, UUID instance) {
        return jdbc.sql("delete from knowledge_base where org_id = :org and instance_id = :instance")
                .param("org", org.value())
                .param("instance", instance)
                .update();
    }
}
