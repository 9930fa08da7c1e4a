package dev.gsv.cmp.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.orgs.OrgId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is always true of the catalogue. */
class CatalogTest {

    private static Market market;

    @BeforeAll
    static void open() {
        market = Market.open();
    }

    @Test
    void the_content_of_a_version_never_changes() {
        String offering = market.draft();
        String version = market.version(offering, "1.0", List.of("chat_ui"), "{\"a\":1}", null, true);
        assertThatThrownBy(() -> market.version(offering, "1.0", List.of("chat_ui"), "{\"a\":2}", null, true))
                .hasMessageContaining("exists already");
        for (String column : List.of(
                "version_label = 'x'",
                "artifact_s3_key = 'x'",
                "artifact_sha256 = repeat('0', 64)",
                "artifact_bytes = 1",
                "capabilities = '{}'",
                "defaults = '{}'",
                "config_schema = '{}'",
                "valid = false",
                "runtime = 'x'",
                "findings = '{}'")) {
            assertThatThrownBy(() -> market.jdbc()
                            .sql("update offering_version set " + column + " where id = :id")
                            .param("id", UUID.fromString(version))
                            .update())
                    .as(column)
                    .hasMessageContaining("immutable");
        }
        // A column that comes later is guarded too, or named here.
        List<String> guarded = market.jdbc().sql("""
                        select c.column_name from information_schema.columns c
                        where c.table_name = 'offering_version' and c.table_schema = 'public'
                          and (select p.prosrc from pg_proc p where p.proname = 'catalog_version_is_immutable')
                              ~ ('new[.]' || c.column_name || '[,)]')
                        """).query(String.class).list();
        List<String> columns = market.jdbc().sql("""
                        select column_name from information_schema.columns
                        where table_name = 'offering_version' and table_schema = 'public'
                        """).query(String.class).list();
        assertThat(columns)
                .filteredOn(column -> !guarded.contains(column))
                .containsExactlyInAnyOrder("status", "updated_at");
        market.act(offering, "versions/" + version + "/publish").expect(200);
        JsonNode shown = market.get(offering).json().at("/versions/0");
        assertThat(shown.at("/status").asString()).isEqualTo("published");
        assertThat(shown.at("/defaults").toString()).isEqualTo("{\"a\":1}");
    }

    @Test
    void a_foreign_draft_answers_as_an_unknown_one() {
        String draft = market.draft();
        String version = market.version(draft);
        String plan = market.plan(draft);
        String slug = market.get(draft).at("/slug");
        Api stranger = Market.open().api();
        UUID unknown = UUID.randomUUID();
        for (String rest : List.of("", "/versions", "/versions/" + version, "/plans", "/plans/" + plan, "/reviews")) {
            for (Api api : List.of(stranger, Harness.api())) {
                String nobody = api.get("/api/v1/offerings/" + unknown + rest)
                        .expect(404)
                        .at("/detail");
                for (String name : List.of(draft, slug)) {
                    assertThat(api.get("/api/v1/offerings/" + name + rest)
                                    .expect(404)
                                    .at("/detail"))
                            .as(rest)
                            .isEqualTo(nobody);
                }
            }
        }
        for (String call : List.of("publish", "unpublish", "end-of-sale", "end-of-life", "plans/template")) {
            assertThat(stranger.post("/api/v1/offerings/" + draft + "/" + call)
                            .expect(404)
                            .at("/detail"))
                    .isEqualTo(stranger.post("/api/v1/offerings/" + unknown + "/" + call)
                            .expect(404)
                            .at("/detail"));
        }
        stranger.patch("/api/v1/offerings/" + draft, Map.of("name", "mine")).expect(404);
        stranger.delete("/api/v1/offerings/" + draft).expect(404);
        stranger.post("/api/v1/offerings/" + draft + "/plans", Map.of("name", "p"))
                .expect(404);
        assertThat(market.get(draft).at("/name")).isNotEqualTo("mine");
        assertThat(Harness.api()
                        .get("/api/v1/offerings?provider=" + market.provider())
                        .text())
                .doesNotContain(draft);
        assertThat(stranger.get("/api/v1/offerings?status=draft").text()).doesNotContain(draft);
        assertThat(market.api()
                        .get("/api/v1/offerings?provider=" + market.provider())
                        .text())
                .contains(draft);
    }

    @Test
    void a_published_offering_has_a_published_version_and_a_plan() {
        String offering = market.draft();
        Api.Reply nothing = market.act(offering, "publish").expect(422, "NOT_PUBLISHABLE");
        assertThat(nothing.json().at("/error/details").findValuesAsString("path"))
                .containsExactly("versions", "plans");
        market.version(offering, "broken", List.of(), "{}", null, false);
        String plan = market.plan(offering);
        Api.Reply broken = market.act(offering, "publish").expect(422);
        assertThat(broken.json().at("/error/details").findValuesAsString("path"))
                .containsExactly("versions", "versions.broken");
        market.version(offering, "elsewhere", List.of(), "{}", null, true, "langflow");
        assertThat(market.act(offering, "publish").expect(422).text()).contains("langflow");
        String older = market.version(offering);
        String newer = market.version(offering);
        market.act(offering, "publish").expect(200);
        JsonNode versions = market.get(offering).json().at("/versions");
        assertThat(versions.findValuesAsString("status")).containsExactly("published", "draft", "draft", "draft");
        assertThat(versions.at("/0/id").asString()).isEqualTo(newer);
        market.act(offering, "versions/" + newer + "/pause").expect(409, "INVALID_STATE");
        market.api().delete("/api/v1/offerings/" + offering + "/plans/" + plan).expect(409, "INVALID_STATE");
        market.act(offering, "versions/" + older + "/publish").expect(200);
        market.act(offering, "versions/" + newer + "/pause").expect(200);
        market.act(offering, "versions/" + older + "/deprecate").expect(409);
        market.plan(offering);
        market.api().delete("/api/v1/offerings/" + offering + "/plans/" + plan).expect(204);
    }

    @Test
    void an_offering_has_at_most_one_default_plan_and_one_trial_plan() throws Exception {
        String offering = market.draft();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Api.Reply>> replies = IntStream.range(0, 8)
                    .mapToObj(i -> threads.submit(() -> market.api()
                            .post(
                                    "/api/v1/offerings/" + offering + "/plans",
                                    Map.of("name", "P" + i, "is_default", true, "is_trial", i % 2 == 0))))
                    .toList();
            for (Future<Api.Reply> reply : replies) {
                assertThat(reply.get().status()).isIn(201, 409);
            }
        }
        JsonNode plans = market.get(offering).json().at("/plans");
        assertThat(plans.findValuesAsString("is_default"))
                .filteredOn("true"::equals)
                .hasSize(1);
        assertThat(plans.findValuesAsString("is_trial"))
                .filteredOn("true"::equals)
                .hasSize(1);
        assertThat(plans.size()).isEqualTo(5);
        for (JsonNode plan : plans) {
            if (plan.at("/is_default").asBoolean()) {
                market.api()
                        .delete("/api/v1/offerings/" + offering + "/plans/"
                                + plan.at("/id").asString())
                        .expect(204);
            }
        }
        assertThat(market.get(offering).json().at("/plans").findValuesAsString("is_default"))
                .filteredOn("true"::equals)
                .hasSize(1);
    }

    @Test
    void the_rating_of_an_offering_is_the_average_of_its_reviews() {
        Market.Listing listing = market.listing();
        Reviews reviews = Harness.shared().bean(Reviews.class);
        UUID offering = UUID.fromString(listing.offering());
        assertThat(market.get(listing.offering()).json().at("/rating").isNull()).isTrue();
        int[] stars = {5, 4, 4};
        for (int given : stars) {
            Signed person = Signed.in();
            OrgId org = new OrgId(UUID.fromString(person.organization()));
            reviews.add(org, person.subject(), offering, given, "fine");
            assertThatThrownBy(() -> reviews.add(org, person.subject(), offering, 1, "no"))
                    .hasMessageContaining("already");
        }
        assertThat(market.get(listing.offering()).at("/rating")).isEqualTo("4.33");
        assertThat(market.get(listing.offering()).at("/review_count")).isEqualTo("3");
        Api.Reply shown = Harness.api()
                .get("/api/v1/offerings/" + listing.slug() + "/reviews")
                .expect(200);
        assertThat(shown.json().at("/results").findValuesAsString("stars")).containsExactly("4", "4", "5");
        assertThat(shown.json().at("/results/0/org_id").isNull()).isTrue();
        OrgId own = new OrgId(UUID.fromString(market.provider()));
        assertThatThrownBy(() -> reviews.add(own, "me", offering, 5, "")).hasMessageContaining("own");
        for (Integer absurd : new Integer[] {null, 0, 6, -1}) {
            assertThatThrownBy(() -> reviews.add(own, "me", offering, absurd, ""))
                    .hasMessageContaining("stars");
        }
    }

    @Test
    void the_first_offering_makes_a_provider() {
        Market fresh = Market.open();
        String path = "/api/v1/orgs/" + fresh.provider();
        assertThat(fresh.api().get(path).expect(200).at("/is_provider")).isEqualTo("false");
        fresh.draft();
        assertThat(fresh.api().get(path).expect(200).at("/is_provider")).isEqualTo("true");
    }
}
