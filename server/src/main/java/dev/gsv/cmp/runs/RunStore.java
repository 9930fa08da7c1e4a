package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.HoldOutcome;
import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Rows;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The table {@code run}. */
@Repository
class RunStore {

    private static final TypeReference<List<Run.Node>> TRACE = new TypeReference<>() {};

    private static final String MANY = "each row names its organization; the callers were let into all of them";

    private final JdbcClient jdbc;
    private final JsonMapper mapper;

    RunStore(JdbcClient jdbc, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    /** A run that wants to begin. */
    record Start(
            OrgId org,
            UUID run,
            UUID instance,
            UUID version,
            @Nullable UUID apiKey,
            @Nullable String user,
            String traceId,
            Duration lease,
            Opened.@Nullable Key key) {

        /** The run, once its credit is held. */
        Opened opened(HoldOutcome.Held held) {
            return new Opened(org, run, instance, held.reservation(), key, held.balance());
        }
    }

    /** A run that begins now. */
    record Begun(Opened run, Start start) {}

    /** A run that ends now. */
    record Ended(
            Opened run,
            Ending ending,
            Credits debited,
            Credits absorbed,
            @Nullable Credits balance) {}

    @AllOrgs(because = MANY)
    void insert(Pipeline pipeline, Collection<Begun> begun) {
        if (begun.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        insert into run (org_id, id, instance_id, version_id, api_key_id, user_id, reservation_id,
                                         key_operation, key, trace_id, lease_until, started_at)
                        select org_id, id, instance_id, version_id, api_key_id, user_id, reservation_id, operation, key,
                               trace_id, clock_timestamp() + make_interval(secs => lease), clock_timestamp()
                        from unnest(:orgs::uuid[], :ids::uuid[], :instances::uuid[], :versions::uuid[], :api_keys::uuid[],
                                    :users::text[], :reservations::uuid[], :operations::text[], :keys::text[],
                                    :traces::text[], :leases::bigint[])
                             as n (org_id, id, instance_id, version_id, api_key_id, user_id, reservation_id, operation, key,
                                   trace_id, lease)
                        """,
                Rows.of(begun)
                        .id("orgs", row -> row.run().org().value())
                        .id("ids", row -> row.run().run())
                        .id("instances", row -> row.run().instance())
                        .id("versions", row -> row.start().version())
                        .id("api_keys", row -> row.start().apiKey())
                        .text("users", row -> row.start().user())
                        .id("reservations", row -> row.run().reservation())
                        .text("operations", row -> key(row.run(), Opened.Key::operation))
                        .text("keys", row -> key(row.run(), Opened.Key::key))
                        .text("traces", row -> row.start().traceId())
                        .number("leases", row -> row.start().lease().toSeconds())
                        .columns());
    }

    private static @Nullable String key(Opened run, Function<Opened.Key, String> part) {
        Opened.Key key = run.key();
        return key == null ? null : part.apply(key);
    }

    /** Locks runs that are to end, in one order, and says how they stand. */
    @AllOrgs(because = MANY)
    void lock(Pipeline pipeline, Collection<Opened> runs, Map<UUID, Run.Status> standing) {
        if (runs.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        select r.id, r.status
                        from unnest(:orgs::uuid[], :ids::uuid[]) as n (org_id, id)
                        join run r on r.org_id = n.org_id and r.id = n.id
                        order by r.org_id, r.id
                        for update of r
                        """,
                Rows.of(runs)
                        .id("orgs", row -> row.org().value())
                        .id("ids", Opened::run)
                        .columns(),
                row -> standing.put(row.getObject("id", UUID.class), Run.Status.of(row.getString("status"))));
    }

    @AllOrgs(because = MANY)
    void finish(Pipeline pipeline, Collection<Ended> ended) {
        if (ended.isEmpty()) {
            return;
        }
        pipeline.add(
                """
                        update run r
                        set status = n.status, usage = n.usage, token_source = n.source, debited_micros = n.debited,
                            absorbed_micros = n.absorbed, balance_micros = n.balance, failure_code = n.code,
                            failure_message = n.message, failure_node = n.node, trace = n.trace,
                            finished_at = clock_timestamp()
                        from unnest(:orgs::uuid[], :ids::uuid[], :states::text[], :usages::jsonb[], :sources::text[],
                                    :debited::bigint[], :absorbed::bigint[], :balances::bigint[], :codes::text[],
                                    :messages::text[], :nodes::text[], :traces::jsonb[])
                             as n (org_id, id, status, usage, source, debited, absorbed, balance, code, message, node,
                                   trace)
                        where r.org_id = n.org_id and r.id = n.id and r.status in ('running', 'abandoned')
                        """,
                Rows.of(ended)
                        .id("orgs", row -> row.run().org().value())
                        .id("ids", row -> row.run().run())
                        .text("states", row -> row.ending().status().text())
                        .text(
                                "usages",
                                row -> mapper.writeValueAsString(row.ending().used()))
                        .text("sources", row -> row.ending().used().tokenSource())
                        .number("debited", row -> row.debited().micros())
                        .number("absorbed", row -> row.absorbed().micros())
                        .whole(
                                "balances",
                                row -> row.balance() == null
                                        ? null
                                        : (Long) row.balance().micros())
                        .text("codes", row -> error(row, Run.Error::code))
                        .text("messages", row -> error(row, Run.Error::message))
                        .text("nodes", row -> error(row, Run.Error::node))
                        .text(
                                "traces",
                                row -> mapper.writeValueAsString(row.ending().trace()))
                        .columns());
    }

    private static @Nullable String error(Ended row, Function<Run.Error, @Nullable String> part) {
        Run.Error error = row.ending().error();
        return error == null ? null : part.apply(error);
    }

    /** Runs whose process should have closed them by now, the longest overdue first. */
    @AllOrgs(because = "the dead are looked for in every organization")
    List<Opened> overdue(int atMost) {
        return jdbc.sql("""
                        select org_id, id, instance_id, reservation_id, key_operation, key
                        from run
                        where status = 'running' and lease_until <= (select clock_timestamp())
                        order by lease_until
                        limit :at_most
                        """)
                .param("at_most", atMost)
                .query((row, number) -> {
                    String key = row.getString("key");
                    return new Opened(
                            new OrgId(row.getObject("org_id", UUID.class)),
                            row.getObject("id", UUID.class),
                            row.getObject("instance_id", UUID.class),
                            row.getObject("reservation_id", UUID.class),
                            key == null ? null : Opened.Key.of(row.getString("key_operation"), key),
                            Credits.ZERO);
                })
                .list();
    }

    @AllOrgs(because = "a run's id is looked up to learn which organization's door to knock at")
    Optional<OrgId> owner(UUID run) {
        return jdbc.sql("select org_id from run where id = :id")
                .param("id", run)
                .query((row, number) -> new OrgId(row.getObject("org_id", UUID.class)))
                .optional();
    }

    Optional<Run> find(OrgId org, UUID run) {
        return jdbc.sql("select * from run where org_id = :org and id = :id")
                .param("org", org.value())
                .param("id", run)
                .query(this::run)
                .optional();
    }

    List<Run> list(OrgId org, UUID instance, Page.Slice slice) {
        return jdbc.sql("""
                        select * from run
                        where org_id = :org and instance_id = :instance
                        order by started_at desc, id desc
                        limit :limit offset :offset
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("limit", slice.limit())
                .param("offset", slice.offset())
                .query(this::run)
                .list();
    }

    long count(OrgId org, UUID instance) {
        return jdbc.sql("select count(*) from run where org_id = :org and instance_id = :instance")
                .param("org", org.value())
                .param("instance", instance)
                .query((row, number) -> row.getLong(1))
                .single();
    }

    @AllOrgs(because = "asks only whether the database answers")
    int ping() {
        return jdbc.sql("select 1").query((row, number) -> row.getInt(1)).single();
    }

    private Run run(ResultSet row, int number) throws SQLException {
        Run.Status status = Run.Status.of(row.getString("status"));
        String usage = row.getString("usage");
        String code = row.getString("failure_code");
        Long balance = row.getObject("balance_micros", Long.class);
        OffsetDateTime finished = row.getObject("finished_at", OffsetDateTime.class);
        return new Run(
                row.getObject("id", UUID.class),
                new OrgId(row.getObject("org_id", UUID.class)),
                row.getObject("instance_id", UUID.class),
                row.getObject("version_id", UUID.class),
                row.getObject("api_key_id", UUID.class),
                row.getString("user_id"),
                status,
                usage == null ? null : mapper.readValue(usage, Run.Used.class),
                new Run.Billing(
                        new Credits(row.getLong("debited_micros")),
                        new Credits(row.getLong("absorbed_micros")),
                        balance == null ? null : new Credits(balance),
                        billing(status)),
                code == null
                        ? null
                        : new Run.Error(code, row.getString("failure_message"), row.getString("failure_node")),
                mapper.readValue(row.getString("trace"), TRACE),
                row.getString("trace_id"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant());
    }

    private static String billing(Run.Status status) {
        return switch (status) {
            case RUNNING -> "held";
            case SUCCEEDED -> "settled";
            case FAILED, TIMED_OUT, ABANDONED -> "released";
        };
    }
}
