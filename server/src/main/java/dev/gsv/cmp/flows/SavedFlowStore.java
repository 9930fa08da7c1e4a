package dev.gsv.cmp.flows;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.OrgId;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code saved_flow}. */
@Repository
class SavedFlowStore {

    /** The content of a row: a flow and what the check said of it. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Content(byte[] bytes, String sha256, boolean valid, String runtime) {
        static Content of(FlowReport report) {
            return new Content(report.bytes(), report.sha256(), report.valid(), report.runtime());
        }
    }

    private static final String FACTS =
            "id, org_id, offering_id, name, sha256, length(content) as bytes, valid, runtime, created_at, updated_at";

    private final JdbcClient jdbc;

    SavedFlowStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when the drawer is full. The count and the insert are one statement; two at once may go over by one. */
    boolean insert(OrgId org, UUID id, String name, @Nullable UUID offering, Content content, int atMost) {
        return jdbc.sql("""
                        insert into saved_flow (id, org_id, offering_id, name, content, sha256, valid, runtime)
                        select :id, :org, :offering, :name, :content, :sha256, :valid, :runtime
                        where (select count(*) from saved_flow where org_id = :org) < :at_most
                        """)
                        .param("org", org.value())
                        .param("id", id)
                        .param("offering", offering, java.sql.Types.OTHER)
                        .param("name", name)
                        .param("content", content.bytes())
                        .param("sha256", content.sha256())
                        .param("valid", content.valid())
                        .param("runtime", content.runtime())
                        .param("at_most", atMost)
                        .update()
                == 1;
    }

    /** Whose flow it is. */
    @AllOrgs(because = "the owner of a flow is found by its id; who may see it is decided by the service")
    Optional<OrgId> owner(UUID id) {
        return jdbc.sql("select org_id from saved_flow where id = :id")
                .param("id", id)
                .query((row, n) -> new OrgId(row.getObject("org_id", UUID.class)))
                .optional();
    }

    Optional<SavedFlow> find(OrgId org, UUID id) {
        return jdbc.sql("select " + FACTS + ", content from saved_flow where org_id = :org and id = :id")
                .param("org", org.value())
                .param("id", id)
                .query((row, n) -> flow(row, json(row.getBytes("content"))))
                .optional();
    }

    Page<SavedFlow> list(OrgId org, Page.Slice slice) {
        long count = jdbc.sql("select count(*) from saved_flow where org_id = :org")
                .param("org", org.value())
                .query(Long.class)
                .single();
        return Page.of(
                count,
                slice,
                jdbc.sql("select " + FACTS + """
                         from saved_flow where org_id = :org
                        order by id desc limit :limit offset :offset
                        """)
                        .param("org", org.value())
                        .param("limit", slice.limit())
                        .param("offset", slice.offset())
                        .query((row, n) -> flow(row, null))
                        .list());
    }

    /** Changes name and offering, and the content where there is a new one. False when the flow is gone. */
    boolean update(OrgId org, UUID id, String name, @Nullable UUID offering, @Nullable Content content) {
        return jdbc.sql("""
                        update saved_flow set
                            name = :name, offering_id = :offering,
                            content = coalesce(:content, content), sha256 = coalesce(:sha256, sha256),
                            valid = coalesce(:valid, valid), runtime = coalesce(:runtime, runtime),
                            updated_at = now()
                        where org_id = :org and id = :id
                        """)
                        .param("org", org.value())
                        .param("id", id)
                        .param("name", name)
                        .param("offering", offering, java.sql.Types.OTHER)
                        .param("content", content == null ? null : content.bytes(), java.sql.Types.BINARY)
                        .param("sha256", content == null ? null : content.sha256(), java.sql.Types.VARCHAR)
                        .param("valid", content == null ? null : content.valid(), java.sql.Types.BOOLEAN)
                        .param("runtime", content == null ? null : content.runtime(), java.sql.Types.VARCHAR)
                        .update()
                == 1;
    }

    boolean delete(OrgId org, UUID id) {
        return jdbc.sql("delete from saved_flow where org_id = :org and id = :id")
                        .param("org", org.value())
                        .param("id", id)
                        .update()
                == 1;
    }

    private static SavedFlow flow(ResultSet row, @Nullable String json) throws SQLException {
        return new SavedFlow(
                row.getObject("id", UUID.class),
                row.getObject("org_id", UUID.class),
                row.getObject("offering_id", UUID.class),
                row.getString("name"),
                row.getString("sha256"),
                row.getLong("bytes"),
                row.getBoolean("valid"),
                row.getString("runtime"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                json);
    }

    /** The mark at the start of a file has no place inside of an answer. */
    private static String json(byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
}
