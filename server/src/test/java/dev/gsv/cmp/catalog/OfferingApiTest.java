package dev.gsv.cmp.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Offerings and plans over HTTP: what is answered to whom, and what is refused. */
class OfferingApiTest {

    private static final String OFFERINGS = "/api/v1/offerings";
    private static Market market;

    @BeforeAll
    static void open() {
        market = Market.open();
    }

    @Nested
    class Answers200 {

        @Test
        void the_categories_are_the_four_of_the_contract() {
            JsonNode categories =
                    Harness.api().get("/api/v1/categories").expect(200).json().at("/categories");
            assertThat(categories.findValuesAsString("slug"))
                    .containsExactly("agents", "apps", "assistants", "automations");
            assertThat(categories.findValuesAsString("icon")).containsExactly("robot", "grid", "message-circle", "zap");
            assertThat(categories.findValuesAsString("color"))
                    .containsExactly("#3B82F6", "#10B981", "#8B5CF6", "#F59E0B");
        }

        @Test
        void the_registry_has_fifteen_capabilities() {
            JsonNode capabilities =
                    Harness.api().get("/capabilities").expect(200).json().at("/capabilities");
            assertThat(capabilities.size()).isEqualTo(15);
            for (JsonNode one : capabilities) {
                assertThat(one.at("/handler").asString())
                        .isEqualTo("cap." + one.at("/id").asString() + ".v1");
                assertThat(one.at("/v").asInt()).isEqualTo(1);
                assertThat(one.at("/config/type").asString()).isEqualTo("object");
            }
        }

        @Test
        void a_listing_is_public_by_id_and_slug_and_keeps_the_seller_s_secrets() {
            String offering = market.draft();
            String version = market.version(
                    offering, "1", List.of("prompt_orchestrator"), "{\"system_prompt\":\"secret sauce\"}", null, true);
            Market.Listing listing = market.listed(offering, version, "price_cents", 500);
            market.version(offering, "2", List.of(), "{}", null, true);
            for (String name : List.of(
                    listing.offering(), listing.slug(), listing.offering().replace("-", ""))) {
                Api.Reply shown = Harness.api().get(OFFERINGS + "/" + name).expect(200);
                assertThat(shown.text()).doesNotContain("secret sauce", "flow.json");
                assertThat(shown.json().at("/versions").findValuesAsString("version_label"))
                        .containsExactly("1");
                assertThat(shown.at("/plans/0/price_cents")).isEqualTo("500");
                assertThat(shown.at("/capabilities/0")).isEqualTo("prompt_orchestrator");
                assertThat(shown.at("/category")).isEqualTo("agents");
            }
            assertThat(market.get(offering).text()).contains("secret sauce", "flow.json");
            assertThat(Signed.in("cmp-admin")
                            .api()
                            .get(OFFERINGS + "/" + offering)
                            .text())
                    .contains("secret sauce");
        }

        @Test
        void a_paused_or_ended_offering_is_shown_but_not_listed() {
            Market.Listing listing = market.listing();
            String list = OFFERINGS + "?provider=" + market.provider() + "&limit=200";
            assertThat(Harness.api().get(list).text()).contains(listing.offering());
            market.act(listing.offering(), "unpublish").expect(200);
            assertThat(Harness.api().get(list).text()).doesNotContain(listing.offering());
            Harness.api().get(OFFERINGS + "/" + listing.slug()).expect(200);
        }

        @Test
        void a_patch_changes_what_it_names_and_null_clears() {
            String offering = market.draft("description", "before", "thumbnail_url", "https://x.test/a.png");
            Map<String, Object> patch =
                    new HashMap<>(Map.of("description", "after", "exampleQuestions", List.of("Why?")));
            patch.put("thumbnail_url", null);
            Api.Reply changed =
                    market.api().patch(OFFERINGS + "/" + offering, patch).expect(200);
            assertThat(changed.at("/description")).isEqualTo("after");
            assertThat(changed.at("/example_questions/0")).isEqualTo("Why?");
            assertThat(changed.json().at("/thumbnail_url").isNull()).isTrue();
            assertThat(changed.at("/value_streams/0")).isEqualTo("support");
            market.api()
                    .patch(OFFERINGS + "/" + offering, Map.of("status", "published"))
                    .expect(400);
            assertThat(market.get(offering).at("/status")).isEqualTo("draft");
        }

        @Test
        void the_shop_gets_what_it_shows() {
            String product = Harness.unique("UHJvZHVjdDox");
            String offering = market.draft("saleor_product_id", product);
            Map<String, Object> asked = Map.of("saleor_product_ids", List.of(product, "unknown"));
            assertThat(Harness.api()
                            .post(OFFERINGS + "/enrich", asked)
                            .expect(200)
                            .json()
                            .at("/offerings")
                            .size())
                    .isZero();
            market.listed(offering, market.version(offering));
            Api.Reply found = Harness.api().post(OFFERINGS + "/enrich", asked).expect(200);
            assertThat(found.json().at("/offerings").size()).isEqualTo(1);
            assertThat(found.at("/offerings/0/offering_id")).isEqualTo(offering);
            assertThat(found.at("/offerings/0/saleor_product_id")).isEqualTo(product);
            assertThat(found.json().at("/offerings/0/plans").size()).isEqualTo(1);
        }

        @Test
        void provider_agents_are_the_caller_s_own() {
            Market mine = Market.open();
            String draft = mine.draft();
            market.listing();
            JsonNode own = mine.api().get("/api/provider-agents/").expect(200).json();
            assertThat(own.at("/results").findValuesAsString("id")).containsExactly(draft);
            Harness.api().get("/api/provider-agents").expect(401);
        }
    }

    @Nested
    class Answers201 {

        @ParameterizedTest
        @CsvSource({"agent, agents", "agents, agents", "Automation, automations", "apps, apps"})
        void a_category_is_understood_in_both_numbers(String sent, String shown) {
            Api.Reply made = market.api()
                    .post(OFFERINGS, market.offering("category", sent))
                    .expect(201);
            assertThat(made.at("/category")).isEqualTo(shown);
            assertThat(made.at("/status")).isEqualTo("draft");
        }

        @Test
        void names_of_every_script_get_an_address() {
            for (String name :
                    List.of("🤖🤖", "مساعد الدعم", "Größe & Straße", "0197a3c1-6a0e-7c55-9d5e-0f4a2f0e4d10")) {
                Api.Reply made = market.api()
                        .post(
                                OFFERINGS,
                                market.offering(
                                        "name", name + Harness.unique(" 🙂").replaceAll("[0-9a-z-]", "")))
                        .expect(201);
                assertThat(made.at("/slug")).matches("[a-z0-9]+(-[a-z0-9]+)*");
                market.api().delete(OFFERINGS + "/" + made.at("/slug")).expect(204);
                market.api().get(OFFERINGS + "/" + made.at("/id")).expect(404);
            }
        }

        @Test
        void the_pricing_template_is_a_word_away() {
            Api.Reply made = market.api()
                    .post(OFFERINGS, market.offering("plans_template", true))
                    .expect(201);
            JsonNode plans = made.json().at("/plans");
            assertThat(plans.findValuesAsString("name")).containsExactly("Starter", "Professional", "Enterprise");
            assertThat(plans.findValuesAsString("price_cents")).containsExactly("2900", "9900", "29900");
            assertThat(plans.findValuesAsString("monthly_quota")).containsExactly("1000", "10000", "100000");
            assertThat(plans.findValuesAsString("is_default")).containsExactly("true", "false", "false");
            String other = market.draft();
            market.api().post(OFFERINGS + "/" + other + "/plans/template").expect(201);
            market.api().post(OFFERINGS + "/" + other + "/plans/template").expect(409, "DUPLICATE");
        }
    }

    @Nested
    class Answers400And422 {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{\"name\":\"\"}",
                    "{\"name\":\"x\",\"category\":\"robots\",\"value_streams\":[]}",
                    "{\"name\":\"x\",\"category\":\"agents\"}",
                    "{\"name\":7,\"category\":\"agents\",\"value_streams\":[]}",
                    "{\"name\":\"x\",\"category\":\"agents\",\"value_streams\":\"support\"}",
                    "{\"name\":\"x\",\"category\":\"agents\",\"value_streams\":[null]}",
                    "{\"name\":\"a\\u0000b\",\"category\":\"agents\",\"value_streams\":[]}",
                    "{\"name\":\"x\",\"category\":\"agents\",\"value_streams\":[],\"slug\":\"Not A Slug\"}",
                    "{\"name\":\"x\",\"category\":\"agents\",\"value_streams\":[],"
                            + "\"slug\":\"0197a3c1-6a0e-7c55-9d5e-0f4a2f0e4d10\"}",
                    "{\"name\":\"x\",\"category\":\"agents\",\"value_streams\":[],\"thumbnail_url\":\"javascript:x\"}",
                    "{\"name\":\"x\",\"category\":\"agents\",\"value_streams\":[],\"description\":\"a\\u0000\"}",
                    "[]",
                    "null",
                    "{",
                    ""
                })
        void a_malformed_offering_is_refused(String body) {
            market.api()
                    .with("Content-Type", "application/json")
                    .post(OFFERINGS, body)
                    .expect(400, "VALIDATION_ERROR");
        }

        @Test
        void everything_that_is_wrong_is_said_at_once() {
            Api.Reply refused = market.api()
                    .post(OFFERINGS, Map.of("name", "x".repeat(256), "thumbnail_url", "no"))
                    .expect(400);
            assertThat(refused.json().at("/error/details").findValuesAsString("path"))
                    .containsExactlyInAnyOrder("name", "category", "value_streams", "thumbnail_url");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"price_cents\":-1",
                    "\"price_cents\":1000000001",
                    "\"price_credits\":-0.5",
                    "\"price_credits\":1000000001",
                    "\"included_credits\":-1",
                    "\"monthly_quota\":0",
                    "\"monthly_quota\":-5",
                    "\"is_trial\":true,\"price_cents\":1",
                    "\"is_trial\":true,\"price_credits\":1",
                    "\"limits\":{\"requests_per_minute\":0}",
                    "\"limits\":{\"max_concurrent\":-1}",
                    "\"limits\":{\"rag_knowledgebase\":{\"max_documents\":-1}}",
                    "\"rate_card\":{\"each\":{\"requests\":-1}}",
                    "\"rate_card\":{\"each\":{\"smiles\":1}}",
                    "\"rate_card\":{\"minimum\":1}",
                    "\"rate_card\":{\"model\":\"hal-9000\"}",
                    "\"rate_card\":{\"price\":1}"
                })
        void an_absurd_plan_is_refused(String fields) {
            String offering = market.draft();
            market.api()
                    .post(OFFERINGS + "/" + offering + "/plans", "{\"name\":\"p\"," + fields + "}")
                    .expect(422, "SEMANTIC_ERROR");
            assertThat(market.get(offering).json().at("/plans").size()).isZero();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"price_cents\":1.5",
                    "\"price_cents\":\"5\"",
                    "\"price_cents\":99999999999999999999",
                    "\"price_credits\":0.0000001",
                    "\"billing_period\":\"weekly\"",
                    "\"currency\":\"dollars\"",
                    "\"limits\":[]",
                    "\"limits\":{\"requests_per_minute\":1.5}",
                    "\"limits\":{\"x\":1e999999999}",
                    "\"defaults\":{\"x\":1e999999999}",
                    "\"defaults\":{\"x\":\"\\u0000\"}",
                    "\"defaults\":\"x\"",
                    "\"is_default\":\"yes\"",
                    "\"slug\":\"a--b\"",
                    "\"rate_card\":{\"each\":{\"requests\":0.0000001}}",
                    "\"rate_card\":{\"each\":{\"requests\":\"1\"}}",
                    "\"rate_card\":[]"
                })
        void a_malformed_plan_is_refused(String fields) {
            String offering = market.draft();
            market.api()
                    .post(OFFERINGS + "/" + offering + "/plans", "{\"name\":\"p\"," + fields + "}")
                    .expect(400, "VALIDATION_ERROR");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "category=robots",
                    "ordering=price",
                    "limit=0",
                    "limit=201",
                    "limit=x",
                    "offset=-1",
                    "provider=7",
                    "status=gone"
                })
        void a_malformed_search_is_refused(String query) {
            Harness.api().get(OFFERINGS + "?" + query).expect(400, "VALIDATION_ERROR");
        }
    }

    @Nested
    class Answers401And403 {

        @Test
        void nobody_writes_without_a_credential() {
            Harness.api().post(OFFERINGS, market.offering()).expect(401);
            Harness.api().get("/api/v1/admin/offerings").expect(401);
        }

        @Test
        void members_and_viewers_read_and_do_not_write() {
            String draft = market.draft();
            for (String role : List.of("member", "viewer")) {
                Signed person = Signed.in();
                market.api()
                        .post(
                                "/api/v1/orgs/" + market.provider() + "/members",
                                Map.of("user_id", person.subject(), "role", role))
                        .expect(201);
                person.api().get(OFFERINGS + "/" + draft).expect(200);
                person.api().patch(OFFERINGS + "/" + draft, Map.of("name", "x")).expect(403, "PERMISSION_DENIED");
                person.api().post(OFFERINGS, market.offering()).expect(403);
                person.api().post(OFFERINGS + "/" + draft + "/publish").expect(403);
                person.api().delete(OFFERINGS + "/" + draft).expect(403);
            }
        }

        @Test
        void the_operator_s_pages_are_the_operator_s() {
            market.api().get("/api/v1/admin/offerings").expect(403);
            market.api()
                    .patch("/api/v1/admin/categories/agents", Map.of("name", "Bots"))
                    .expect(403);
        }
    }

    @Nested
    class Answers409 {

        @Test
        void a_slug_exists_once() {
            String slug = Harness.unique("slug");
            market.api().post(OFFERINGS, market.offering("slug", slug)).expect(201);
            market.api().post(OFFERINGS, market.offering("slug", slug)).expect(409, "DUPLICATE");
            market.api().post(OFFERINGS, market.offering("name", slug)).expect(409, "DUPLICATE");
            String other = market.draft();
            market.api().patch(OFFERINGS + "/" + other, Map.of("slug", slug)).expect(409, "DUPLICATE");
        }

        @Test
        void a_shop_product_and_a_variant_belong_to_one() {
            String product = Harness.unique("product");
            market.draft("saleor_product_id", product);
            market.api()
                    .post(OFFERINGS, market.offering("saleor_product_id", product))
                    .expect(409, "DUPLICATE");
            String offering = market.draft();
            market.plan(offering, "saleor_variant_id", product);
            market.api()
                    .post(OFFERINGS + "/" + offering + "/plans", Map.of("name", "x", "saleor_variant_id", product))
                    .expect(409, "DUPLICATE");
        }

        @Test
        void a_plan_s_name_exists_once_in_an_offering() {
            String offering = market.draft();
            market.plan(offering, "name", "Pro");
            market.api()
                    .post(OFFERINGS + "/" + offering + "/plans", Map.of("name", "Pro"))
                    .expect(409, "DUPLICATE");
            String basic = market.plan(offering, "name", "Basic");
            market.api()
                    .patch(OFFERINGS + "/" + offering + "/plans/" + basic, Map.of("slug", "pro"))
                    .expect(409, "DUPLICATE");
            market.api()
                    .patch(OFFERINGS + "/" + offering + "/plans/" + basic, Map.of("price_cents", 5))
                    .expect(200);
            String foreign = market.draft();
            market.api()
                    .patch(OFFERINGS + "/" + foreign + "/plans/" + basic, Map.of("price_cents", 6))
                    .expect(404);
        }
    }
}
