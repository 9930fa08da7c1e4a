package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;

/** The table {@code plan}. Writing happens with the row of the offering held, so that it has one default. */
@Repository
class PlanStore {

    private final JdbcClient jdbc;

    PlanStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when the slug is taken, or the offering is not the seller's. */
    boolean insert(OrgId provider, UUID offering, UUID id, String slug, NewPlan plan) {
        return written(
                        jdbc.sql("""
                        insert into plan (id, offering_id, name, slug, description, billing_period,
                            price_credits_micros, price_cents, currency, included_credits_micros, monthly_quota,
                            defaults, limits, rate_card, is_default, is_trial, saleor_variant_id)
                        select :id, o.id, :name, :slug, :description, :billing_period,
                            :price_credits, :price_cents, :currency, :included_credits, :monthly_quota,
                            cast(:defaults as jsonb), cast(:limits as jsonb), cast(:rate_card as jsonb), :is_default,
                            :is_trial, :saleor_variant_id
                        from offering o where o.id = :offering and o.provider_org_id = :provider
                        on conflict (offering_id, slug) do nothing
                        """)
                                .param("provider", provider.value())
                                .param("offering", offering)
                                .param("id", id)
                                .param("slug", slug),
                        plan)
                == 1;
    }

    void update(OrgId provider, UUID offering, UUID id, String slug, NewPlan plan) {
        written(
                jdbc.sql("""
                        update plan
                        set name = :name, slug = :slug, description = :description, billing_period = :billing_period,
                            price_credits_micros = :price_credits, price_cents = :price_cents, currency = :currency,
                            included_credits_micros = :included_credits, monthly_quota = :monthly_quota,
                            defaults = cast(:defaults as jsonb), limits = cast(:limits as jsonb),
                            rate_card = cast(:rate_card as jsonb), is_default = :is_default, is_trial = :is_trial,
                            saleor_variant_id = :saleor_variant_id, updated_at = now()
                        from offering o
                        where plan.id = :id and plan.offering_id = :offering and o.id = plan.offering_id
                          and o.provider_org_id = :provider
                        """)
                        .param("provider", provider.value())
                        .param("offering", offering)
                        .param("id", id)
                        .param("slug", slug),
                plan);
    }

    private static int written(StatementSpec statement, NewPlan plan) {
        return statement
                .param("name", plan.name())
                .param("description", plan.description())
                .param(
                        "billing_period",
                        Objects.requireNonNull(plan.billingPeriod()).text())
                .param(
                        "price_credits",
                        Objects.requireNonNull(plan.priceCredits()).micros())
                .param("price_cents", plan.priceCents())
                .param("currency", plan.currency())
                .param(
                        "included_credits",
                        Objects.requireNonNull(plan.includedCredits()).micros())
                .param("monthly_quota", plan.monthlyQuota(), Types.BIGINT)
                .param("defaults", RowsStore.written(plan.defaults()))
                .param("limits", RowsStore.written(plan.limits()))
                .param("rate_card", RowsStore.written(plan.rateCard()))
                .param("is_default", plan.isDefault())
                .param("is_trial", plan.isTrial())
                .param("saleor_variant_id", plan.saleorVariantId())
                .update();
    }

    /** Takes the default away from every plan but one. */
    void onlyDefault(OrgId provider, UUID offering, UUID plan) {
        jdbc.sql("""
                        update plan set is_default = false, updated_at = now()
                        from offering o
                        where plan.offering_id = :offering and plan.is_default and plan.id <> :plan
                          and o.id = plan.offering_id and o.provider_org_id = :provider
                        """)
                .param("provider", provider.value())
                .param("offering", offering)
                .param("plan", plan)
                .update();
    }

    /** The oldest plan becomes the default where none is. */
    void someDefault(OrgId provider, UUID offering) {
        jdbc.sql("""
                        update plan set is_default = true, updated_at = now()
                        where id = (
                            select p.id from plan p
                            join offering o on o.id = p.offering_id and o.provider_org_id = :provider
                            where p.offering_id = :offering order by p.id limit 1)
                          and not exists (select 1 from plan d where d.offering_id = :offering and d.is_default)
                        """)
                .param("provider", provider.value())
                .param("offering", offering)
                .update();
    }

    @AllOrgs(because = "a plan is part of the catalogue")
    Optional<Plan> find(UUID id) {
        return jdbc.sql("select * from plan where id = :id")
                .param("id", id)
                .query(PlanStore::plan)
                .optional();
    }

    /** Holds the plan as it is until the transaction ends; many may do so at once. */
    @AllOrgs(because = "a plan is part of the catalogue")
    Optional<Plan> share(UUID id) {
        return jdbc.sql("select * from plan where id = :id for share")
                .param("id", id)
                .query(PlanStore::plan)
                .optional();
    }

    /** Oldest first. */
    @AllOrgs(because = "a plan is part of the catalogue")
    List<Plan> of(Collection<UUID> offerings) {
        return offerings.isEmpty()
                ? List.of()
                : jdbc.sql("select * from plan where offering_id in (:offerings) order by id")
                        .param("offerings", offerings)
                        .query(PlanStore::plan)
                        .list();
    }

    /** Newest first, of one offering or of all. */
    @AllOrgs(because = "the operator sees the plans of all sellers")
    Page<Plan> page(@Nullable UUID offering, Page.Slice slice) {
        long count = jdbc.sql("""
                        select count(*) from plan
                        where cast(:offering as uuid) is null or offering_id = :offering
                        """)
                .param("offering", offering, Types.OTHER)
                .query(Long.class)
                .single();
        List<Plan> results = jdbc.sql("""
                        select * from plan
                        where cast(:offering as uuid) is null or offering_id = :offering
                        order by id desc limit :limit offset :offset
                        """)
                .param("offering", offering, Types.OTHER)
                .param("limit", slice.limit())
                .param("offset", slice.offset())
                .query(PlanStore::plan)
                .list();
        return Page.of(count, slice, results);
    }

    /** False when something still refers to it: instances, for example. */
    boolean delete(OrgId provider, UUID offering, UUID id) {
        try {
            jdbc.sql("""
                            delete from plan using offering o
                            where plan.id = :id and plan.offering_id = :offering and o.id = plan.offering_id
                              and o.provider_org_id = :provider
                            """)
                    .param("provider", provider.value())
                    .param("offering", offering)
                    .param("id", id)
                    .update();
            return true;
        } catch (DataIntegrityViolationException e) {
            return false;
        }
    }

    private static Plan plan(ResultSet row, int number) throws SQLException {
        int quota = row.getInt("monthly_quota");
        return new Plan(
                RowsStore.id(row, "id"),
                RowsStore.id(row, "offering_id"),
                RowsStore.text(row, "name"),
                RowsStore.text(row, "slug"),
                RowsStore.text(row, "description"),
                BillingPeriod.parse(RowsStore.text(row, "billing_period")),
                new Credits(row.getLong("price_credits_micros")),
                row.getLong("price_cents"),
                RowsStore.text(row, "currency"),
                new Credits(row.getLong("included_credits_micros")),
                quota == 0 ? null : quota,
                RowsStore.json(row, "defaults"),
                RowsStore.json(row, "limits"),
                RowsStore.optionalJson(row, "rate_card"),
                row.getBoolean("is_default"),
                row.getBoolean("is_trial"),
                row.getString("saleor_variant_id"),
                RowsStore.time(row, "created_at"),
                RowsStore.time(row, "updated_at"));
    }
}
