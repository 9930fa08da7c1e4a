package dev.gsv.cmp.instances;

import dev.gsv.cmp.catalog.Kind;
import dev.gsv.cmp.catalog.OfferingStatus;
import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The table {@code instance}. */
@Repository
class InstanceStore {

    private static final JsonMapper MAPPER = Json.mapper();
    private static final String NOTE =
            "The instance starts when its plan is paid. No payment provider is connected here"
                    + " yet: change to a free plan, or ask the operator.";

    private static final String SELECT = """
            select i.*, g.name as org_name, j.name as project_name, v.version_label, o.name as offering_name,
                o.slug as offering_slug, o.category, p.name as plan_name, p.price_cents, p.currency
            from instance i
            join organization g on g.id = i.org_id
            join project j on j.org_id = i.org_id and j.id = i.project_id
            join offering o on o.id = i.offering_id
            join offering_version v on v.id = i.offering_version_id
            join plan p on p.id = i.plan_id
            """;

    private static final String LISTED = """
            where (:everywhere or i.org_id in (:orgs))
              and (cast(:project as uuid) is null or i.project_id = :project)
              and (cast(:state as text) is null or i.state = :state)
            """;

    private final JdbcClient jdbc;

    InstanceStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A row to be written. */
    record Row(UUID id, UUID project, NewInstance wanted, String name, JsonNode overrides, JsonNode effective) {}

    /** False when the organization's trial of the offering, or its key, is used. */
    boolean insert(OrgId org, Row row) {
        NewInstance wanted = row.wanted();
        return jdbc.sql("""
                        insert into instance (id, org_id, project_id, offering_id, offering_version_id, plan_id, name,
                            state, overrides, effective_config, trial, idempotency_key, created_by)
                        values (:id, :org, :project, :offering, :version, :plan, :name, 'requested',
                            cast(:overrides as jsonb), cast(:effective as jsonb), :trial, :key, :created_by)
                        on conflict do nothing
                        """)
                        .param("id", row.id())
                        .param("org", org.value())
                        .param("project", row.project())
                        .param("offering", wanted.offering().id())
                        .param("version", wanted.version().id())
                        .param("plan", wanted.plan().id())
                        .param("name", row.name())
                        .param("overrides", MAPPER.writeValueAsString(row.overrides()))
                        .param("effective", MAPPER.writeValueAsString(row.effective()))
                        .param("trial", wanted.plan().isTrial())
                        .param("key", wanted.key().orElse(null))
                        .param("created_by", wanted.createdBy())
                        .update()
                == 1;
    }

    Optional<Instance> find(OrgId org, UUID id) {
        return jdbc.sql(SELECT + "where i.org_id = :org and i.id = :id")
                .param("org", org.value())
                .param("id", id)
                .query(InstanceStore::instance)
                .optional();
    }

    /** Holds the instance until the transaction ends. */
    Optional<Instance> lock(OrgId org, UUID id) {
        jdbc.sql("select 1 from instance where org_id = :org and id = :id for no key update")
                .param("org", org.value())
                .param("id", id)
                .query(Integer.class)
                .optional();
        return find(org, id);
    }

    @AllOrgs(because = "finds out whose it is, before the caller is let in")
    Optional<OrgId> owner(UUID id) {
        return jdbc.sql("select org_id from instance where id = :id")
                .param("id", id)
                .query((row, number) -> new OrgId(row.getObject("org_id", UUID.class)))
                .optional();
    }

    /** Newest first. */
    @AllOrgs(because = "the service names the organizations of the caller; everywhere is for operators")
    Page<Instance> list(
            boolean everywhere,
            Collection<OrgId> orgs,
            @Nullable UUID project,
            @Nullable InstanceState state,
            Page.Slice slice) {
        if (orgs.isEmpty() && !everywhere) {
            return Page.of(0, slice, List.of());
        }
        List<UUID> names = orgs.isEmpty()
                ? List.of(new UUID(0, 0))
                : orgs.stream().map(OrgId::value).toList();
        long count = listed("select count(*) from instance i " + LISTED, everywhere, names, project, state)
                .query(Long.class)
                .single();
        List<Instance> results = listed(
                        SELECT + LISTED + "order by i.created_at desc, i.id desc limit :limit offset :offset",
                        everywhere,
                        names,
                        project,
                        state)
                .param("limit", slice.limit())
                .param("offset", slice.offset())
                .query(InstanceStore::instance)
                .list();
        return Page.of(count, slice, results);
    }

    private StatementSpec listed(
            String sql, boolean everywhere, List<UUID> orgs, @Nullable UUID project, @Nullable InstanceState state) {
        return jdbc.sql(sql)
                .param("everywhere", everywhere)
                .param("orgs", orgs)
                .param("project", project)
                .param("state", state == null ? null : state.text());
    }

    long living(OrgId org) {
        return jdbc.sql("select count(*) from instance where org_id = :org and state <> 'terminated'")
                .param("org", org.value())
                .query(Long.class)
                .single();
    }

    boolean hadTrial(OrgId org, UUID offering) {
        return jdbc.sql("""
                        select exists (
                            select 1 from instance where org_id = :org and offering_id = :offering and trial)
                        """)
                .param("org", org.value())
                .param("offering", offering)
                .query(Boolean.class)
                .single();
    }

    /** False when it is in none of the states from which the step is possible. */
    boolean move(OrgId org, UUID id, InstanceState to, Set<InstanceState> from, @Nullable String reason) {
        return jdbc.sql("""
                        update instance
                        set state = :to, updated_at = now(), provisioning_error = null, checkout_url = null,
                            pause_reason = :reason,
                            terminated_at = case when :to = 'terminated' then now() end
                        where org_id = :org and id = :id and state in (:from)
                        """)
                        .param("org", org.value())
                        .param("id", id)
                        .param("to", to.text())
                        .param("from", from.stream().map(InstanceState::text).toList())
                        .param("reason", reason, Types.VARCHAR)
                        .update()
                == 1;
    }

    void rename(OrgId org, UUID id, String name) {
        jdbc.sql("update instance set name = :name, updated_at = now() where org_id = :org and id = :id")
                .param("org", org.value())
                .param("id", id)
                .param("name", name)
                .update();
    }

    /** Writes a configuration and what it follows from; the caller holds the row. */
    void configure(OrgId org, UUID id, UUID version, UUID plan, JsonNode overrides, EffectiveConfig config) {
        jdbc.sql("""
                        update instance
                        set offering_version_id = :version, plan_id = :plan, overrides = cast(:overrides as jsonb),
                            effective_config = cast(:effective as jsonb), inactive_overrides = cast(:inactive as jsonb),
                            config_version = config_version + 1, updated_at = now()
                        where org_id = :org and id = :id
                        """)
                .param("org", org.value())
                .param("id", id)
                .param("version", version)
                .param("plan", plan)
                .param("overrides", MAPPER.writeValueAsString(overrides))
                .param("effective", MAPPER.writeValueAsString(config.document()))
                .param("inactive", MAPPER.writeValueAsString(config.inactive()))
                .update();
    }

    /** Living instances of a plan in the order of their ids, a portion at a time. */
    @AllOrgs(because = "a seller's plan has instances in many organizations")
    List<Instance> ofPlan(UUID plan, UUID after, int atMost) {
        return jdbc.sql(SELECT + """
                        where i.plan_id = :plan and i.state <> 'terminated' and i.id > :after
                        order by i.id limit :at_most for no key update of i
                        """)
                .param("plan", plan)
                .param("after", after)
                .param("at_most", atMost)
                .query(InstanceStore::instance)
                .list();
    }

    @AllOrgs(because = "the gateway knows an instance by its id; it compares the organization with the credential's")
    Optional<Instances.Runnable> runnable(UUID id) {
        return jdbc.sql("""
                        select i.*, o.status as offering_status, o.provider_org_id, v.artifact_s3_key,
                            v.artifact_sha256, v.runtime, v.capabilities, p.limits, p.monthly_quota, p.rate_card,
                            o.slug as offering_slug, p.is_trial
                        from instance i
                        join offering o on o.id = i.offering_id
                        join offering_version v on v.id = i.offering_version_id
                        join plan p on p.id = i.plan_id
                        where i.id = :id
                        """)
                .param("id", id)
                .query((row, number) -> {
                    int quota = row.getInt("monthly_quota");
                    String card = row.getString("rate_card");
                    return new Instances.Runnable(
                            new OrgId(id(row, "org_id")),
                            id(row, "project_id"),
                            id(row, "id"),
                            InstanceState.parse(row.getString("state")),
                            id(row, "offering_id"),
                            new OrgId(id(row, "provider_org_id")),
                            OfferingStatus.of(row.getString("offering_status")),
                            id(row, "offering_version_id"),
                            row.getString("artifact_s3_key"),
                            row.getString("artifact_sha256"),
                            row.getString("runtime"),
                            id(row, "plan_id"),
                            json(row, "effective_config"),
                            row.getInt("config_version"),
                            json(row, "limits"),
                            quota == 0 ? null : quota,
                            card == null ? null : MAPPER.readTree(card),
                            List.of((String[]) row.getArray("capabilities").getArray()),
                            row.getString("offering_slug"),
                            row.getBoolean("is_trial"));
                })
                .optional();
    }

    private static Instance instance(ResultSet row, int number) throws SQLException {
        UUID version = id(row, "offering_version_id");
        InstanceState state = InstanceState.parse(row.getString("state"));
        return new Instance(
                id(row, "id"),
                new OrgId(id(row, "org_id")),
                id(row, "project_id"),
                id(row, "offering_id"),
                version,
                id(row, "plan_id"),
                row.getString("name"),
                state,
                new Instance.Named(id(row, "org_id"), row.getString("org_name")),
                new Instance.Named(id(row, "project_id"), row.getString("project_name")),
                new Instance.OfVersion(
                        version,
                        row.getString("version_label"),
                        new Instance.OfOffering(
                                id(row, "offering_id"),
                                row.getString("offering_name"),
                                row.getString("offering_slug"),
                                Kind.parse(row.getString("category")))),
                new Instance.Named(id(row, "plan_id"), row.getString("plan_name")),
                json(row, "overrides"),
                json(row, "effective_config"),
                row.getInt("config_version"),
                List.of(MAPPER.readValue(row.getString("inactive_overrides"), Problem.Detail[].class)),
                row.getBoolean("trial"),
                state == InstanceState.REQUESTED
                        ? new Instance.PaymentRequired(row.getLong("price_cents"), row.getString("currency"), NOTE)
                        : null,
                row.getString("checkout_url"),
                row.getString("runtime_endpoint"),
                row.getString("provisioning_error"),
                row.getString("pause_reason"),
                Objects.requireNonNull(time(row, "created_at")),
                Objects.requireNonNull(time(row, "updated_at")),
                time(row, "terminated_at"));
    }

    private static UUID id(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getObject(column, UUID.class), column);
    }

    private static JsonNode json(ResultSet row, String column) throws SQLException {
        return MAPPER.readTree(Objects.requireNonNull(row.getString(column), column));
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }
}
