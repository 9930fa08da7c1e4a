package dev.gsv.cmp.runs;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The table {@code run}. */
@Repository
class RunStore {

    private static final TypeReference<List<Run.Node>> TRACE = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper mapper;

    RunStore(JdbcClient jdbc, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    /** A run that begins now. */
    record Row(
            UUID version, @Nullable UUID apiKey, @Nullable String user, String traceId, Duration lease) {}

    void insert(OrgId org, Opened run, Row row) {
        Opened.Key key = run.key();
        jdbc.sql("""
                        insert into run (org_id, id, instance_id, version_id, api_key_id, user_id, reservation_id,
                                         key_operation, key, trace_id, lease_until, started_at)
                        values (:org, :id, :instance, :version, :api_key, :user, :reservation, :operation, :key, :trace,
                                clock_timestamp() + make_interval(secs => :lease), clock_timestamp())
                        """)
                .param("org", org.value())
                .param("id", run.run())
                .param("instance", run.instance())
                .param("version", row.version())
                .param("api_key", row.apiKey(), Types.OTHER)
                .param("user", row.user(), Types.VARCHAR)
                .param("reservation", run.reservation())
                .param("operation", key == null ? null : key.operation(), Types.VARCHAR)
                .param("key", key == null ? null : key.key(), Types.VARCHAR)
                .param("trace", row.traceId())
                .param("lease", row.lease().toSeconds())
                .update();
    }

    /** Locks a run that is still going on; false when it has ended, for instance because it was taken for dead. */
    boolean lockRunning(OrgId org, UUID run) {
        return jdbc.sql("""
                        select id from run where org_id = :org and id = :id and status = 'running' for update
                        """)
                .param("org", org.value())
                .param("id", run)
                .query((row, number) -> row.getObject("id", UUID.class))
                .optional()
                .isPresent();
    }

    void finish(OrgId org, UUID run, Ending ending, Credits debited, Credits absorbed, Credits balance) {
        Run.Error error = ending.error();
        jdbc.sql("""
                        update run
                        set status = :status, usage = :usage::jsonb, token_source = :source, debited_micros = :debited,
                            absorbed_micros = :absorbed, balance_micros = :balance, failure_code = :code,
                            failure_message = :message, failure_node = :node, trace = :trace::jsonb,
                            finished_at = clock_timestamp()
                        where org_id = :org and id = :id and status = 'running'
                        """)
                .param("org", org.value())
                .param("id", run)
                .param("status", ending.status().text())
                .param("usage", mapper.writeValueAsString(ending.used()))
                .param("source", ending.used().tokenSource())
                .param("debited", debited.micros())
                .param("absorbed", absorbed.micros())
                .param("balance", balance.micros())
                .param("code", error == null ? null : error.code(), Types.VARCHAR)
                .param("message", error == null ? null : error.message(), Types.VARCHAR)
                .param("node", error == null ? null : error.node(), Types.VARCHAR)
                .param("trace", mapper.writeValueAsString(ending.trace()))
                .update();
    }

    void abandon(OrgId org, UUID run) {
        jdbc.sql("""
                        update run
                        set status = 'abandoned', finished_at = clock_timestamp(), debited_micros = 0, absorbed_micros = 0,
                            failure_code = 'ABANDONED', failure_message = 'The process that ran it died.'
                        where org_id = :org and id = :id and status = 'running'
                        """).param("org", org.value()).param("id", run).update();
    }

    /** Runs whose process should have closed them by now, the longest overdue first. */
    @AllOrgs(because = "the dead are looked for in every organization")
    List<Opened> overdue(int atMost) {
        return jdbc.sql("""
                        select org_id, id, instance_id, reservation_id, key_operation, key
                        from run
                        where status = 'running' and lease_until <= clock_timestamp()
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
                            key == null ? null : new Opened.Key(row.getString("key_operation"), key),
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
