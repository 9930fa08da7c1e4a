package dev.gsv.cmp.flows;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code chat_message}. */
@Repository
class ChatMessageStore {

    private final JdbcClient jdbc;

    ChatMessageStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The newest messages of a session, oldest first. */
    List<Turn> last(OrgId org, UUID instance, String session, Instant since, int atMost) {
        return jdbc.sql("""
                        select sender, sender_name, text, created_at from chat_message
                        where org_id = :org and instance_id = :instance and session_id = :session
                          and created_at >= :since
                        order by seq desc limit :at_most
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("session", session)
                .param("since", since.atOffset(ZoneOffset.UTC))
                .param("at_most", atMost)
                .query((row, n) -> new Turn(
                        row.getString("sender"),
                        row.getString("text"),
                        row.getString("sender_name"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list()
                .reversed();
    }

    void insert(OrgId org, UUID instance, String session, Turn turn, Instant at) {
        jdbc.sql("""
                        insert into chat_message (org_id, instance_id, session_id, sender, sender_name, text, created_at)
                        values (:org, :instance, :session, :sender, :sender_name, :text, :at)
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("session", session)
                .param("sender", turn.role())
                .param("sender_name", turn.name())
                .param("text", turn.content())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Removes the oldest messages of a session beyond its limit. */
    void trim(OrgId org, UUID instance, String session, int atMost) {
        jdbc.sql("""
                        delete from chat_message
                        where org_id = :org and instance_id = :instance and session_id = :session
                          and seq <= (select seq from chat_message
                                      where org_id = :org and instance_id = :instance and session_id = :session
                                      order by seq desc offset :at_most limit 1)
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("session", session)
                .param("at_most", atMost)
                .update();
    }

    int delete(OrgId org, UUID instance, String session) {
        return jdbc.sql("""
                        delete from chat_message
                        where org_id = :org and instance_id = :instance and session_id = :session
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("session", session)
                .update();
    }

    int delete(OrgId org, UUID instance) {
        return jdbc.sql("delete from chat_message where org_id = :org and instance_id = :instance")
                .param("org", org.value())
                .param("instance", instance)
                .update();
    }

    @AllOrgs(because = "what is past its time is removed, whoever it belongs to")
    int sweep(Instant before, int atMost) {
        return jdbc.sql("""
                        delete from chat_message m using (
                            select org_id, instance_id, session_id, seq from chat_message
                            where created_at < :before order by created_at limit :at_most) old
                        where m.org_id = old.org_id and m.instance_id = old.instance_id
                          and m.session_id = old.session_id and m.seq = old.seq
                        """)
                .param("before", before.atOffset(ZoneOffset.UTC))
                .param("at_most", atMost)
                .update();
    }
}
