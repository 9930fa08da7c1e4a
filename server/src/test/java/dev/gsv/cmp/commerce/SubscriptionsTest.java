package dev.gsv.cmp.commerce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.catalog.Market;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscribing, what it costs, and what is refused. */
class SubscriptionsTest {

    private static final String INSTANCES = "/api/v1/instances";
    private static Market market;

    @BeforeAll
    static void open() {
        market = Market.open();
    }

    private static String balance(Market.Buyer buyer) {
        return buyer.api().get("/api/v1/wallets/me").expect(200).at("/balance");
    }

    private static int instances(Market.Buyer buyer) {
        return buyer.api()
                .get(INSTANCES + "?limit=200&org_id=" + buyer.org())
                .expect(200)
                .json()
                .at("/count")
                .asInt();
    }

    @Test
    void an_idempotency_key_makes_one_instance() throws Exception {
        Market.Listing listing = market.listing("price_credits", 3);
        Market.Buyer buyer = market.buyer();
        String key = Harness.unique("key");
        Set<String> ids = new HashSet<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Api.Reply>> all = IntStream.range(0, 12)
                    .mapToObj(i -> threads.submit(() -> buyer.api().key(key).post(INSTANCES, buyer.wants(listing))))
                    .toList();
            for (Future<Api.Reply> each : all) {
                ids.add(each.get().expect(201).at("/id"));
            }
        }
        assertThat(ids).hasSize(1);
        assertThat(instances(buyer)).isEqualTo(1);
        assertThat(balance(buyer)).isEqualTo("97");
        Api.Reply replayed =
                buyer.api().key(key).post(INSTANCES, buyer.wants(listing)).expect(201);
        assertThat(replayed.header("Idempotency-Replayed")).contains("true");
        buyer.api()
                .key(key)
                .post(INSTANCES, buyer.wants(listing, "instance_name", "other"))
                .expect(409, "IDEMPOTENCY_PAYLOAD_MISMATCH");
        String inBody = Harness.unique("key");
        String first = buyer.subscribes(listing, "idempotency_key", inBody);
        assertThat(buyer.subscribes(listing, "idempotency_key", inBody)).isEqualTo(first);
        Market.Buyer other = market.buyer();
        assertThat(other.subscribes(listing, "idempotency_key", inBody)).isNotEqualTo(first);
    }

    @Test
    void when_the_wallet_is_short_nothing_is_written() {
        Market.Listing listing = market.listing("price_credits", 150);
        Market.Buyer buyer = market.buyer();
        String key = Harness.unique("key");
        buyer.api().key(key).post(INSTANCES, buyer.wants(listing)).expect(402, "INSUFFICIENT_CREDITS");
        assertThat(instances(buyer)).isZero();
        assertThat(balance(buyer)).isEqualTo("100");
        market.fund(buyer.org(), 100);
        buyer.api().key(key).post(INSTANCES, buyer.wants(listing)).expect(402, "INSUFFICIENT_CREDITS");
        Api.Reply made =
                buyer.api().key(key + "2").post(INSTANCES, buyer.wants(listing)).expect(201);
        assertThat(made.at("/state")).isEqualTo("active");
        assertThat(balance(buyer)).isEqualTo("50");
        String fair = market.plan(listing.offering(), "price_credits", 10);
        for (int i = 0; i < 2; i++) {
            buyer.api()
                    .key(key + "3")
                    .patch(INSTANCES + "/" + made.at("/id"), Map.of("plan_id", fair))
                    .expect(200);
        }
        assertThat(balance(buyer)).isEqualTo("40");
        String dear = market.plan(listing.offering(), "price_credits", 41);
        buyer.api()
                .patch(INSTANCES + "/" + made.at("/id"), Map.of("plan_id", dear))
                .expect(402, "INSUFFICIENT_CREDITS");
        assertThat(buyer.api().get(INSTANCES + "/" + made.at("/id")).at("/plan/id"))
                .isEqualTo(fair);
        assertThat(balance(buyer)).isEqualTo("40");
    }

    @Test
    void a_plan_that_costs_money_waits_for_the_payment() {
        Market.Listing listing = market.listing("price_cents", 2900, "price_credits", 5);
        Market.Buyer buyer = market.buyer();
        Api.Reply made = buyer.api().post(INSTANCES, buyer.wants(listing)).expect(201);
        assertThat(made.at("/state")).isEqualTo("requested");
        assertThat(made.json().at("/checkout_url").isNull()).isTrue();
        assertThat(made.at("/payment_required/price_cents")).isEqualTo("2900");
        assertThat(made.at("/payment_required/note")).isNotEmpty();
        assertThat(balance(buyer)).isEqualTo("100");
        String path = INSTANCES + "/" + made.at("/id");
        buyer.api().post(path + "/resume").expect(409, "INVALID_STATE");
        String dear = market.plan(listing.offering(), "price_cents", 9900);
        assertThat(buyer.api().patch(path, Map.of("plan_id", dear)).expect(200).at("/state"))
                .isEqualTo("requested");
        String free = market.plan(listing.offering());
        Api.Reply started = buyer.api().patch(path, Map.of("plan_id", free)).expect(200);
        assertThat(started.at("/state")).isEqualTo("active");
        assertThat(started.json().at("/payment_required").isNull()).isTrue();
        buyer.api().patch(path, Map.of("plan_id", dear)).expect(409, "INVALID_STATE");
        assertThat(buyer.api().get(path).at("/plan/id")).isEqualTo(free);
        Api operator = Signed.in("cmp-admin").api();
        assertThat(operator.post(INSTANCES, buyer.wants(listing)).expect(201).at("/state"))
                .isEqualTo("active");
        assertThat(balance(buyer)).isEqualTo("95");
    }

    @Test
    void an_organization_has_one_trial_of_an_offering() throws Exception {
        Market.Listing listing = market.listing("is_trial", true);
        Market.Buyer buyer = market.buyer();
        Map<String, Object> body = Map.of("product_slug", listing.slug());
        int made = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Api.Reply>> all = IntStream.range(0, 8)
                    .mapToObj(i -> threads.submit(() -> buyer.api().post(INSTANCES + "/trial", body)))
                    .toList();
            for (Future<Api.Reply> each : all) {
                assertThat(each.get().status()).isIn(201, 409);
                made += each.get().status() == 201 ? 1 : 0;
            }
        }
        assertThat(made).isEqualTo(1);
        assertThat(instances(buyer)).isEqualTo(1);
        buyer.api().post(INSTANCES, buyer.wants(listing)).expect(409, "DUPLICATE");
        String instance = buyer.api().get(INSTANCES).at("/results/0/id");
        buyer.api().delete(INSTANCES + "/" + instance).expect(204);
        buyer.api().post(INSTANCES + "/trial", body).expect(409, "DUPLICATE");
        Market.Buyer other = market.buyer();
        Api.Reply trial = other.api().post(INSTANCES + "/trial", body).expect(201);
        assertThat(trial.at("/state")).isEqualTo("active");
        assertThat(trial.at("/redirect_url")).isEqualTo("/run/" + trial.at("/instance_id"));
        assertThat(trial.at("/trial_credits_granted")).isEqualTo("0");
        String free = market.plan(listing.offering());
        String path = INSTANCES + "/" + trial.at("/instance_id");
        other.api().patch(path, Map.of("plan_id", free)).expect(200);
        other.api().patch(path, Map.of("plan_id", listing.plan())).expect(409, "INVALID_STATE");
    }

    @Test
    void somebody_new_gets_a_workspace_with_their_first_trial() {
        Market.Listing listing = market.listing("is_trial", true);
        Signed person = Signed.in();
        Api.Reply trial = person.api()
                .post(INSTANCES + "/trial", Map.of("product_slug", listing.slug()))
                .expect(201);
        assertThat(trial.at("/trial_credits_granted")).isEqualTo("100");
        assertThat(person.api().get("/api/v1/wallets/me").expect(200).at("/balance"))
                .isEqualTo("100");
        person.api().post(INSTANCES + "/trial", Map.of()).expect(400, "VALIDATION_ERROR");
        person.api()
                .post(INSTANCES + "/trial", Map.of("product_slug", "no-such-thing"))
                .expect(404, "NOT_FOUND");
        person.api()
                .post(
                        INSTANCES + "/trial",
                        Map.of("product_slug", market.listing().slug()))
                .expect(409, "INVALID_STATE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"requested", "provisioning", "active", "paused", "terminated"})
    void a_state_is_never_set_from_a_body(String state) {
        Market.Listing listing = market.listing("price_cents", 1);
        Market.Buyer buyer = market.buyer();
        String instance = buyer.subscribes(listing, "state", state);
        String path = INSTANCES + "/" + instance;
        assertThat(buyer.api().get(path).at("/state")).isEqualTo("requested");
        buyer.api().patch(path, Map.of("state", state, "name", "x")).expect(400, "VALIDATION_ERROR");
        buyer.api().put(path, Map.of("state", state)).expect(400, "VALIDATION_ERROR");
        assertThat(buyer.api().get(path).at("/state")).isEqualTo("requested");
        assertThat(buyer.api().get(path).at("/name")).isNotEqualTo("x");
    }

    @Nested
    class Answers201 {

        @Test
        void an_instance_says_what_it_is() {
            Market.Listing listing = market.listing();
            Market.Buyer buyer = market.buyer();
            Api.Reply made = buyer.api()
                    .post(INSTANCES, buyer.wants(listing, "instanceName", "Our helper 🤖"))
                    .expect(201);
            Api.Reply shown = buyer.api().get(INSTANCES + "/" + made.at("/id")).expect(200);
            assertThat(shown.json()).isEqualTo(made.json());
            assertThat(shown.at("/name")).isEqualTo("Our helper 🤖");
            assertThat(shown.at("/state")).isEqualTo("active");
            assertThat(shown.at("/organization/id")).isEqualTo(buyer.org());
            assertThat(shown.at("/project/id")).isEqualTo(buyer.project());
            assertThat(shown.at("/offering_version/id")).isEqualTo(listing.version());
            assertThat(shown.at("/offering_version/offering/slug")).isEqualTo(listing.slug());
            assertThat(shown.at("/offering_version/offering/category")).isEqualTo("agents");
            assertThat(shown.at("/plan/id")).isEqualTo(listing.plan());
            assertThat(buyer.api()
                            .get("/api/customer-agent-configs/" + made.at("/id") + "/")
                            .expect(200)
                            .at("/id"))
                    .isEqualTo(made.at("/id"));
        }

        @Test
        void lists_narrow_by_project_and_state() {
            Market.Listing listing = market.listing();
            Market.Buyer buyer = market.buyer();
            String running = buyer.subscribes(listing);
            String paused = buyer.subscribes(listing);
            buyer.api().post(INSTANCES + "/" + paused + "/pause").expect(200);
            assertThat(found(buyer, "state=paused")).containsExactly(paused);
            assertThat(found(buyer, "state=active&project_id=" + buyer.project()))
                    .containsExactly(running);
            assertThat(found(buyer, "project_id=" + UUID.randomUUID())).isEmpty();
            assertThat(found(buyer, "limit=1")).containsExactly(paused);
            buyer.api().get(INSTANCES + "?state=lost").expect(400, "VALIDATION_ERROR");
        }

        private List<String> found(Market.Buyer buyer, String query) {
            return buyer.api()
                    .get(INSTANCES + "?" + query)
                    .expect(200)
                    .json()
                    .at("/results")
                    .valueStream()
                    .map(instance -> instance.at("/id").asString())
                    .toList();
        }

        @Test
        void a_seller_tries_a_draft_without_paying_for_the_plan() {
            String offering = market.draft();
            String version = market.version(offering);
            String plan = market.plan(offering, "price_cents", 9900, "price_credits", 5000);
            String project = market.api()
                    .get("/api/v1/orgs/" + market.provider() + "/projects")
                    .expect(200)
                    .at("/results/0/id");
            Map<String, Object> wants = Map.of(
                    "offering_version_id",
                    version,
                    "org_id",
                    market.provider(),
                    "project_id",
                    project,
                    "plan_id",
                    plan);
            assertThat(market.api().post(INSTANCES, wants).expect(201).at("/state"))
                    .isEqualTo("active");
            String broken = market.version(offering, "broken", List.of(), "{}", null, false);
            market.api()
                    .post(
                            INSTANCES,
                            Map.of(
                                    "offering_version_id",
                                    broken,
                                    "org_id",
                                    market.provider(),
                                    "project_id",
                                    project,
                                    "plan_id",
                                    plan))
                    .expect(409, "INVALID_STATE");
            market.api().delete("/api/v1/offerings/" + offering).expect(409, "INVALID_STATE");
            market.api()
                    .delete("/api/v1/offerings/" + offering + "/plans/" + plan)
                    .expect(409, "INVALID_STATE");
        }
    }
}
