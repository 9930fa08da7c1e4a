package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
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

/** The table {@code ledger_verification}. */
@Repository
@AllOrgs(because = "the operator verifies the ledger, not an organization")
class VerificationStore {

    private final JdbcClient jdbc;
    private final JsonMapper mapper;

    VerificationStore(JdbcClient jdbc, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    /** False when one is running, on whichever node. */
    boolean start(UUID id, @Nullable OrgId only) {
        return jdbc.sql("""
                        insert into ledger_verification (id, org_id) values (:id, :org)
                        on conflict ((1)) where status = 'running' do nothing
                        """)
                        .param("id", id)
                        .param("org", only == null ? null : only.value(), Types.OTHER)
                        .update()
                == 1;
    }

    /** Those whose node has died: no sign of life for so long. */
    void abortSilent(Duration silence) {
        jdbc.sql("""
                        update ledger_verification
                        set status = 'aborted', finished_at = clock_timestamp(), reason = 'the node went away'
                        where status = 'running' and seen_at < clock_timestamp() - make_interval(secs => :silence)
                        """).param("silence", silence.toSeconds()).update();
    }

    void forget(Duration age) {
        jdbc.sql("delete from ledger_verification where started_at < clock_timestamp() - make_interval(secs => :age)")
                .param("age", age.toSeconds())
                .update();
    }

    /** False when it has been aborted meanwhile. */
    boolean seen(UUID id, Verifier.Progress progress) {
        return jdbc.sql("""
                        update ledger_verification
                        set seen_at = clock_timestamp(), wallets = :wallets, entries = :entries
                        where id = :id and status = 'running'
                        """)
                        .param("id", id)
                        .param("wallets", progress.wallets())
                        .param("entries", progress.entries())
                        .update()
                == 1;
    }

    void finish(UUID id, Verifier.Outcome outcome) {
        jdbc.sql("""
                        update ledger_verification
                        set status = :status, finished_at = clock_timestamp(), wallets = :wallets, entries = :entries,
                            sealed = :sealed, broken = :broken, findings = :findings::jsonb, fingerprint = :fingerprint
                        where id = :id and status = 'running'
                        """)
                .param("id", id)
                .param("status", outcome.broken() == 0 ? "passed" : "failed")
                .param("wallets", outcome.wallets())
                .param("entries", outcome.entries())
                .param("sealed", outcome.sealed())
                .param("broken", outcome.broken())
                .param("findings", mapper.writeValueAsString(outcome.findings()))
                .param("fingerprint", outcome.fingerprint())
                .update();
    }

    void abort(UUID id, String reason) {
        jdbc.sql("""
                        update ledger_verification
                        set status = 'aborted', finished_at = clock_timestamp(), reason = left(:reason, 500)
                        where id = :id and status = 'running'
                        """).param("id", id).param("reason", reason).update();
    }

    Optional<Verification> find(UUID id) {
        return jdbc.sql("select * from ledger_verification where id = :id")
                .param("id", id)
                .query(this::verification)
                .optional();
    }

    Optional<Verification> running() {
        return jdbc.sql("select * from ledger_verification where status = 'running'")
                .query(this::verification)
                .optional();
    }

    /** The last one of all wallets that came to an end. */
    Optional<Verification> last() {
        return jdbc.sql("""
                        select * from ledger_verification
                        where org_id is null and status in ('passed', 'failed')
                        order by started_at desc
                        limit 1
                        """).query(this::verification).optional();
    }

    long count() {
        return jdbc.sql("select count(*) from ledger_verification")
                .query(Long.class)
                .single();
    }

    List<Verification> page(Page.Slice slice) {
        return jdbc.sql("""
                        select * from ledger_verification order by started_at desc, id limit :limit offset :offset
                        """)
                .param("limit", slice.limit())
                .param("offset", slice.offset())
                .query(this::verification)
                .list();
    }

    private Verification verification(ResultSet row, int number) throws SQLException {
        OffsetDateTime finished = row.getObject("finished_at", OffsetDateTime.class);
        return new Verification(
                row.getObject("id", UUID.class),
                row.getObject("org_id", UUID.class),
                row.getString("status"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant(),
                row.getLong("wallets"),
                row.getLong("entries"),
                row.getLong("sealed"),
                row.getLong("broken"),
                mapper.readValue(row.getString("findings"), new TypeReference<List<Finding>>() {}),
                row.getString("fingerprint"),
                row.getString("reason"));
    }
}
