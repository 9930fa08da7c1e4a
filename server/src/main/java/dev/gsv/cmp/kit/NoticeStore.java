package dev.gsv.cmp.kit;

import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code notice_revision}, and the channel beside it. */
@Repository
@AllOrgs(because = "nodes tell each other what changed; what changed is read elsewhere, by its own rules")
class NoticeStore {

    /** The one channel of all topics. */
    static final String CHANNEL = "cmp_notices";

    private final JdbcClient jdbc;

    NoticeStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Counts the topic up and tells all nodes, when and if the transaction commits. */
    void tell(String topic, String message) {
        jdbc.sql("""
                        with counted as (
                            insert into notice_revision as r (topic) values (:topic)
                            on conflict (topic) do update set revision = r.revision + 1
                            returning topic, revision
                        )
                        select pg_notify(:channel, topic || ' ' || revision || ' ' || :message) from counted
                        """)
                .param("topic", topic)
                .param("channel", CHANNEL)
                .param("message", message)
                .query((row, number) -> number)
                .list();
    }

    Map<String, Long> revisions() {
        Map<String, Long> found = new HashMap<>();
        jdbc.sql("select topic, revision from notice_revision").query(row -> {
            found.put(row.getString("topic"), row.getLong("revision"));
        });
        return found;
    }
}
