package dev.gsv.cmp.instances;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.catalog.Market;
import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 4.3 as a table: every step from every state. */
class InstanceStatesTest {

    private static Market market;
    private static Market.Listing listing;
    private static Market.Buyer buyer;

    @BeforeAll
    static void open() {
        market = Market.open();
        listing = market.listing();
        buyer = market.buyer();
    }

    private static String in(String state) {
        String instance = buyer.subscribes(listing);
        market.jdbc()
                .sql("""
                        update instance
                        set state = :state, terminated_at = case when :state = 'terminated' then now() end
                        where id = :id
                        """)
                .param("state", state)
                .param("id", UUID.fromString(instance))
                .update();
        return instance;
    }

    private static String state(String instance) {
        return buyer.api().get("/api/v1/instances/" + instance).expect(200).at("/state");
    }

    @ParameterizedTest
    @CsvSource({
        "requested, pause, ", "requested, resume, ", "provisioning, pause, ", "provisioning, resume, ",
        "active, pause, paused", "active, resume, active", "paused, pause, paused", "paused, resume, active",
        "terminated, pause, ", "terminated, resume, "
    })
    void every_step_from_every_state(String from, String step, String to) {
        String instance = in(from);
        Api.Reply reply = buyer.api().post("/api/v1/instances/" + instance + "/" + step);
        if (to == null) {
            reply.expect(409, "INVALID_STATE");
        } else {
            assertThat(reply.expect(200).at("/state")).isEqualTo(to);
        }
        assertThat(state(instance)).isEqualTo(to == null ? from : to);
    }

    @ParameterizedTest
    @CsvSource({"requested, active", "provisioning, active", "active, active", "paused, ", "terminated, "})
    void starting_from_every_state(String from, String to) {
        String instance = in(from);
        OrgId org = new OrgId(UUID.fromString(buyer.org()));
        Instances instances = Harness.shared().bean(Instances.class);
        if (to == null) {
            assertThatThrownBy(() -> instances.start(org, UUID.fromString(instance)))
                    .hasMessageContaining("cannot become");
        } else {
            instances.start(org, UUID.fromString(instance));
        }
        assertThat(state(instance)).isEqualTo(to == null ? from : to);
    }

    @ParameterizedTest
    @ValueSource(strings = {"requested", "provisioning", "active", "paused", "terminated"})
    void every_instance_can_be_terminated_again_and_again(String from) {
        String instance = in(from);
        buyer.api().delete("/api/v1/instances/" + instance).expect(204);
        String ended = buyer.api().get("/api/v1/instances/" + instance).at("/terminated_at");
        buyer.api().delete("/api/v1/instances/" + instance).expect(204);
        assertThat(state(instance)).isEqualTo("terminated");
        assertThat(buyer.api().get("/api/v1/instances/" + instance).at("/terminated_at"))
                .isEqualTo(ended)
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({"active, resume", "paused, pause"})
    void repeating_a_step_writes_nothing(String state, String step) {
        String instance = in(state);
        String before = row(instance);
        buyer.api().post("/api/v1/instances/" + instance + "/" + step).expect(200);
        assertThat(row(instance)).isEqualTo(before);
    }

    private static String row(String instance) {
        return market.jdbc()
                .sql("select i.xmin::text || i::text from instance i where id = :id")
                .param("id", UUID.fromString(instance))
                .query(String.class)
                .single();
    }
}
