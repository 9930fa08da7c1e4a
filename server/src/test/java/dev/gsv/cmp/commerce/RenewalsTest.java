package dev.gsv.cmp.commerce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.catalog.Market;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Periods of subscriptions: included credits, and what is due again. */
class RenewalsTest {

    private static final String INSTANCES = "/api/v1/instances/";
    private static Market market;
    private static Renewals renewals;

    @BeforeAll
    static void open() {
        market = Market.open();
        renewals = Harness.shared().bean(Renewals.class);
    }

    private static JsonNode wallet(Market.Buyer buyer) {
        return buyer.api().get("/api/v1/wallets/me").expect(200).json();
    }

    private static String balance(Market.Buyer buyer) {
        return wallet(buyer).path("balance").toString();
    }

    /** What lapsed is still part of the balance until the ledger sweeps it. */
    private static String available(Market.Buyer buyer) {
        return wallet(buyer).path("available").toString();
    }

    private static String state(Market.Buyer buyer, String instance) {
        return buyer.api().get(INSTANCES + instance).expect(200).at("/state");
    }

    /** Time passes for a subscription: everything of it lies so much earlier. Grants end with their period. */
    private static void pass(Market.Buyer buyer, String instance, String interval) {
        // One statement: the node's own job looks on.
        market.jdbc()
                .sql("""
                        with cycles as (
                            update billing_cycle set anchor_at = anchor_at - cast(:time as interval),
                                starts_at = starts_at - cast(:time as interval),
                                ends_at = ends_at - cast(:time as interval)
                            where org_id = :org and instance_id = :instance),
                        grants as (
                            update credit_grant set effective_at = effective_at - cast(:time as interval),
                                expires_at = expires_at - cast(:time as interval)
                            where org_id = :org and expires_at is not null),
                        wallets as (
                            update wallet set due_at = due_at - cast(:time as interval) where org_id = :org)
                        update free_allowance set until = until - cast(:time as interval) where org_id = :org
                        """)
                .param("time", interval)
                .param("org", UUID.fromString(buyer.org()))
                .param("instance", UUID.fromString(instance))
                .update();
    }

    private static List<Map<String, Object>> grants(Market.Buyer buyer) {
        return market.jdbc()
                .sql("""
                        select g.amount_micros / 1000000 as credits, g.priority, g.expires_at = c.ends_at as to_the_end
                        from credit_grant g left join billing_cycle c on c.org_id = g.org_id
                        where g.org_id = :org and g.kind = 'included' order by g.created_at, g.id
                        """)
                .param("org", UUID.fromString(buyer.org()))
                .query()
                .listOfRows();
    }

    @Test
    void a_subscription_grants_the_included_credits_until_its_period_ends() {
        Market.Listing listing = market.listing("price_credits", 30, "included_credits", 200);
        Market.Buyer buyer = market.buyer();
        Api once = buyer.api().key(Harness.unique("key"));
        String instance =
                once.post("/api/v1/instances", buyer.wants(listing)).expect(201).at("/id");
        once.post("/api/v1/instances", buyer.wants(listing)).expect(201);
        assertThat(balance(buyer)).isEqualTo("270");
        assertThat(grants(buyer)).containsExactly(Map.of("credits", 200L, "priority", 30, "to_the_end", true));
        JsonNode wallet = wallet(buyer);
        Instant next = Instant.parse(wallet.path("renewal_at").asString());
        assertThat(next)
                .isBetween(
                        Instant.now().plus(Duration.ofDays(27)), Instant.now().plus(Duration.ofDays(32)));
        assertThat(wallet.at("/plan/plan_id").asString()).isEqualTo(listing.plan());
        assertThat(wallet.at("/plan/monthly_credits").toString()).isEqualTo("200");
        buyer.api().delete(INSTANCES + instance).expect(204);
        assertThat(wallet(buyer).path("renewal_at").isNull()).isTrue();
        assertThat(wallet(buyer).path("plan").isNull()).isTrue();
    }

    @Test
    void a_period_is_paid_once_and_its_included_credits_are_granted_once() throws Exception {
        Market.Listing listing = market.listing("price_credits", 10, "included_credits", 50);
        Market.Buyer buyer = market.buyer();
        String instance = buyer.subscribes(listing);
        assertThat(balance(buyer)).isEqualTo("140");
        renewals.all();
        assertThat(balance(buyer)).isEqualTo("140");
        // Six weeks of which nobody renewed anything; then many nodes at once.
        pass(buyer, instance, "42 days");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> nodes = IntStream.range(0, 8)
                    .<Callable<Boolean>>mapToObj(i -> () -> {
                        renewals.all();
                        return true;
                    })
                    .toList();
            for (Future<Boolean> done : threads.invokeAll(nodes)) {
                done.get();
            }
        }
        renewals.all();
        // 50 lapsed, 10 paid, 50 granted.
        assertThat(balance(buyer)).isEqualTo("130");
        assertThat(grants(buyer)).hasSize(2);
        assertThat(grants(buyer).getLast()).containsEntry("to_the_end", true);
        assertThat(Instant.parse(wallet(buyer).path("renewal_at").asString())).isAfter(Instant.now());
        assertThat(state(buyer, instance)).isEqualTo("active");
    }

    @Test
    void whole_periods_in_which_nobody_could_renew_are_not_charged() {
        Market.Buyer buyer = market.buyer();
        String instance = buyer.subscribes(market.listing("price_credits", 10));
        pass(buyer, instance, "130 days");
        renewals.all();
        assertThat(balance(buyer)).isEqualTo("80");
    }

    @Test
    void who_is_short_of_the_next_period_is_paused_and_never_in_debt() {
        Market.Buyer buyer = market.buyer();
        String instance = buyer.subscribes(market.listing("price_credits", 60));
        assertThat(balance(buyer)).isEqualTo("40");
        pass(buyer, instance, "32 days");
        renewals.all();
        renewals.all();
        Api.Reply shown = buyer.api().get(INSTANCES + instance).expect(200);
        assertThat(shown.at("/state")).isEqualTo("paused");
        assertThat(shown.at("/pause_reason")).contains("Add credits", "resume");
        assertThat(balance(buyer)).isEqualTo("40");
        assertThat(wallet(buyer).path("renewal_at").isNull()).isTrue();
        buyer.api().post(INSTANCES + instance + "/resume").expect(402, "INSUFFICIENT_CREDITS");
        assertThat(state(buyer, instance)).isEqualTo("paused");
        market.fund(buyer.org(), 25);
        Api.Reply resumed = buyer.api().post(INSTANCES + instance + "/resume").expect(200);
        assertThat(resumed.at("/state")).isEqualTo("active");
        assertThat(resumed.json().path("pause_reason").isNull()).isTrue();
        assertThat(balance(buyer)).isEqualTo("5");
        buyer.api().post(INSTANCES + instance + "/resume").expect(200);
        renewals.all();
        assertThat(balance(buyer)).isEqualTo("5");
        assertThat(Instant.parse(wallet(buyer).path("renewal_at").asString()))
                .isAfter(Instant.now().plus(Duration.ofDays(27)));
    }

    @Test
    void a_paused_instance_pays_nothing_until_it_is_resumed() {
        Market.Buyer buyer = market.buyer();
        String instance = buyer.subscribes(market.listing("price_credits", 10, "included_credits", 5));
        buyer.api().post(INSTANCES + instance + "/pause").expect(200);
        pass(buyer, instance, "70 days");
        renewals.all();
        assertThat(available(buyer)).isEqualTo("90");
        assertThat(state(buyer, instance)).isEqualTo("paused");
        buyer.api().post(INSTANCES + instance + "/resume").expect(200);
        assertThat(balance(buyer)).isEqualTo("85");
        buyer.api().post(INSTANCES + instance + "/pause").expect(200);
        buyer.api().post(INSTANCES + instance + "/resume").expect(200);
        assertThat(balance(buyer)).isEqualTo("85");
    }

    @Test
    void an_ended_instance_is_not_renewed() {
        Market.Buyer buyer = market.buyer();
        String instance = buyer.subscribes(market.listing("price_credits", 10));
        buyer.api().delete(INSTANCES + instance).expect(204);
        pass(buyer, instance, "70 days");
        renewals.all();
        assertThat(balance(buyer)).isEqualTo("90");
    }

    @Test
    void a_plan_without_a_price_grants_once_a_period_however_often_it_is_subscribed() {
        Market.Listing listing = market.listing("included_credits", 40);
        Market.Buyer buyer = market.buyer();
        String first = buyer.subscribes(listing);
        buyer.api().delete(INSTANCES + first).expect(204);
        String second = buyer.subscribes(listing);
        buyer.subscribes(listing);
        assertThat(balance(buyer)).isEqualTo("140");
        pass(buyer, second, "32 days");
        renewals.all();
        assertThat(balance(buyer)).isEqualTo("140");
        assertThat(grants(buyer).stream().filter(grant -> Long.valueOf(40).equals(grant.get("credits"))))
                .isNotEmpty();
        assertThat(market.jdbc()
                        .sql("select count(*) from credit_grant where org_id = :org and kind = 'included'")
                        .param("org", UUID.fromString(buyer.org()))
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void a_seller_makes_no_credit_with_plans_of_their_own() {
        Market.Listing listing = market.listing("included_credits", 500);
        String project = market.api()
                .get("/api/v1/orgs/" + market.provider() + "/projects")
                .at("/results/0/id");
        market.api()
                .post(
                        "/api/v1/instances",
                        Map.of(
                                "offering_version_id",
                                listing.version(),
                                "org_id",
                                market.provider(),
                                "project_id",
                                project,
                                "plan_id",
                                listing.plan()))
                .expect(201);
        assertThat(market.jdbc()
                        .sql("select count(*) from credit_grant where org_id = :org and kind = 'included'")
                        .param("org", UUID.fromString(market.provider()))
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"one_time", "usage"})
    void without_a_period_it_is_paid_and_granted_once(String period) {
        Market.Buyer buyer = market.buyer();
        buyer.subscribes(market.listing("billing_period", period, "price_credits", 10, "included_credits", 40));
        assertThat(balance(buyer)).isEqualTo("130");
        assertThat(wallet(buyer).path("renewal_at").isNull()).isTrue();
        assertThat(grants(buyer)).hasSize(1);
    }

    @Test
    void a_trial_and_what_is_paid_with_money_do_not_renew_by_themselves() {
        Market.Buyer buyer = market.buyer();
        String trial = buyer.subscribes(market.listing("is_trial", true, "included_credits", 5));
        Market.Listing dear = market.listing("price_cents", 900, "included_credits", 7);
        String waiting = buyer.subscribes(dear);
        assertThat(state(buyer, waiting)).isEqualTo("requested");
        assertThat(balance(buyer)).isEqualTo("105");
        String paid = Signed.in("cmp-admin")
                .api()
                .post("/api/v1/instances", buyer.wants(dear))
                .expect(201)
                .at("/id");
        assertThat(balance(buyer)).isEqualTo("112");
        pass(buyer, trial, "40 days");
        pass(buyer, paid, "40 days");
        renewals.all();
        assertThat(available(buyer)).isEqualTo("100");
        assertThat(state(buyer, paid)).isEqualTo("active");
    }

    @Test
    void a_period_keeps_the_price_that_was_agreed_and_a_new_plan_begins_a_new_one() {
        Market.Listing listing = market.listing("price_credits", 10);
        Market.Buyer buyer = market.buyer();
        String instance = buyer.subscribes(listing);
        market.api()
                .patch(
                        "/api/v1/offerings/" + listing.offering() + "/plans/" + listing.plan(),
                        Map.of("price_credits", 90))
                .expect(200);
        pass(buyer, instance, "32 days");
        renewals.all();
        assertThat(balance(buyer)).isEqualTo("80");
        String yearly = market.plan(
                listing.offering(), "billing_period", "yearly", "price_credits", 12, "included_credits", 24);
        buyer.api().patch(INSTANCES + instance, Map.of("plan_id", yearly)).expect(200);
        assertThat(balance(buyer)).isEqualTo("92");
        assertThat(wallet(buyer).at("/plan/monthly_credits").toString()).isEqualTo("2");
        assertThat(Instant.parse(wallet(buyer).path("renewal_at").asString()))
                .isAfter(Instant.now().plus(Duration.ofDays(360)));
        String free = market.plan(listing.offering());
        buyer.api().patch(INSTANCES + instance, Map.of("plan_id", free)).expect(200);
        assertThat(wallet(buyer).path("renewal_at").isNull()).isTrue();
    }

    /** TZ-01 and TZ-02 of the conformance sheet. */
    @Nested
    class MonthEnds {

        private final CycleStore store = Harness.shared().bean(CycleStore.class);
        private final Market.Buyer buyer = market.buyer();
        private final OrgId org = new OrgId(UUID.fromString(buyer.org()));
        private final Market.Listing listing = market.listing();
        private final UUID instance = UUID.fromString(buyer.subscribes(listing));

        private Cycle begin(String at, int step) {
            return store.begin(
                    org,
                    new CycleStore.Beginning(
                            instance,
                            UUID.fromString(listing.plan()),
                            step,
                            dev.gsv.cmp.kit.Credits.of(1),
                            dev.gsv.cmp.kit.Credits.ZERO,
                            true),
                    Instant.parse(at));
        }

        private String next(String at) {
            return store.advance(org, instance, Instant.parse(at))
                    .orElseThrow()
                    .endsAt()
                    .toString();
        }

        @Test
        void a_31st_comes_back_after_february() {
            assertThat(begin("2027-01-31T10:00:00Z", 1).endsAt()).isEqualTo("2027-02-28T10:00:00Z");
            assertThat(store.advance(org, instance, Instant.parse("2027-02-28T09:59:59.999999Z")))
                    .isEmpty();
            assertThat(next("2027-02-28T10:00:00Z")).isEqualTo("2027-03-31T10:00:00Z");
            assertThat(next("2027-03-31T10:00:00Z")).isEqualTo("2027-04-30T10:00:00Z");
            // Days of downtime move nothing; whole periods are passed over.
            assertThat(next("2027-05-09T00:00:00Z")).isEqualTo("2027-05-31T10:00:00Z");
            assertThat(next("2028-02-10T00:00:00Z")).isEqualTo("2028-02-29T10:00:00Z");
            assertThat(next("2028-02-29T10:00:00Z")).isEqualTo("2028-03-31T10:00:00Z");
        }

        @Test
        void a_29th_of_february_comes_back_in_leap_years() {
            assertThat(begin("2024-02-29T00:00:00Z", 12).endsAt()).isEqualTo("2025-02-28T00:00:00Z");
            assertThat(next("2025-02-28T00:00:00Z")).isEqualTo("2026-02-28T00:00:00Z");
            assertThat(next("2026-03-01T00:00:00Z")).isEqualTo("2027-02-28T00:00:00Z");
            assertThat(next("2027-02-28T00:00:00Z")).isEqualTo("2028-02-29T00:00:00Z");
        }
    }
}
