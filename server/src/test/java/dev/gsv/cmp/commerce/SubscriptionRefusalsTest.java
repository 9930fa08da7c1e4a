package dev.gsv.cmp.commerce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.catalog.Market;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not sold, and to whom not. */
class SubscriptionRefusalsTest {

    private static final String INSTANCES = "/api/v1/instances";
    private static Market market;

    @BeforeAll
    static void open() {
        market = Market.open();
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
    void what_is_missing_is_said_at_once() {
        Api.Reply refused = market.buyer().api().post(INSTANCES, Map.of()).expect(400, "VALIDATION_ERROR");
        assertThat(refused.json().at("/error/details").findValuesAsString("path"))
                .containsExactly("offering_version_id", "org_id", "project_id", "plan_id");
    }

    @Test
    void what_is_unknown_or_foreign_is_not_found() {
        Market.Listing listing = market.listing();
        Market.Buyer buyer = market.buyer();
        Market.Buyer other = market.buyer();
        for (String field : List.of("offering_version_id", "org_id", "project_id", "plan_id")) {
            buyer.api()
                    .post(INSTANCES, buyer.wants(listing, field, UUID.randomUUID()))
                    .expect(404, "NOT_FOUND");
            buyer.api().post(INSTANCES, buyer.wants(listing, field, "x")).expect(400, "VALIDATION_ERROR");
        }
        buyer.api().post(INSTANCES, buyer.wants(listing, "org_id", other.org())).expect(404);
        buyer.api()
                .post(INSTANCES, buyer.wants(listing, "project_id", other.project()))
                .expect(404);
        String draft = market.draft();
        Market.Listing hidden = new Market.Listing(draft, "", market.version(draft), market.plan(draft));
        buyer.api().post(INSTANCES, buyer.wants(hidden)).expect(404);
        buyer.api()
                .post(INSTANCES, buyer.wants(listing, "plan_id", hidden.plan()))
                .expect(404, "NOT_FOUND");
        buyer.api()
                .post(INSTANCES, buyer.wants(listing, "offering_version_id", market.version(listing.offering())))
                .expect(404);
        assertThat(instances(buyer)).isZero();
        Harness.api().post(INSTANCES, buyer.wants(listing)).expect(401);
    }

    @ParameterizedTest
    @CsvSource({"unpublish", "end-of-sale"})
    void what_is_not_for_sale_is_not_sold_while_instances_go_on(String step) {
        Market.Listing listing = market.listing();
        Market.Buyer buyer = market.buyer();
        String instance = buyer.subscribes(listing);
        market.act(listing.offering(), step).expect(200);
        buyer.api().post(INSTANCES, buyer.wants(listing)).expect(409, "INVALID_STATE");
        assertThat(buyer.api().get(INSTANCES + "/" + instance).at("/state")).isEqualTo("active");
    }

    @Test
    void a_suspended_seller_sells_nothing_and_is_not_listed() {
        Market other = Market.open();
        Market.Listing listing = other.listing();
        Market.Buyer buyer = other.buyer();
        String list = "/api/v1/offerings?provider=" + other.provider();
        assertThat(buyer.api().get(list).at("/count")).isEqualTo("1");
        OrgId provider = new OrgId(UUID.fromString(other.provider()));
        Harness.shared().bean(Orgs.class).suspend(provider);
        buyer.api().post(INSTANCES, buyer.wants(listing)).expect(409, "INVALID_STATE");
        assertThat(buyer.api().get(list).at("/count")).isEqualTo("0");
        other.act(listing.offering(), "unpublish").expect(403);
        Harness.shared().bean(Orgs.class).reinstate(provider);
        buyer.subscribes(listing);
    }

    @Test
    void a_paused_version_is_not_sold() {
        Market.Listing listing = market.listing();
        Market.Buyer buyer = market.buyer();
        String newer = market.version(listing.offering());
        market.act(listing.offering(), "versions/" + newer + "/publish").expect(200);
        market.act(listing.offering(), "versions/" + listing.version() + "/pause")
                .expect(200);
        buyer.api().post(INSTANCES, buyer.wants(listing)).expect(409, "INVALID_STATE");
        String instance = buyer.subscribes(listing, "offering_version_id", newer);
        buyer.api()
                .patch(INSTANCES + "/" + instance, Map.of("offering_version_id", listing.version()))
                .expect(409, "INVALID_STATE");
        buyer.api()
                .patch(
                        INSTANCES + "/" + instance,
                        Map.of("offering_version_id", market.listing().version()))
                .expect(404, "NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"instance_name\":\"\"}", "{\"instance_name\":7}", "{\"instance_name\":\"a\\u0000\"}",
                "{\"overrides\":[]}", "{\"overrides\":\"x\"}", "{\"idempotency_key\":\"\"}",
                "{\"idempotency_key\":7}"
            })
    void a_malformed_wish_is_refused(String fields) {
        Market.Listing listing = market.listing();
        Market.Buyer buyer = market.buyer();
        Map<String, Object> wants = buyer.wants(listing);
        Market.json(fields).properties().forEach(field -> wants.put(field.getKey(), field.getValue()));
        buyer.api().post(INSTANCES, wants).expect(400, "VALIDATION_ERROR");
        assertThat(instances(buyer)).isZero();
    }

    @Test
    void a_member_does_not_buy() {
        Market.Listing listing = market.listing("is_trial", true);
        Market.Buyer buyer = market.buyer();
        Signed person = Signed.in();
        buyer.api()
                .post("/api/v1/orgs/" + buyer.org() + "/members", Map.of("user_id", person.subject()))
                .expect(201);
        person.api().post(INSTANCES, buyer.wants(listing)).expect(403, "PERMISSION_DENIED");
        person.api()
                .post(INSTANCES + "/trial", Map.of("product_slug", listing.slug(), "org_id", buyer.org()))
                .expect(403);
    }
}
