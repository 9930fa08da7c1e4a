package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.Credits;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The words about grants in full: given for later or again and again, taken back, returned to. */
final class GrantWords {
    private GrantWords() {}

    static Map<String, Table.Word> words() {
        Map<String, Table.Word> words = new LinkedHashMap<>();
        words.put("give", GrantWords::give);
        words.put("void", (table, said) -> {
            Scene w = said.wallet();
            return w.grants().takeBack(w.org, grant(w, said.word()));
        });
        words.put("refund", (table, said) -> {
            Scene w = said.wallet();
            Credits amount = said.is("all") ? null : said.amount();
            return w.grants().refund(w.org, w.entry("usage"), amount, said.is("our-fault"), "case");
        });
        words.put("plan-ends", (table, said) -> {
            Scene w = said.wallet();
            w.grants().planEnds(w.org, "plan:case", Instant.now().plus(said.time()));
            return null;
        });
        words.put("next-month", (table, said) -> {
            Scene w = said.wallet();
            months(w, said.more() ? said.count() : 1);
            return null;
        });
        words.put("hold-for", (table, said) -> {
            Scene w = said.wallet();
            Credits amount = said.peekSecond();
            Set<String> capabilities = Set.of(said.word().split(","));
            HoldRequest request = new HoldRequest(w.org, w.instance, null, amount, table.card, capabilities);
            said.amount();
            HoldOutcome.Held held = w.ledger.hold(request).orThrow();
            table.newHold(null, new Table.Held(w, held.reservation()));
            return held;
        });
        words.put("limited", (table, said) -> {
            Scene w = said.wallet();
            assertThat(w.wallet().limited())
                    .as("credit for one capability")
                    .containsExactly(new Wallet.Limited(said.word(), said.amount()));
            return null;
        });
        return words;
    }

    /** give included 100 in 1d for 30d every month rollover 0 30 only image plan. */
    private static Object give(Table table, Said said) {
        Scene w = said.wallet();
        GrantKind kind = GrantKind.valueOf(said.word().toUpperCase(Locale.ROOT));
        Credits amount = said.amount();
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Instant from = said.is("in") ? now.plus(said.time()) : said.is("since") ? now.minus(said.time()) : null;
        Instant end = said.is("for") ? now.plus(said.time()) : null;
        Allowance.Recurs recurs =
                said.is("every") ? Allowance.Recurs.valueOf(said.word().toUpperCase(Locale.ROOT)) : null;
        boolean rolls = said.is("rollover");
        Credits min = rolls ? said.amount() : null;
        Credits max = rolls ? said.amount() : null;
        String only = said.is("only") ? said.word() : null;
        String reference = said.is("plan") ? "plan:case" : "grant:case";
        return w.grants()
                .give(w.org, new Grants.Wanted(amount, kind, null, from, end, only, recurs, null, min, max, reference));
    }

    private static UUID grant(Scene w, String kind) {
        return w.sql("""
                        select id from credit_grant where org_id = :org and kind = :kind
                        union all select id from allowance where org_id = :org and kind = :kind and next_at is not null
                        limit 1
                        """).param("kind", kind).query(UUID.class).single();
    }

    /** So many months pass for this wallet; what it waits for is counted from its anchor, as ever. */
    private static void months(Scene w, int months) {
        for (String change :
                new String[] {"""
            update allowance a
            set starts_at = a.starts_at - :by::interval,
                next_at = a.starts_at - :by::interval + make_interval(months => a.next_period)
            where org_id = :org and next_at is not null""", """
            update credit_grant g
            set effective_at = a.starts_at + make_interval(months => g.period),
                expires_at = a.starts_at + make_interval(months => g.period + 1)
            from allowance a
            where g.org_id = :org and a.org_id = g.org_id and a.id = g.allowance_id and g.voided_at is null""", "update wallet set due_at = due_at - :by::interval where org_id = :org"}) {
            w.sql(change).param("by", months + " months").update();
        }
    }
}
