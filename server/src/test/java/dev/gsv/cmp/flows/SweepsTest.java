package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Job;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What time has passed over is removed by the jobs of the running program. */
class SweepsTest {

    private final JdbcClient jdbc =
            JdbcClient.create(Harness.shared().database().dataSource());
    private final Seller seller = Seller.open();
    private final Seller.Bought bought = seller.sell(seller.offering());

    private static void run(String bean) {
        Harness.shared().bean(bean, Job.class).work().run();
    }

    private int count(String sql) {
        return jdbc.sql(sql)
                .param("instance", bought.instance())
                .query(Integer.class)
                .single();
    }

    @Test
    void the_running_program_has_a_job_for_each() {
        assertThat(List.of("oldMessages", "leftoverFlows", "quotaSlots", "forgottenKeys", "periods"))
                .extracting(bean -> Harness.shared().bean(bean, Job.class).name())
                .containsExactly(
                        "flows.messages", "flows.leftovers", "quotas.slots", "kit.idempotency", "commerce.renewals");
    }

    @Test
    void messages_past_their_time_go_and_others_stay() {
        for (String age : List.of("89 days", "91 days")) {
            jdbc.sql("""
                            insert into chat_message (org_id, instance_id, session_id, sender, sender_name, text, created_at)
                            values (:org, :instance, 's', 'user', '', :age, now() - cast(:age as interval))
                            """)
                    .param("org", bought.org())
                    .param("instance", bought.instance())
                    .param("age", age)
                    .update();
        }
        run("oldMessages");
        assertThat(jdbc.sql("select text from chat_message where instance_id = :instance")
                        .param("instance", bought.instance())
                        .query(String.class)
                        .list())
                .containsExactly("89 days");
    }

    @Test
    void slots_of_runs_that_never_ended_go() {
        for (String end : List.of("-1 minute", "1 hour")) {
            jdbc.sql("""
                            insert into quota_slot (org_id, instance_id, run_id, expires_at)
                            values (:org, :instance, gen_random_uuid(), now() + cast(:end as interval))
                            """)
                    .param("org", bought.org())
                    .param("instance", bought.instance())
                    .param("end", end)
                    .update();
        }
        run("quotaSlots");
        assertThat(count("select count(*) from quota_slot where instance_id = :instance"))
                .isEqualTo(1);
    }

    @Test
    void idempotency_records_past_their_time_go() {
        for (String end : List.of("-1 minute", "1 hour")) {
            jdbc.sql("""
                            insert into idempotency_record (scope, operation, key, request_hash, expires_at)
                            values (:scope, 'sweep', :end, 'x', now() + cast(:end as interval))
                            """)
                    .param("scope", bought.instance().toString())
                    .param("end", end)
                    .update();
        }
        run("forgottenKeys");
        assertThat(count("select count(*) from idempotency_record where scope = cast(:instance as text)"))
                .isEqualTo(1);
    }
}
