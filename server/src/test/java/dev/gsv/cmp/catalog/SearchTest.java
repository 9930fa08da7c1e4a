package dev.gsv.cmp.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding something in the catalogue. */
class SearchTest {

    private static Harness harness;
    private static Market market;

    @BeforeAll
    static void open() {
        harness = Harness.start(java.util.Map.of());
        market = Market.open(harness);
        sell("Customer Support Agent", "agents", "Answers questions about orders and returns", "support");
        sell("Code Review Agent", "agents", "Reviews pull requests", "engineering");
        sell("Slack Integration", "apps", "Connects to Slack", "collaboration");
        sell("General Knowledge", "assistants", "Questions and answers", "support");
        sell("Email Responder", "automations", "Automatic replies", "sales");
        sell("Knowledge Base Agent", "agents", "Answers from your documents", "support");
    }

    @AfterAll
    static void close() {
        harness.close();
    }

    private static void sell(String name, String category, String description, String stream) {
        String offering = market.draft(
                "name", name, "category", category, "description", description, "value_streams", List.of(stream));
        market.listed(offering, market.version(offering));
    }

    private static List<String> names(String query) {
        return found(query)
                .json()
                .at("/results")
                .valueStream()
                .map(offering -> offering.at("/slug").asString())
                .toList();
    }

    private static Api.Reply found(String query) {
        return harness.caller().get("/api/v1/offerings?" + query).expect(200);
    }

    private static String search(String words) {
        return "search=" + URLEncoder.encode(words, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "customer support, customer-support-agent",
        "custmer suport, customer-support-agent",
        "SLACK, slack-integration",
        "slak, slack-integration",
        "emial responder, email-responder",
        "pull request, code-review-agent",
        "reviewing, code-review-agent",
        "knowlege base, knowledge-base-agent"
    })
    void a_typo_is_forgiven_and_the_best_comes_first(String words, String first) {
        assertThat(names(search(words))).first().isEqualTo(first);
    }

    @Test
    void what_resembles_nothing_finds_nothing() {
        assertThat(names(search("zzzz quantum blockchain"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"'", "\"unclosed", "a & | ! (", "%", "\\", "-", "🤖", "' or 1=1 --"})
    void strange_words_are_words(String words) {
        found(search(words));
    }

    @Test
    void a_nul_or_an_endless_search_is_refused() {
        harness.caller().get("/api/v1/offerings?search=a%00b").expect(400);
        harness.caller().get("/api/v1/offerings?" + search("x".repeat(201))).expect(400);
    }

    @Test
    void filters_narrow_and_combine() {
        assertThat(names("category=agents")).hasSize(3);
        assertThat(names("category=agent&value_stream=support"))
                .containsExactlyInAnyOrder("customer-support-agent", "knowledge-base-agent");
        assertThat(names("provider=" + market.provider())).hasSize(6);
        assertThat(names("provider=" + java.util.UUID.randomUUID())).isEmpty();
        assertThat(names("category=apps&" + search("support"))).isEmpty();
    }

    @Test
    void pages_follow_each_other() {
        Api.Reply first = found("ordering=name&limit=4");
        assertThat(first.at("/count")).isEqualTo("6");
        assertThat(first.json().at("/previous").isNull()).isTrue();
        assertThat(names("ordering=name&limit=4"))
                .containsExactly("code-review-agent", "customer-support-agent", "email-responder", "general-knowledge");
        assertThat(first.at("/next")).contains("limit=4", "offset=4");
        assertThat(names("ordering=name&limit=4&offset=4"))
                .containsExactly("knowledge-base-agent", "slack-integration");
        assertThat(names("ordering=-name&limit=1")).containsExactly("slack-integration");
        assertThat(found("offset=100").at("/count")).isEqualTo("6");
        assertThat(names("ordering=-created_at&limit=1")).containsExactly("knowledge-base-agent");
        assertThat(names("ordering=created_at&limit=1")).containsExactly("customer-support-agent");
    }
}
