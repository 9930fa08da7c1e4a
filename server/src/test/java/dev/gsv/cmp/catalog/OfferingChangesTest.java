package dev.gsv.cmp.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a change of an offering promises in the API description. */
class OfferingChangesTest {

    private static final String OFFERINGS = "/api/v1/offerings";
    private final Market market = Market.open();

    @Test
    void a_change_promises_only_what_it_does() {
        var fields = market.api()
                .get("/api/schema/")
                .expect(200)
                .json()
                .at("/components/schemas/OfferingChanges/properties");
        assertThat(fields.propertyNames()).contains("name", "slug").doesNotContain("provider_org_id", "plans_template");
        String offering = market.draft();
        String path = OFFERINGS + "/" + offering;
        market.api()
                .patch(
                        path,
                        Market.fields("provider_org_id", market.buyer().org(), "plans_template", true, "name", "N"))
                .expect(200);
        assertThat(market.get(offering).at("/provider_org_id")).isEqualTo(market.provider());
        assertThat(market.get(offering).json().path("plans")).isEmpty();
    }
}
