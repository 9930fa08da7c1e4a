package dev.gsv.cmp.catalog;

import dev.gsv.cmp.catalog.Offering.Approval;
import dev.gsv.cmp.catalog.Offering.Decision;
import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.OrgId;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;

/**
 * The table {@code offering}. Reading crosses organizations, for a catalogue is for everybody; writing names the
 * seller.
 */
@Repository
class OfferingStore {

    private static final String COLUMNS = """
            select o.*, p.name as provider_name, p.slug as provider_slug, newest.capabilities
            from offering o
            join organization p on p.id = o.provider_org_id
            left join lateral (
                select v.capabilities from offering_version v
                where v.offering_id = o.id
                order by (v.status = 'published') desc, v.id desc
                limit 1) newest on true
            """;

    private static final String COUNT =
            "select count(*) from offering o join organization p on p.id = o.provider_org_id ";

    /** Below this a word is another word and not a typo. */
    private static final double RESEMBLANCE = 0.45;

    private static final String MATCHING = """
            where (:everything or (o.status = 'published' and p.status = 'active'))
              and (cast(:status as text) is null or :status in (o.status, o.approval))
              and (cast(:category as text) is null or o.category = :category)
              and (cast(:value_stream as text) is null or o.value_streams @> array[cast(:value_stream as text)])
              and (cast(:provider as uuid) is null or o.provider_org_id = :provider)
              and (cast(:words as text) is null
                   or o.search @@ websearch_to_tsquery('simple', :words)
                   or o.search @@ websearch_to_tsquery('english', :words)
                   or catalog_resemblance(:words, o.name || ' ' || catalog_words(o.value_streams)) >= :resemblance)
            """;

    private final JdbcClient jdbc;

    OfferingStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when the slug is taken. */
    boolean insert(OrgId provider, UUID id, String slug, NewOffering offering) {
        return written(
                        jdbc.sql("""
                        insert into offering (id, provider_org_id, name, slug, category, description, value_streams,
                            example_questions, saleor_product_id, thumbnail_url)
                        values (:id, :provider, :name, :slug, :category, :description, :value_streams,
                            :example_questions, :saleor_product_id, :thumbnail_url)
                        on conflict (slug) do nothing
                        """)
                                .param("id", id)
                                .param("provider", provider.value())
                                .param("slug", slug),
                        offering)
                == 1;
    }

    /** Changes all that a seller may write. */
    void update(OrgId provider, UUID id, String slug, NewOffering offering) {
        written(
                jdbc.sql("""
                        update offering
                        set name = :name, slug = :slug, category = :category, description = :description,
                            value_streams = :value_streams, example_questions = :example_questions,
                            saleor_product_id = :saleor_product_id, thumbnail_url = :thumbnail_url, updated_at = now()
                        where id = :id and provider_org_id = :provider
                        """)
                        .param("id", id)
                        .param("provider", provider.value())
                        .param("slug", slug),
                offering);
    }

    private static int written(StatementSpec statement, NewOffering offering) {
        return statement
                .param("name", offering.name())
                .param("category", offering.category().stored())
                .param("description", offering.description())
                .param("value_streams", RowsStore.array(offering.valueStreams()))
                .param("example_questions", RowsStore.array(offering.exampleQuestions()))
                .param("saleor_product_id", offering.saleorProductId())
                .param("thumbnail_url", offering.thumbnailUrl())
                .update();
    }

    @AllOrgs(because = "a catalogue is for everybody; the service hides foreign drafts")
    Optional<Offering> find(UUID id) {
        return jdbc.sql(COLUMNS + "where o.id = :id")
                .param("id", id)
                .query(OfferingStore::offering)
                .optional();
    }

    @AllOrgs(because = "a catalogue is for everybody; the service hides foreign drafts")
    Optional<Offering> findBySlug(String slug) {
        return jdbc.sql(COLUMNS + "where o.slug = :slug")
                .param("slug", slug)
                .query(OfferingStore::offering)
                .optional();
    }

    @AllOrgs(because = "the shop asks by its own product ids; only what is published is answered")
    List<Offering> findBySaleorProducts(List<String> products) {
        return products.isEmpty()
                ? List.of()
                : jdbc.sql(COLUMNS + "where o.saleor_product_id in (:products) and o.status = 'published'")
                        .param("products", products)
                        .query(OfferingStore::offering)
                        .list();
    }

    @AllOrgs(because = "a catalogue is for everybody; the service decides whether drafts are asked for")
    Page<Offering> search(Search search, Page.Slice slice) {
        long count = asked(jdbc.sql(COUNT + MATCHING), search).query(Long.class).single();
        List<Offering> results = asked(jdbc.sql(COLUMNS + MATCHING + """
                        order by
                            case when :ordering = 'RELEVANCE' and cast(:words as text) is not null then
                                ts_rank(o.search, websearch_to_tsquery('english', :words))
                                + ts_rank(o.search, websearch_to_tsquery('simple', :words))
                                + catalog_resemblance(:words, o.name) end desc nulls last,
                            case when :ordering = 'NAME' then lower(o.name) end,
                            case when :ordering = 'NAME_DESCENDING' then lower(o.name) end desc,
                            case when :ordering = 'RATING' then
                                o.review_stars::numeric / nullif(o.review_count, 0) end desc nulls last,
                            case when :ordering = 'OLDEST' then coalesce(o.published_at, o.created_at) end,
                            coalesce(o.published_at, o.created_at) desc,
                            o.id desc
                        limit :limit offset :offset
                        """), search)
                .param("ordering", search.ordering().name())
                .param("limit", slice.limit())
                .param("offset", slice.offset())
                .query(OfferingStore::offering)
                .list();
        return Page.of(count, slice, results);
    }

    private static StatementSpec asked(StatementSpec statement, Search search) {
        Kind category = search.category();
        return statement
                .param("everything", search.everything())
                .param("status", search.status())
                .param("category", category == null ? null : category.stored())
                .param("value_stream", search.valueStream())
                .param("provider", search.provider())
                .param("words", search.words())
                .param("resemblance", RESEMBLANCE);
    }

    long count(OrgId provider) {
        return jdbc.sql("select count(*) from offering where provider_org_id = :provider")
                .param("provider", provider.value())
                .query(Long.class)
                .single();
    }

    /** True when something of the seller is, or was, for sale and has not reached the end of its life. */
    boolean sells(OrgId provider) {
        return jdbc.sql("""
                        select exists (
                            select 1 from offering
                            where provider_org_id = :provider and status in ('published', 'paused', 'eos'))
                        """)
                .param("provider", provider.value())
                .query(Boolean.class)
                .single();
    }

    /** Holds the offering until the transaction ends: versions, plans and status change one after the other. */
    Optional<Offering> lock(OrgId provider, UUID id) {
        return lockAny(id).filter(offering -> offering.providerOrgId().equals(provider));
    }

    @AllOrgs(because = "the operator decides about every listing")
    Optional<Offering> lockAny(UUID id) {
        jdbc.sql("select 1 from offering where id = :id for no key update")
                .param("id", id)
                .query(Integer.class)
                .optional();
        return find(id);
    }

    void status(OrgId provider, UUID id, OfferingStatus status) {
        jdbc.sql("""
                        update offering
                        set status = :status, updated_at = now(),
                            published_at = case when :status = 'published'
                                then coalesce(published_at, now()) else published_at end
                        where id = :id and provider_org_id = :provider
                        """)
                .param("id", id)
                .param("provider", provider.value())
                .param("status", status.text())
                .update();
    }

    void ask(OrgId provider, UUID id) {
        jdbc.sql("""
                        update offering
                        set approval = 'awaiting', approval_reason = null, approval_asked_at = now(),
                            approval_decided_at = null, approval_decided_by = null, updated_at = now()
                        where id = :id and provider_org_id = :provider
                        """).param("id", id).param("provider", provider.value()).update();
    }

    void decide(OrgId provider, UUID id, Decision decision, @Nullable String reason, String operator) {
        jdbc.sql("""
                        update offering
                        set approval = :decision, approval_reason = :reason, approval_decided_at = now(),
                            approval_decided_by = :operator, updated_at = now()
                        where id = :id and provider_org_id = :provider
                        """)
                .param("id", id)
                .param("provider", provider.value())
                .param("decision", decision.text())
                .param("reason", reason)
                .param("operator", operator)
                .update();
    }

    @AllOrgs(because = "the buyer's review moves the rating of the seller's offering")
    void rated(UUID id, int stars) {
        jdbc.sql("""
                        update offering set review_count = review_count + 1, review_stars = review_stars + :stars
                        where id = :id
                        """).param("id", id).param("stars", stars).update();
    }

    /** False when something still refers to it: instances, for example. */
    boolean delete(OrgId provider, UUID id) {
        try {
            jdbc.sql("delete from offering where id = :id and provider_org_id = :provider")
                    .param("id", id)
                    .param("provider", provider.value())
                    .update();
            return true;
        } catch (DataIntegrityViolationException e) {
            return false;
        }
    }

    private static Offering offering(ResultSet row, int number) throws SQLException {
        int reviews = row.getInt("review_count");
        String approval = row.getString("approval");
        return new Offering(
                RowsStore.id(row, "id"),
                new OrgId(RowsStore.id(row, "provider_org_id")),
                new Offering.Provider(RowsStore.text(row, "provider_name"), RowsStore.text(row, "provider_slug")),
                RowsStore.text(row, "name"),
                RowsStore.text(row, "slug"),
                Kind.parse(RowsStore.text(row, "category")),
                RowsStore.text(row, "description"),
                RowsStore.texts(row, "value_streams"),
                RowsStore.texts(row, "example_questions"),
                OfferingStatus.of(RowsStore.text(row, "status")),
                approval == null
                        ? null
                        : new Approval(
                                Decision.of(approval),
                                row.getString("approval_reason"),
                                RowsStore.optionalTime(row, "approval_asked_at"),
                                RowsStore.optionalTime(row, "approval_decided_at")),
                row.getString("saleor_product_id"),
                row.getString("thumbnail_url"),
                reviews == 0
                        ? null
                        : BigDecimal.valueOf(row.getLong("review_stars"))
                                .divide(BigDecimal.valueOf(reviews), 2, RoundingMode.HALF_UP),
                reviews,
                RowsStore.texts(row, "capabilities"),
                List.of(),
                null,
                RowsStore.optionalTime(row, "published_at"),
                RowsStore.time(row, "created_at"),
                RowsStore.time(row, "updated_at"));
    }
}
