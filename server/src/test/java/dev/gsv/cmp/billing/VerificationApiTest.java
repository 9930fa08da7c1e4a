package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.NewOrganization;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The running program: what its own connection may do, and who tells the operator of a row that was touched. */
class VerificationApiTest {

    private static Harness cmp;

    @BeforeAll
    static void start() {
        cmp = Harness.start(Map.of("JOBS_POLL_SECONDS", "1"));
    }

    @AfterAll
    static void stop() {
        cmp.close();
    }

    private static OrgId wallet(String name) {
        String person = Harness.unique(name);
        OrgId org = cmp.bean(Orgs.class)
                .create(Caller.person(person, person, null, false, false), NewOrganization.named(person))
                .id();
        cmp.bean(Ledger.class).topUp(org, Credits.of(50), "order:1");
        cmp.bean(Ledger.class).debit(org, Credits.of(7), EntryType.ADJUSTMENT, "order:2", null);
        return org;
    }

    @Test
    void hc_06_the_programs_own_connection_has_neither_the_right_nor_the_way_around_it() {
        OrgId org = wallet("rights");
        JdbcClient own = cmp.bean(JdbcClient.class);
        assertThat(own.sql("select current_user").query(String.class).single()).isEqualTo("cmp_app");
        for (String statement : List.of(
                "update transfer set amount_micros = 1",
                "delete from transfer",
                "truncate transfer",
                "update wallet_seal set sealed_at = now()",
                "delete from wallet_seal",
                "truncate wallet_seal",
                "delete from reservation",
                "truncate reservation",
                "update reservation set amount_micros = 1",
                "update transfer_other set amount_micros = 1",
                "delete from transfer_other",
                "insert into transfer_other select * from transfer",
                "alter table transfer disable trigger all",
                "drop table transfer",
                "drop trigger transfer_append_only on transfer",
                "create table mine (x int)",
                "create or replace function billing_is_append_only() returns trigger language sql as 'select 1'",
                "set session_replication_role = replica",
                "delete from flyway_schema_history")) {
            assertThatThrownBy(() -> own.sql(statement).update())
                    .as(statement)
                    .hasStackTraceContaining("ERROR")
                    .rootCause()
                    .hasMessageMatching("(?s).*(permission denied|must be owner).*");
        }
        assertThat(own.sql("select billing_make_partitions(3)")
                        .query(Integer.class)
                        .single())
                .as("the one thing that it may have done")
                .isNotNull();
        assertThat(own.sql("select amount_micros from transfer where org_id = :org order by seq")
                        .param("org", org.value())
                        .query(Long.class)
                        .list())
                .containsExactly(50_000_000L, 7_000_000L);
    }

    @Test
    void an_amount_that_the_superuser_changed_is_named_by_the_command_the_endpoint_and_the_gauges() {
        OrgId org = wallet("victim");
        cmp.bean(Seals.class).seal();
        String database = "--DATABASE_URL=" + cmp.database().url();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        assertThat(command(said, database))
                .as(said.toString(StandardCharsets.UTF_8))
                .isEqualTo(VerifyLedger.RIGHT);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("The ledger is right");

        ChainTest.tamper(
                cmp.database(),
                org.toString(),
                "alter table transfer disable trigger all",
                "update transfer set amount_micros = 6000000 where org_id = :org and seq = 2",
                "alter table transfer enable trigger all");
        said.reset();
        assertThat(command(said, database)).isEqualTo(VerifyLedger.WRONG);
        String row = cmp.bean(JdbcClient.class)
                .sql("select id::text from transfer where org_id = :org and seq = 2")
                .param("org", org.value())
                .query(String.class)
                .single();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("line 2 of wallet", row, "6000000", "7000000");

        Verifications verifications = cmp.bean(Verifications.class);
        Verification running = verifications.start(null);
        Verification over = until(running);
        assertThat(over.status()).isEqualTo("failed");
        assertThat(over.findings().getFirst().rowId()).hasToString(row);
        assertThat(cmp.caller().get("/metrics").text()).contains("cmp_ledger_unbalanced");

        ChainTest.tamper(
                cmp.database(),
                org.toString(),
                "update transfer set amount_micros = 7000000 where org_id = :org and seq = 2");
        assertThat(until(verifications.start(null)).status()).isEqualTo("passed");
    }

    private static int command(ByteArrayOutputStream said, String database, String... args) {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return VerifyLedger.run(out, out, List.of(database, "--cmp.database.allow-losing-commits=true"), args);
    }

    private static Verification until(Verification started) {
        Verifications verifications = cmp.bean(Verifications.class);
        for (int i = 0; i < 600; i++) {
            Verification now = verifications.find(started.id());
            if (!now.status().equals("running")) {
                return now;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError("the verification does not end");
    }

    @Test
    void strangers_may_not_ask() {
        cmp.caller().post("/api/v1/admin/ledger/verifications").expect(401);
        cmp.caller().get("/api/v1/admin/ledger/verifications").expect(401);
        cmp.caller().get("/api/v1/admin/ledger/health").expect(401);
    }
}
