package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.InstanceOfAssertFactories;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The words about wallets, grants and holds. A section may bring more of its own: {@link #and}. */
final class Words {
    private Words() {}

    /** Wallets, grants, holds, and many calls at once. */
    static final Map<String, Table.Word> ALL =
            and(and(and(and(wallets(), balances()), and(holds(), endings())), ManyCalls.words()), GrantWords.words());

    static Map<String, Table.Word> and(Map<String, Table.Word> words, Map<String, Table.Word> more) {
        Map<String, Table.Word> all = new LinkedHashMap<>(words);
        more.forEach((name, word) -> {
            if (all.put(name, word) != null) {
                throw new IllegalStateException("the word '" + name + "' has two meanings");
            }
        });
        return all;
    }

    private static Map<String, Table.Word> wallets() {
        Map<String, Table.Word> words = new LinkedHashMap<>();
        words.put("wallet", (table, said) -> {
            table.newWallet(said.word(), said.more() ? said.amount() : Credits.ZERO);
            return null;
        });
        words.put("topup", (table, said) -> {
            Scene w = said.wallet();
            return w.ledger.topUp(w.org, said.amount(), "order:case");
        });
        words.put("grant", Words::grant);
        words.put("debit", (table, said) -> {
            Scene w = said.wallet();
            return w.ledger.debit(w.org, said.amount(), EntryType.USAGE, "plan:case", w.instance);
        });
        words.put("overdraft", (table, said) -> {
            Scene w = said.wallet();
            w.wallets.agree(w.org, said.amount(), null);
            return null;
        });
        words.put("tick", (table, said) -> {
            Duration time = said.time();
            table.wallets().forEach(w -> w.pass(time));
            return null;
        });
        words.put("sweep", (table, said) -> {
            Scene w = said.wallet();
            ledger(table, said).sweep(w.org);
            return null;
        });
        return words;
    }

    private static Map<String, Table.Word> balances() {
        Map<String, Table.Word> words = new LinkedHashMap<>();
        words.put("show", Words::show);
        words.put("available", (table, said) -> {
            Scene w = said.wallet();
            assertThat(w.wallet().available()).as("available").isEqualTo(said.amount());
            return null;
        });
        words.put("left", (table, said) -> {
            Scene w = said.wallet();
            List<Credits> left = w.sql("""
                            select remaining_micros from credit_grant where org_id = :org
                            order by priority, expires_at nulls last, created_at, id
                            """).query(Long.class).list().stream()
                    .map(Credits::new)
                    .toList();
            assertThat(left).as("left of each grant, in burn order").isEqualTo(said.amounts());
            return null;
        });
        words.put("entries", Words::entries);
        words.put("open", (table, said) -> {
            Scene w = said.wallet();
            assertThat(w.sql("select open_holds from wallet where org_id = :org")
                            .query(Integer.class)
                            .single())
                    .as("open holds in the table")
                    .isEqualTo(said.count());
            return null;
        });
        words.put("last-entry-in", (table, said) -> {
            Scene w = said.wallet();
            w.sql("update wallet set last_entry_at = now() + :in::interval where org_id = :org")
                    .param("in", said.time().toSeconds() + " seconds")
                    .update();
            return null;
        });
        words.put("newest-after", (table, said) -> {
            Scene w = said.wallet();
            assertThat(w.entries().getFirst().createdAt())
                    .as("time of the newest line")
                    .isAfter(Instant.now().plus(said.time()));
            return null;
        });
        words.put("price", Words::price);
        return words;
    }

    /** show A 91 0: posted and held; what is available is the difference. The laws hold as well. */
    private static Object show(Table table, Said said) {
        Scene w = said.wallet();
        Credits posted = said.amount();
        Credits held = said.amount();
        Wallet wallet = w.wallet();
        assertThat(wallet.balance() + "/" + wallet.reserved() + " available " + wallet.available())
                .as("posted/held")
                .isEqualTo(posted + "/" + held + " available " + posted.minus(held));
        Laws.hold(w);
        return null;
    }

    /** grant A trial 100 for 5d. */
    private static Object grant(Table table, Said said) {
        Scene w = said.wallet();
        GrantKind kind = GrantKind.valueOf(said.word().toUpperCase(Locale.ROOT));
        Credits amount = said.amount();
        Instant end = said.is("for") ? Instant.now().plus(said.time()) : null;
        EntryType type = kind == GrantKind.TRIAL ? EntryType.TRIAL_GRANT : EntryType.TOPUP;
        return w.ledger.credit(w.org, amount, kind, type, "grant:" + kind.text(), end);
    }

    /** entries A usage -9 topup 100, the newest first; entries A 2 counts them. */
    private static Object entries(Table table, Said said) {
        Scene w = said.wallet();
        List<Entry> lines = w.entries();
        if (said.isAmount()) {
            assertThat(lines).as("entries").hasSize(said.count());
            return null;
        }
        List<String> expected = new ArrayList<>();
        while (said.more()) {
            expected.add(said.word() + " " + said.amount());
        }
        assertThat(lines.stream().map(line -> line.entryType() + " " + line.amount()))
                .as("entries, the newest first")
                .isEqualTo(expected);
        return null;
    }

    /** price each requests 1; price per_1000 llm_tokens_in 0.03; price standard. */
    private static Object price(Table table, Said said) {
        if (said.is("standard")) {
            table.card = RateCard.STANDARD;
            return null;
        }
        ObjectNode card = JsonNodeFactory.instance.objectNode();
        while (said.more()) {
            card.withObject(said.word()).put(said.word(), said.amount().decimal());
        }
        table.card = RateCard.of(card);
        return null;
    }

    private static Map<String, Table.Word> holds() {
        Map<String, Table.Word> words = new LinkedHashMap<>();
        words.put("hold", (table, said) -> hold(table, said, true));
        words.put("ask", (table, said) -> hold(table, said, false));
        words.put("extend", (table, said) -> {
            Table.Held held = held(table, said);
            return held.scene()
                    .ledger
                    .extend(held.scene().org, held.id(), said.amount())
                    .orThrow();
        });
        words.put("renew", (table, said) -> {
            Table.Held held = said.hold();
            return held.scene().ledger.renew(Map.of(held.id(), held.scene().org));
        });
        words.put("renewed", (table, said) -> {
            assertThat(table.last)
                    .singleElement(InstanceOfAssertFactories.COLLECTION)
                    .hasSize(said.count());
            return null;
        });
        words.put("trace", (table, said) -> {
            String name = said.word();
            HoldRequest request = request(table, said);
            UUID id = table.stage().bean(Ledger.class).refused(request);
            table.newHold(name, new Table.Held(table.wallet(), id));
            return id;
        });
        words.put("settle", (table, said) -> {
            SettleRequest request = settlement(table, said);
            return ledger(table, said).settle(request);
        });
        words.put("release", (table, said) -> ledger(table, said).release(releasing(table, said)));
        return words;
    }

    private static Map<String, Table.Word> endings() {
        Map<String, Table.Word> words = new LinkedHashMap<>();
        words.put("status", (table, said) -> {
            Table.Held held = said.hold();
            assertThat(held.scene().status(held.id())).as("status of the hold").isEqualTo(said.word());
            return null;
        });
        words.put("debited", (table, said) -> {
            assertThat(closed(table).debited()).as("debited").isEqualTo(said.amount());
            return null;
        });
        words.put("absorbed", (table, said) -> {
            assertThat(closed(table).absorbed()).as("absorbed").isEqualTo(said.amount());
            return null;
        });
        words.put("stands", (table, said) -> {
            Table.Held held = said.hold();
            assertThat(micros(held, """
                    select micros from hold, unnest(grant_micros) with ordinality as part (micros, position)
                    where org_id = :org and id = :id order by position
                    """))
                    .as("parts of grants that the hold stands on")
                    .isEqualTo(said.amounts());
            return null;
        });
        words.put("used", (table, said) -> {
            Table.Held held = said.hold();
            assertThat(micros(held, """
                    select u.micros from grant_use u join transfer t on t.org_id = u.org_id and t.id = u.entry_id
                    where t.org_id = :org and t.reference = :id::text order by t.seq, u.position
                    """)).as("parts of grants that were used").isEqualTo(said.amounts());
            return null;
        });
        words.put("paid-by", (table, said) -> {
            Table.Held held = said.hold();
            assertThat(held.scene()
                            .sql("""
                            select g.kind from grant_use u
                            join transfer t on t.org_id = u.org_id and t.id = u.entry_id
                            join credit_grant g on g.org_id = u.org_id and g.id = u.grant_id
                            where t.org_id = :org and t.reference = :id::text order by t.seq, u.position
                            """)
                            .param("id", held.id())
                            .query(String.class)
                            .list())
                    .as("kinds of grants that paid")
                    .containsExactly(said.rest().split(" "));
            return null;
        });
        return words;
    }

    /** hold h1 A 15, hold A 15, hold 15; "ask" leaves no hold on the table and answers a refusal as an answer. */
    private static Object hold(Table table, Said said, boolean keep) {
        String name = !table.hasWallet(said.peek()) && !said.isAmount() ? said.word() : null;
        HoldRequest request = request(table, said);
        HoldOutcome outcome = ledger(table, said).hold(request);
        if (!keep) {
            return outcome;
        }
        HoldOutcome.Held held = outcome.orThrow();
        Scene scene = table.wallets().stream()
                .filter(one -> one.org.equals(request.org()))
                .findFirst()
                .orElseThrow();
        table.newHold(name, new Table.Held(scene, held.reservation()));
        return held;
    }

    static HoldRequest request(Table table, Said said) {
        Scene w = said.wallet();
        return new HoldRequest(w.org, w.instance, null, said.amount(), table.card);
    }

    /** settle h1 9; settle h1 llm_tokens_in 100; then "by B" and "for another instance" for those who may not. */
    static SettleRequest settlement(Table table, Said said) {
        Table.Held held = held(table, said);
        Meters usage = usage(said);
        Scene by = said.is("by") ? said.wallet() : held.scene();
        UUID instance = said.is("elsewhere") ? UUID.randomUUID() : held.scene().instance;
        return new SettleRequest(by.org, held.id(), instance, usage);
    }

    private static Table.Held held(Table table, Said said) {
        return said.is("unknown") ? new Table.Held(table.wallet(), UUID.randomUUID()) : said.hold();
    }

    /** release h1; release h1 measured 3. */
    static ReleaseRequest releasing(Table table, Said said) {
        Table.Held held = held(table, said);
        Meters measured = said.is("measured") ? usage(said) : Meters.NONE;
        Scene by = said.is("by") ? said.wallet() : held.scene();
        return new ReleaseRequest(by.org, held.id(), measured, "case");
    }

    private static Meters usage(Said said) {
        if (said.isAmount()) {
            return Scene.used(Long.parseLong(said.word()));
        }
        ObjectNode used = Json.mapper().createObjectNode();
        while (Meters.NAMES.contains(said.peek())) {
            used.put(said.word(), Long.parseLong(said.word()));
        }
        return Meters.of(used);
    }

    /** At the end of a call: on a second node, or on one whose clock is half a minute slow. */
    private static Ledger ledger(Table table, Said said) {
        Stage node = said.is("@2")
                ? table.node(Duration.ZERO)
                : said.is("@late") ? table.node(Duration.ofSeconds(-30)) : table.stage();
        return node.bean(Ledger.class);
    }

    private static SettleOutcome.Closed closed(Table table) {
        return switch (table.last.getLast()) {
            case SettleOutcome outcome -> outcome.orThrow();
            case Object other -> throw new IllegalArgumentException("nothing was settled or released, but " + other);
        };
    }

    private static List<Credits> micros(Table.Held held, String sql) {
        return held.scene().sql(sql).param("id", held.id()).query(Long.class).list().stream()
                .map(Credits::new)
                .toList();
    }

    /** The status and the code of a refusal. */
    static String face(Problem problem) {
        return problem.status() + " " + problem.code();
    }
}
