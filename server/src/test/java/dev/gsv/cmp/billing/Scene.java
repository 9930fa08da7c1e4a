package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.NewOrganization;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * One wallet on a stage: {@code scene(100)} is the sheet's W(100). Amounts are whole credits; the price of a run is one
 * credit per request, without a minimum, so that "settle 9" costs 9.
 */
final class Scene {

    static final RateCard ONE_EACH = RateCard.of(Json.mapper().readTree("{\"each\": {\"requests\": 1}}"));

    final Stage stage;
    final Ledger ledger;
    final Wallets wallets;
    final OrgId org;
    final UUID instance = UUID.randomUUID();

    private Scene(Stage stage, OrgId org) {
        this.stage = stage;
        this.ledger = stage.bean(Ledger.class);
        this.wallets = stage.bean(Wallets.class);
        this.org = org;
    }

    /** W(n) of the sheet. */
    static Scene scene(long credits) {
        return scene(Stage.shared(), credits);
    }

    static Scene scene(Stage stage, long credits) {
        OrgId org = organization(stage);
        Scene scene = new Scene(stage, org);
        if (credits > 0) {
            scene.ledger.topUp(org, Credits.of(credits), "order:test");
        }
        return scene;
    }

    static OrgId organization(Stage stage) {
        String person = Harness.unique("person");
        return stage.bean(Orgs.class)
                .create(Caller.person(person, person, null, false, false), NewOrganization.named(person))
                .id();
    }

    Grants grants() {
        return stage.bean(Grants.class);
    }

    /** The newest line of this type. */
    UUID entry(String type) {
        return entries().stream()
                .filter(line -> line.entryType().equals(type))
                .findFirst()
                .orElseThrow()
                .id();
    }

    /** Asks for a hold. */
    HoldOutcome ask(long credits) {
        return ledger.hold(new HoldRequest(org, instance, null, Credits.of(credits), ONE_EACH));
    }

    UUID hold(long credits) {
        return ask(credits).orThrow().reservation();
    }

    SettleOutcome.Closed settle(UUID hold, long credits) {
        return ledger.settle(new SettleRequest(org, hold, instance, used(credits)));
    }

    SettleOutcome.Closed release(UUID hold) {
        return release(hold, 0);
    }

    SettleOutcome.Closed release(UUID hold, long measured) {
        return ledger.release(new ReleaseRequest(org, hold, used(measured), "test"));
    }

    static Meters used(long requests) {
        return Meters.of(0, 0, 0, requests, 0);
    }

    Entry grant(GrantKind kind, long credits, Duration life) {
        return ledger.credit(
                org,
                Credits.of(credits),
                kind,
                kind == GrantKind.TRIAL ? EntryType.TRIAL_GRANT : EntryType.TOPUP,
                "grant:" + kind,
                life == null ? null : Instant.now().plus(life));
    }

    /** Lets time pass for this wallet: what it waits for comes nearer. */
    void pass(Duration time) {
        String seconds = time.toSeconds() + " seconds";
        sql("update hold set expires_at = expires_at - :by::interval where org_id = :org")
                .param("by", seconds)
                .update();
        sql("update wallet set due_at = due_at - :by::interval where org_id = :org")
                .param("by", seconds)
                .update();
        sql("""
                        update credit_grant
                        set expires_at = expires_at - :by::interval, effective_at = effective_at - :by::interval
                        where org_id = :org
                        """).param("by", seconds).update();
        sql("""
                        update allowance
                        set starts_at = starts_at - :by::interval, next_at = next_at - :by::interval,
                            expires_at = expires_at - :by::interval
                        where org_id = :org
                        """).param("by", seconds).update();
    }

    /** All open holds end so long from now. */
    void limit(String in) {
        for (String table : List.of("wallet set due_at", "hold set expires_at")) {
            sql("update " + table + " = clock_timestamp() + :in::interval where org_id = :org")
                    .param("in", in)
                    .update();
        }
    }

    JdbcClient.StatementSpec sql(String text) {
        return JdbcClient.create(stage.database().dataSource()).sql(text).param("org", org.value());
    }

    Wallet wallet() {
        return wallets.wallet(org);
    }

    /** W(posted/held) and what is available. */
    void shows(long balance, long reserved, long available) {
        Wallet wallet = wallet();
        assertThat(List.of(wallet.balance(), wallet.reserved(), wallet.available()))
                .as("balance, reserved, available")
                .containsExactly(Credits.of(balance), Credits.of(reserved), Credits.of(available));
        Laws.hold(this);
    }

    void shows(long balance) {
        shows(balance, 0, balance);
    }

    List<Entry> entries() {
        return wallets.ledger(org, dev.gsv.cmp.kit.Page.Slice.of(200, 0));
    }

    String status(UUID hold) {
        return sql("""
                        select status from reservation where org_id = :org and id = :id
                        union all select 'pending' from hold where org_id = :org and id = :id
                        """).param("id", hold).query(String.class).single();
    }

    /** What is left of each grant, in burn order. */
    List<Long> remaining() {
        return sql("""
                        select remaining_micros / 1000000 from credit_grant where org_id = :org
                        order by priority, expires_at nulls last, created_at, id
                        """).query(Long.class).list();
    }

    /** Everything that is written about this wallet, for "no row was written". */
    List<Long> rows() {
        return List.of(count("transfer"), count("hold"), count("reservation"), count("credit_grant"));
    }

    private long count(String table) {
        return sql("select count(*) from " + table + " where org_id = :org")
                .query(Long.class)
                .single();
    }

    /** What a use is for; null for nothing in particular. */
    static Set<String> purposes(@Nullable String use) {
        return use == null ? Set.of() : Set.of(use);
    }
}
