package dev.gsv.cmp.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The operator's word about a listing, with the setting CMP_LISTING_APPROVAL. */
class ApprovalTest {

    private static Harness harness;
    private static Market market;
    private static Api operator;

    @BeforeAll
    static void open() {
        harness = Harness.start(Map.of("CMP_LISTING_APPROVAL", "true"));
        market = Market.open(harness);
        operator = Signed.in(harness, "cmp-admin").api();
    }

    @AfterAll
    static void close() {
        harness.close();
    }

    private static Api.Reply decide(String offering, String decision, String reason) {
        return operator.post(
                "/api/v1/admin/offerings/" + offering + "/approval",
                Market.fields("decision", decision, "reason", reason));
    }

    private static String ready() {
        String offering = market.draft();
        market.version(offering);
        market.plan(offering);
        return offering;
    }

    @Test
    void a_listing_waits_for_the_operator_and_goes_with_the_word() {
        String offering = ready();
        decide(offering, "approve", null).expect(409, "INVALID_STATE");
        Api.Reply asked = market.act(offering, "publish").expect(200);
        assertThat(asked.at("/status")).isEqualTo("draft");
        assertThat(asked.at("/approval/state")).isEqualTo("awaiting");
        String since = asked.at("/approval/asked_at");
        assertThat(market.act(offering, "publish").expect(200).at("/approval/asked_at"))
                .isEqualTo(since);
        assertThat(operator.get("/api/v1/admin/offerings?status=awaiting&limit=200")
                        .text())
                .contains(offering);
        harness.caller().get("/api/v1/offerings/" + offering).expect(404);
        assertThat(decide(offering, "approve", null).expect(200).at("/status")).isEqualTo("published");
        decide(offering, "approve", null).expect(200);
        Api.Reply shown = harness.caller().get("/api/v1/offerings/" + offering).expect(200);
        assertThat(shown.json().at("/approval").isNull()).isTrue();
        assertThat(operator.get("/api/v1/admin/offerings?status=awaiting&limit=200")
                        .text())
                .doesNotContain(offering);
        market.act(offering, "unpublish").expect(200);
        assertThat(market.act(offering, "publish").expect(200).at("/status")).isEqualTo("published");
    }

    @Test
    void a_no_has_a_reason_that_the_seller_reads() {
        String offering = ready();
        market.act(offering, "publish").expect(200);
        decide(offering, "reject", null).expect(400);
        decide(offering, "reject", "  ").expect(400);
        decide(offering, "maybe", "x").expect(400);
        decide(offering, "reject", "The description promises too much.").expect(200);
        Api.Reply seen = market.get(offering);
        assertThat(seen.at("/status")).isEqualTo("draft");
        assertThat(seen.at("/approval/state")).isEqualTo("rejected");
        assertThat(seen.at("/approval/reason")).isEqualTo("The description promises too much.");
        assertThat(market.act(offering, "publish").expect(200).at("/approval/state"))
                .isEqualTo("awaiting");
    }

    @Test
    void a_published_listing_can_be_taken_off_and_comes_back_only_with_the_operator() {
        String offering = ready();
        market.act(offering, "publish").expect(200);
        decide(offering, "approve", null).expect(200);
        assertThat(decide(offering, "reject", "Reported.").expect(200).at("/status"))
                .isEqualTo("paused");
        decide(offering, "reject", "Reported.").expect(200);
        Api.Reply again = market.act(offering, "publish").expect(200);
        assertThat(again.at("/status")).isEqualTo("paused");
        assertThat(again.at("/approval/state")).isEqualTo("awaiting");
        assertThat(decide(offering, "approve", null).expect(200).at("/status")).isEqualTo("published");
    }

    @Test
    void what_is_not_complete_is_not_put_before_the_operator() {
        String offering = market.draft();
        market.act(offering, "publish").expect(422);
        assertThat(market.get(offering).json().at("/approval").isNull()).isTrue();
    }
}
