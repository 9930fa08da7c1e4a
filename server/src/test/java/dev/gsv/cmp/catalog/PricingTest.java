package dev.gsv.cmp.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Plans and categories in the operator's hands (section 7.3). */
class PricingTest {

    private static final String PLANS = "/api/v1/admin/plans";
    private static final String CATEGORIES = "/api/v1/admin/categories";
    private static Market market;
    private static Api operator;

    @BeforeAll
    static void open() {
        market = Market.open();
        operator = Signed.in("cmp-admin").api();
    }

    @Nested
    class Answers200 {
        @Test
        void the_operator_sees_the_plans_of_every_seller_drafts_included() {
            String offering = market.draft();
            String first = market.plan(offering);
            String second = market.plan(offering);
            Api.Reply listed = operator.get(PLANS + "?offering_id=" + offering).expect(200);
            assertThat(listed.json()
                            .path("results")
                            .valueStream()
                            .map(plan -> plan.path("id").asString()))
                    .containsExactly(second, first);
            assertThat(operator.get(PLANS + "?limit=1").expect(200).json().path("results"))
                    .hasSize(1);
            assertThat(operator.get(PLANS + "?limit=1&offset=1&offering_id=" + offering)
                            .expect(200)
                            .at("/results/0/id"))
                    .isEqualTo(first);
        }

        @Test
        void the_operator_changes_what_a_plan_costs_and_leaves_the_rest() {
            Market.Listing listing = market.listing("price_credits", 5, "monthly_quota", 10);
            Api.Reply changed = operator.patch(
                            PLANS + "/" + listing.plan(), Market.fields("price_credits", 7, "monthly_quota", null))
                    .expect(200);
            assertThat(changed.at("/price_credits")).isEqualTo("7");
            assertThat(changed.json().path("monthly_quota").isNull()).isTrue();
            assertThat(changed.json().path("is_default").asBoolean()).isTrue();
            assertThat(market.get(listing.offering()).at("/plans/0/price_credits"))
                    .isEqualTo("7");
        }

        @Test
        void the_operator_changes_how_a_category_looks() {
            Api.Reply before = operator.get(CATEGORIES).expect(200);
            String color = before.at("/categories/0/color");
            String path = CATEGORIES + "/" + before.at("/categories/0/slug");
            assertThat(operator.patch(path, Map.of("color", "#012345"))
                            .expect(200)
                            .at("/color"))
                    .isEqualTo("#012345");
            assertThat(Harness.api().get("/api/v1/categories").at("/categories/0/color"))
                    .isEqualTo("#012345");
            operator.patch(path, Map.of("color", color)).expect(200);
            operator.patch(path, Map.of("color", "blue")).expect(400, "VALIDATION_ERROR");
        }
    }

    @Test
    void what_makes_no_sense_changes_nothing() {
        String plan = market.plan(market.draft(), "price_credits", 5);
        operator.patch(PLANS + "/" + plan, Map.of("price_credits", -1)).expect(422);
        operator.patch(PLANS + "/" + plan, Map.of("name", " ")).expect(400, "VALIDATION_ERROR");
        operator.patch(PLANS + "/" + UUID.randomUUID(), Map.of("price_credits", 1))
                .expect(404, "NOT_FOUND");
        operator.get(PLANS + "?limit=0").expect(400, "VALIDATION_ERROR");
        assertThat(operator.get(PLANS + "?offering_id=" + UUID.randomUUID())
                        .expect(200)
                        .at("/count"))
                .isEqualTo("0");
    }

    @Nested
    class Answers403 {
        @Test
        void nobody_else_gets_in() {
            String plan = market.plan(market.draft());
            for (Api api : List.of(
                    market.api(), market.buyer().api(), Signed.in("cmp-service").api())) {
                api.get(PLANS).expect(403, "PERMISSION_DENIED");
                api.patch(PLANS + "/" + plan, Map.of("price_credits", 1)).expect(403, "PERMISSION_DENIED");
                api.get(CATEGORIES).expect(403, "PERMISSION_DENIED");
                api.patch(CATEGORIES + "/agents", Map.of("color", "#012345")).expect(403, "PERMISSION_DENIED");
            }
            Harness.api().get(PLANS).expect(401, "UNAUTHENTICATED");
        }
    }
}
