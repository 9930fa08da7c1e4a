package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The slots of runs that go on, in {@code quota_slot}; taken and freed by {@link TurnstileStore}. */
@Repository
@AllOrgs(because = "the runs of a node belong to many organizations; each is named by its own id")
class InstanceQuotaStore {

    private final JdbcClient jdbc;

    InstanceQuotaStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Extends the slots of runs that go on. */
    void renew(Collection<UUID> runs, Duration time) {
        jdbc.sql("""
                        update quota_slot
                        set expires_at = greatest(expires_at, clock_timestamp() + make_interval(secs => :seconds))
                        where run_id = any(:runs::uuid[])
                        """)
                .param("runs", runs.stream().map(UUID::toString).toArray(String[]::new))
                .param("seconds", time.toSeconds())
                .update();
    }

    int sweep(int atMost) {
        return jdbc.sql("""
                        delete from quota_slot
                        where ctid in (
                            select ctid from quota_slot where expires_at <= (select clock_timestamp()) limit :at_most)
                        """).param("at_most", atMost).update();
    }
}
