package dev.gsv.cmp.demo;

import dev.gsv.cmp.kit.AllOrgs;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code demo_seed}. */
@Repository
@AllOrgs(because = "whether the demo was made concerns the installation and no organization")
class DemoStore {
    private final JdbcClient jdbc;

    DemoStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False until the last step of the seed was taken. */
    boolean done() {
        return jdbc.sql("select done_at is not null from demo_seed")
                .query(Boolean.class)
                .single();
    }

    /**
     * Takes or keeps the right to make the demo; false when it is done, or another node is at it.
     *
     * @param alone no other node can be at it, because this one owns the database
     */
    boolean take(UUID node, Duration lease, boolean alone) {
        return jdbc.sql("""
                        update demo_seed
                        set holder = :node, held_until = clock_timestamp() + make_interval(secs => :seconds),
                            updated_at = now()
                        where done_at is null
                          and (:alone or holder is null or holder = :node or held_until < clock_timestamp())
                        """)
                        .param("node", node)
                        .param("seconds", lease.toSeconds())
                        .param("alone", alone)
                        .update()
                == 1;
    }

    void finish(UUID node) {
        jdbc.sql("""
                        update demo_seed
                        set done_at = now(), holder = null, held_until = null, updated_at = now()
                        where done_at is null and holder = :node
                        """).param("node", node).update();
    }

    /** Of the passwords that the accounts have; empty before there are accounts. */
    Optional<String> loginsSha256() {
        return jdbc.sql("select logins_sha256 from demo_seed where logins_sha256 is not null")
                .query(String.class)
                .optional();
    }

    void noteLogins(String sha256) {
        jdbc.sql("update demo_seed set logins_sha256 = :sha256, updated_at = now()")
                .param("sha256", sha256)
                .update();
    }

    /** The buyer's instance; empty before there is one. */
    Optional<UUID> instance() {
        return jdbc.sql("select instance_id from demo_seed where instance_id is not null")
                .query(UUID.class)
                .optional();
    }

    void noteInstance(UUID instance) {
        jdbc.sql("update demo_seed set instance_id = :instance, updated_at = now()")
                .param("instance", instance)
                .update();
    }
}
