package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.Types;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables of knowledge. */
@Repository
class KnowledgeStore {

    /** A passage as it is kept. */
    record Row(
            UUID document,
            String title,
            String heading,
            String text,
            @Nullable Integer page,
            int from,
            int to,
            @SuppressWarnings("ArrayRecordComponent") byte @Nullable [] vector) {}

    /** A passage without a vector, and what it means. */
    record Bare(OrgId org, UUID base, UUID document, int position, String title, String heading, String text) {}

    private static final RowMapper<Base> BASE = (row, n) -> new Base(
            row.getObject("id", UUID.class),
            new OrgId(row.getObject("org_id", UUID.class)),
            row.getString("name"),
            row.getLong("revision"));

    private final JdbcClient jdbc;

    KnowledgeStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds a base of an offering of this organization, unless there is one of this name. */
    void insertForOffering(OrgId org, UUID id, UUID offering, String name) {
        jdbc.sql("""
                        insert into knowledge_base (id, org_id, offering_id, name)
                        select :id, :org, o.id, :name from offering o
                        where o.id = :offering and o.provider_org_id = :org
                        on conflict do nothing
                        """)
                .param("org", org.value())
                .param("id", id)
                .param("offering", offering)
                .param("name", name)
                .update();
    }

    /** Adds a base of an instance of this organization, unless there is one of this name. */
    void insertForInstance(OrgId org, UUID id, UUID instance, String name) {
        jdbc.sql("""
                        insert into knowledge_base (id, org_id, instance_id, name)
                        select :id, :org, i.id, :name from instance i where i.org_id = :org and i.id = :instance
                        on conflict do nothing
                        """)
                .param("org", org.value())
                .param("id", id)
                .param("instance", instance)
                .param("name", name)
                .update();
    }

    Optional<Base> find(OrgId org, Owner owner, String name) {
        return jdbc.sql("""
                        select id, org_id, name, revision from knowledge_base
                        where org_id = :org and name = :name
                          and offering_id is not distinct from :offering and instance_id is not distinct from :instance
                        """)
                .param("org", org.value())
                .param("name", name)
                .param("offering", owner instanceof Owner.Offering offering ? offering.id() : null, Types.OTHER)
                .param("instance", owner instanceof Owner.Instance instance ? instance.id() : null, Types.OTHER)
                .query(BASE)
                .optional();
    }

    int count(OrgId org, Owner owner) {
        return jdbc.sql("""
                        select count(*) from knowledge_base
                        where org_id = :org
                          and offering_id is not distinct from :offering and instance_id is not distinct from :instance
                        """)
                .param("org", org.value())
                .param("offering", owner instanceof Owner.Offering offering ? offering.id() : null, Types.OTHER)
                .param("instance", owner instanceof Owner.Instance instance ? instance.id() : null, Types.OTHER)
                .query(Integer.class)
                .single();
    }

    /**
     * The bases that a run of this instance may search: its own, and those that its offering's seller put there. An
     * instance of another organization, or of another offering, has none here.
     */
    List<Base> searched(OrgId org, UUID instance, UUID offering, int atMost) {
        return jdbc.sql("""
                        select b.id, b.org_id, b.name, b.revision from knowledge_base b
                        where (b.org_id = :org and b.instance_id = :instance
                               or b.offering_id = :offering
                                  and b.org_id = (select o.provider_org_id from offering o where o.id = :offering))
                          and exists (select from instance i
                                      where i.org_id = :org and i.id = :instance and i.offering_id = :offering)
                        order by b.instance_id nulls last, b.id limit :at_most
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("offering", offering)
                .param("at_most", atMost)
                .query(BASE)
                .list();
    }

    /** Holds the base until the transaction ends. False when it is another organization's. */
    boolean lock(OrgId org, UUID base) {
        return jdbc.sql("select 1 from knowledge_base where org_id = :org and id = :base for no key update")
                .param("org", org.value())
                .param("base", base)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /** Tells every index of this base that it is out of date. */
    void revise(OrgId org, UUID base) {
        jdbc.sql("""
                        update knowledge_base set revision = revision + 1, updated_at = now()
                        where org_id = :org and id = :base
                        """).param("org", org.value()).param("base", base).update();
    }

    Optional<UUID> document(OrgId org, UUID base, String sha256) {
        return jdbc.sql("""
                        select id from knowledge_document
                        where org_id = :org and base_id = :base and sha256 = :sha256
                        """)
                .param("org", org.value())
                .param("base", base)
                .param("sha256", sha256)
                .query(UUID.class)
                .optional();
    }

    int chunks(OrgId org, UUID base) {
        return jdbc.sql("select count(*) from knowledge_chunk where org_id = :org and base_id = :base")
                .param("org", org.value())
                .param("base", base)
                .query(Integer.class)
                .single();
    }

    void insertDocument(OrgId org, UUID base, UUID id, String title, String sha256, int characters) {
        jdbc.sql("""
                        insert into knowledge_document (id, org_id, base_id, title, sha256, characters)
                        values (:id, :org, :base, :title, :sha256, :characters)
                        """)
                .param("org", org.value())
                .param("base", base)
                .param("id", id)
                .param("title", title)
                .param("sha256", sha256)
                .param("characters", characters)
                .update();
    }

    /**
     * Adds all passages of a document with one statement.
     *
     * @param vectors of the passages in the same order, or none at all
     */
    void insertChunks(OrgId org, UUID base, UUID document, List<Chunks.Chunk> chunks, List<byte[]> vectors) {
        jdbc.sql("""
                        insert into knowledge_chunk (org_id, base_id, document_id, position, heading, text, page,
                                                     from_char, to_char, vector)
                        select :org, :base, :document, c.position - 1, c.heading, c.text, nullif(c.page, 0),
                               c.from_char, c.to_char, c.vector
                        from unnest(:headings::text[], :texts::text[], :pages::integer[], :froms::integer[],
                                    :tos::integer[], :vectors::bytea[])
                             with ordinality as c (heading, text, page, from_char, to_char, vector, position)
                        """)
                .param("org", org.value())
                .param("base", base)
                .param("document", document)
                .param("headings", chunks.stream().map(Chunks.Chunk::heading).toArray(String[]::new))
                .param("texts", chunks.stream().map(Chunks.Chunk::text).toArray(String[]::new))
                .param("pages", chunks.stream().map(Chunks.Chunk::page).toArray(Integer[]::new))
                .param("froms", chunks.stream().map(Chunks.Chunk::from).toArray(Integer[]::new))
                .param("tos", chunks.stream().map(Chunks.Chunk::to).toArray(Integer[]::new))
                .param("vectors", vectors.toArray(byte[][]::new))
                .update();
    }

    /** Passages that have no vector yet, all of one base. */
    @AllOrgs(because = "the background makes vectors for everybody; what comes back names its organization")
    List<Bare> unembedded(int atMost) {
        return jdbc.sql("""
                        select c.org_id, c.base_id, c.document_id, c.position, d.title, c.heading, c.text
                        from knowledge_chunk c
                        join knowledge_document d
                          on d.org_id = c.org_id and d.base_id = c.base_id and d.id = c.document_id
                        where c.vector is null
                          and c.base_id = (select base_id from knowledge_chunk where vector is null limit 1)
                        limit :at_most
                        """)
                .param("at_most", atMost)
                .query((row, n) -> new Bare(
                        new OrgId(row.getObject("org_id", UUID.class)),
                        row.getObject("base_id", UUID.class),
                        row.getObject("document_id", UUID.class),
                        row.getInt("position"),
                        row.getString("title"),
                        row.getString("heading"),
                        row.getString("text")))
                .list();
    }

    /** Gives these passages of one base their vectors; one that is gone meanwhile is left out. */
    void embed(OrgId org, UUID base, List<Bare> passages, List<byte[]> vectors) {
        jdbc.sql("""
                        update knowledge_chunk c set vector = v.vector
                        from unnest(:documents::uuid[], :positions::integer[], :vectors::bytea[])
                             as v (document_id, position, vector)
                        where c.org_id = :org and c.base_id = :base and c.document_id = v.document_id
                          and c.position = v.position and c.vector is null
                        """)
                .param("org", org.value())
                .param("base", base)
                .param("documents", passages.stream().map(Bare::document).toArray(UUID[]::new))
                .param("positions", passages.stream().map(Bare::position).toArray(Integer[]::new))
                .param("vectors", vectors.toArray(byte[][]::new))
                .update();
    }

    /** Every passage of a base, for its index. */
    List<Row> rows(OrgId org, UUID base, int atMost) {
        return jdbc.sql("""
                        select c.document_id, d.title, c.heading, c.text, c.page, c.from_char, c.to_char, c.vector
                        from knowledge_chunk c
                        join knowledge_document d
                          on d.org_id = c.org_id and d.base_id = c.base_id and d.id = c.document_id
                        where c.org_id = :org and c.base_id = :base
                        order by c.document_id, c.position limit :at_most
                        """)
                .param("org", org.value())
                .param("base", base)
                .param("at_most", atMost)
                .query((row, n) -> new Row(
                        row.getObject("document_id", UUID.class),
                        row.getString("title"),
                        row.getString("heading"),
                        row.getString("text"),
                        row.getObject("page", Integer.class),
                        row.getInt("from_char"),
                        row.getInt("to_char"),
                        row.getBytes("vector")))
                .list();
    }

    boolean delete(OrgId org, UUID base) {
        return jdbc.sql("delete from knowledge_base where org_id = :org and id = :base")
                        .param("org", org.value())
                        .param("base", base)
                        .update()
                == 1;
    }

    boolean deleteDocument(OrgId org, UUID base, UUID document) {
        return jdbc.sql("delete from knowledge_document where org_id = :org and base_id = :base and id = :document")
                        .param("org", org.value())
                        .param("base", base)
                        .param("document", document)
                        .update()
                == 1;
    }
}
