package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.orgs.OrgId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** The table {@code billing_event}: what is to be told. */
@Repository
class EventStore {

    private static final List<Class<? extends BillingEvent>> TYPES = List.of(
            BillingEvent.BalanceLow.class,
            BillingEvent.TopUpRequested.class,
            BillingEvent.TopUpSucceeded.class,
            BillingEvent.TopUpDeclined.class);

    private final JdbcClient jdbc;
    private final JsonMapper mapper;

    EventStore(JdbcClient jdbc, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    void insert(OrgId org, BillingEvent event) {
        jdbc.sql("""
                        insert into billing_event (id, org_id, type, body, created_at)
                        values (:id, :org, :type, :body::jsonb, clock_timestamp())
                        """)
                .param("id", event.id())
                .param("org", org.value())
                .param("type", event.getClass().getSimpleName())
                .param("body", mapper.writeValueAsString(event))
                .update();
    }

    /** What is not told yet, the oldest first. */
    @AllOrgs(because = "tells what is to be told, whoever it concerns")
    List<UUID> untold(int atMost) {
        return jdbc.sql("select id from billing_event where told_at is null order by id limit :at_most")
                .param("at_most", atMost)
                .query((row, number) -> row.getObject("id", UUID.class))
                .list();
    }

    /** Takes an event to tell it; empty when another node did, or does. */
    @AllOrgs(because = "tells what is to be told, whoever it concerns")
    Optional<BillingEvent> take(UUID id) {
        return jdbc.sql("""
                        update billing_event set told_at = clock_timestamp()
                        where id = (select id from billing_event where id = :id and told_at is null
                                    for update skip locked)
                        returning type, body
                        """)
                .param("id", id)
                .query((row, number) -> event(row.getString("type"), row.getString("body")))
                .optional();
    }

    @AllOrgs(because = "removes what was told long ago, whoever it concerned")
    int forget(int days, int atMost) {
        return jdbc.sql("""
                        delete from billing_event where id in (
                            select id from billing_event
                            where told_at < clock_timestamp() - make_interval(days => :days) limit :at_most)
                        """).param("days", days).param("at_most", atMost).update();
    }

    private BillingEvent event(String type, String body) {
        return TYPES.stream()
                .filter(one -> one.getSimpleName().equals(type))
                .findFirst()
                .map(one -> (BillingEvent) mapper.readValue(body, one))
                .orElseThrow(() -> new IllegalStateException("an event of an unknown type: " + type));
    }
}
