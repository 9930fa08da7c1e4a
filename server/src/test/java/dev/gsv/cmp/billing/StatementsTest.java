package dev.gsv.cmp.billing;

import static dev.gsv.cmp.billing.Scene.scene;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Section 10 of the conformance sheet: what is derived from the ledger, and stays what it was. */
class StatementsTest {

    private static Statements statements(Scene w) {
        return w.stage.bean(Statements.class);
    }

    private static Statement statement(Scene w, Instant from, Instant to) {
        Statements.Frame frame = statements(w).frame(w.org, from.toString(), to.toString());
        return statements(w).statement(w.org, w.wallet().walletId(), frame);
    }

    private static Credits at(Scene w, Instant time) {
        return statements(w)
                .balance(w.org, w.wallet().walletId(), time.toString())
                .balance();
    }

    private static Scene busy() {
        Scene w = scene(100);
        Random random = new Random(11);
        for (int i = 0; i < 20; i++) {
            w.settle(w.hold(5), random.nextInt(6));
            if (i % 7 == 0) {
                w.ledger.topUp(w.org, Credits.of(10), "order:" + i);
            }
        }
        return w;
    }

    @Test
    void bd_02_the_balance_at_any_time_is_the_sum_of_the_entries_until_then() {
        Scene w = busy();
        for (Entry line : w.entries()) {
            long sum = w.sql("""
                            select sum(amount_micros) from entry
                            where org_id = :org and account = 'wallet' and created_at <= :at::timestamptz
                            """)
                    .param("at", line.createdAt().toString())
                    .query(Long.class)
                    .single();
            assertThat(at(w, line.createdAt())).isEqualTo(new Credits(sum));
        }
        assertThat(at(w, Instant.parse("2020-01-01T00:00:00Z"))).isEqualTo(Credits.ZERO);
        assertThatThrownBy(() -> at(w, Instant.now().plusSeconds(60))).isInstanceOf(KitProblem.Meaningless.class);
    }

    @Test
    void gr_27_one_statement_equals_the_chain_of_its_parts() {
        Scene w = busy();
        List<Entry> lines = w.entries().reversed();
        List<Instant> cuts = new ArrayList<>(List.of(lines.getFirst().createdAt()));
        cuts.add(lines.get(5).createdAt());
        cuts.add(lines.get(11).createdAt());
        cuts.add(lines.getLast().createdAt().plusMillis(1));
        Statement whole = statement(w, cuts.getFirst(), cuts.getLast());
        List<Statement.Line> chained = new ArrayList<>();
        Credits closing = whole.openingBalance();
        for (int i = 0; i + 1 < cuts.size(); i++) {
            Statement part = statement(w, cuts.get(i), cuts.get(i + 1));
            assertThat(part.openingBalance())
                    .as("opens where the one before closed")
                    .isEqualTo(closing);
            closing = part.closingBalance();
            chained.addAll(part.lines());
        }
        assertThat(closing).isEqualTo(whole.closingBalance());
        assertThat(chained).isEqualTo(whole.lines());
        assertThat(chained.getFirst().ledgerEntryId())
                .isEqualTo(lines.getFirst().id());
    }

    @Test
    void bd_06_the_statement_of_a_closed_period_does_not_change() {
        Scene w = busy();
        w.sql("alter table transfer disable trigger transfer_append_only").update();
        w.sql("update transfer set created_at = created_at - interval '5 minutes' where org_id = :org")
                .update();
        w.sql("alter table transfer enable trigger transfer_append_only").update();
        Instant end = Instant.now().minusSeconds(120);
        Instant start = end.minus(1, ChronoUnit.HOURS);
        Statement before = statement(w, start, end);
        assertThat(before.isFinal()).isTrue();
        w.grants().refund(w.org, w.entry("usage"), null, false, "correction");
        w.grants()
                .give(
                        w.org,
                        new Grants.Wanted(
                                Credits.of(5),
                                GrantKind.PROMOTIONAL,
                                null,
                                start,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                "backdated"));
        assertThat(statement(w, start, end)).isEqualTo(before);
        assertThat(statement(w, start, Instant.now()).isFinal()).isFalse();
    }

    @Test
    void bd_01_a_grant_of_the_past_counts_at_the_next_read() {
        Scene w = scene(10);
        assertThat(w.wallet().available()).isEqualTo(Credits.of(10));
        w.grants()
                .give(
                        w.org,
                        new Grants.Wanted(
                                Credits.of(5),
                                GrantKind.PROMOTIONAL,
                                null,
                                Instant.now().minusSeconds(86_400),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                "backdated"));
        w.shows(15);
        assertThat(statement(w, Instant.now().minusSeconds(60), Instant.now()).closingBalance())
                .isEqualTo(Credits.of(15));
    }

    @Test
    void gr_26_balances_and_lineage_follow_from_the_ledger_alone() {
        Scene w = busy();
        w.grant(GrantKind.TRIAL, 10, null);
        SettleOutcome.Closed closed = w.settle(w.hold(15), 15);
        w.grants().refund(w.org, w.entry("usage"), Credits.of(3), false, "part");
        String recompute = """
                select coalesce(sum(g.amount_micros), 0) - coalesce((select sum(micros) from grant_use u
                                                                     where u.org_id = :org), 0)
                from credit_grant g where g.org_id = :org
                """;
        assertThat(new Credits(w.sql(recompute).query(Long.class).single()))
                .isEqualTo(w.wallet().balance());
        Lineage lineage = w.grants().lineage(w.org, Objects.requireNonNull(closed.entry()));
        assertThat(lineage.grants().stream().map(use -> use.kind() + " " + use.amount() + " " + use.bought()))
                .startsWith("trial 10 false")
                .hasSizeGreaterThan(1);
        assertThat(lineage.refunds()).hasSize(1);
        assertThat(lineage.refundable()).isEqualTo(Credits.of(12));
        Laws.hold(w);
    }

    @Test
    void a_refund_returns_to_the_grants_it_came_from() {
        Scene w = scene(0);
        w.grant(GrantKind.TRIAL, 5, null);
        w.grant(GrantKind.PURCHASED, 20, null);
        w.settle(w.hold(15), 7);
        assertThat(w.remaining()).containsExactly(0L, 18L);
        w.grants().refund(w.org, w.entry("usage"), null, false, "sorry");
        assertThat(w.remaining()).containsExactly(5L, 20L);
        w.shows(25);
    }

    @Test
    void tz_15_a_span_of_no_length_is_refused() {
        Scene w = scene(1);
        Instant now = Instant.now();
        assertThatThrownBy(() -> statement(w, now, now)).isInstanceOf(KitProblem.Meaningless.class);
        assertThatThrownBy(() -> statement(w, now, now.minusSeconds(1))).isInstanceOf(KitProblem.Meaningless.class);
        assertThatThrownBy(() -> statement(w, now.minus(400, ChronoUnit.DAYS), now))
                .isInstanceOf(KitProblem.Meaningless.class);
        for (String odd :
                List.of("", "yesterday", "2026-13-01", "2026-11-01T00:00", "+292278994-08-17", "9".repeat(99))) {
            assertThatThrownBy(() -> Statement.Span.time("from", odd)).as(odd).isInstanceOf(KitProblem.Invalid.class);
        }
    }

    @Test
    void text_in_a_csv_is_never_a_formula() {
        assertThat(StatementCsv.cell("=1+1")).isEqualTo("'=1+1");
        assertThat(StatementCsv.cell("@sum(A1)")).isEqualTo("'@sum(A1)");
        assertThat(StatementCsv.cell("-2+3,\"x\"")).isEqualTo("\"'-2+3,\"\"x\"\"\"");
        assertThat(StatementCsv.cell(Credits.of(-5))).isEqualTo("-5");
        assertThat(StatementCsv.cell(null)).isEmpty();
    }

    @Test
    void tz_01_and_tz_02_and_tz_05_periods_are_counted_from_their_anchor() {
        assertThat(begins("2027-01-31T10:00:00Z", Allowance.Recurs.MONTH, 3))
                .containsExactly(
                        "2027-01-31T10:00:00Z", "2027-02-28T10:00:00Z", "2027-03-31T10:00:00Z", "2027-04-30T10:00:00Z");
        assertThat(begins("2028-01-31T10:00:00Z", Allowance.Recurs.MONTH, 1)).endsWith("2028-02-29T10:00:00Z");
        assertThat(begins("2028-02-29T00:00:00Z", Allowance.Recurs.YEAR, 4))
                .containsExactly(
                        "2028-02-29T00:00:00Z",
                        "2029-02-28T00:00:00Z",
                        "2030-02-28T00:00:00Z",
                        "2031-02-28T00:00:00Z",
                        "2032-02-29T00:00:00Z");
        assertThat(begins("2027-03-28T00:30:00Z", Allowance.Recurs.MONTH, 1))
                .as("summer time begins here or there, the period does not care")
                .endsWith("2027-04-28T00:30:00Z");
    }

    private static List<String> begins(String anchor, Allowance.Recurs recurs, int last) {
        Instant start = Instant.parse(anchor);
        Allowance allowance = new Allowance(
                new OrgId(UUID.randomUUID()),
                UUID.randomUUID(),
                GrantKind.INCLUDED,
                30,
                1,
                null,
                recurs,
                start,
                0,
                start,
                null,
                null,
                0,
                0,
                "test");
        List<String> begins = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            begins.add(Objects.requireNonNull(allowance.nextAt()).toString());
            assertThat(allowance.nextAt()).isEqualTo(allowance.begins(i));
            allowance = allowance.begun();
        }
        return begins;
    }
}
