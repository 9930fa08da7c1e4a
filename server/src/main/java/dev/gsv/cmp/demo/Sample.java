package dev.gsv.cmp.demo;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.gsv.cmp.kit.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One sample offering as it lies in {@code samples/<slug>/}: what is sold, the flow that runs, the documents it quotes.
 */
record Sample(Card card, byte[] flow, List<Document> documents) {

    /** The folders below {@code samples/}, in the order in which they are made: the newest is listed first. */
    static final List<String> SLUGS = List.of(
            "knowledge-base-agent",
            "email-responder",
            "slack-integration",
            "code-review-agent",
            "general-knowledge",
            "customer-support-agent");

    private static final JsonMapper JSON = Json.mapper();

    /** {@code offering.json}. */
    record Card(
            String slug,
            String name,
            String category,
            String description,
            List<String> valueStreams,
            List<Example> exampleQuestions,
            Version version,
            List<Plan> plans,
            Knowledge knowledge) {}

    /** A question shown on the offering, and words that its answer must have. */
    record Example(String question, String hint) {}

    record Version(String label, List<String> capabilities, JsonNode defaults) {}

    record Plan(
            String name,
            String slug,
            String description,
            String billingPeriod,
            long priceCents,
            String currency,
            long priceCredits,
            long includedCredits,
            @Nullable Long monthlyQuota,
            JsonNode limits,
            @JsonProperty("is_default") boolean isDefault,
            @JsonProperty("is_trial") boolean isTrial) {}

    /** The name of the knowledge base and its files. */
    record Knowledge(String name, List<String> documents) {}

    /** A file of Markdown that begins with its title. */
    record Document(String title, String text) {}

    static List<Sample> all() {
        return SLUGS.stream().map(Sample::read).toList();
    }

    static Sample read(String slug) {
        Card card = JSON.readValue(bytes(slug + "/offering.json"), Card.class);
        List<Document> documents = new ArrayList<>();
        for (String name : card.knowledge().documents()) {
            String text = new String(bytes(slug + "/knowledge/" + name), StandardCharsets.UTF_8);
            documents.add(new Document(text.lines().findFirst().orElse("").replaceFirst("^#+ *", ""), text));
        }
        return new Sample(card, bytes(slug + "/flow.json"), List.copyOf(documents));
    }

    static byte[] bytes(String path) {
        try (InputStream in = Sample.class.getResourceAsStream("/samples/" + path)) {
            if (in == null) {
                throw new IllegalStateException("a sample is part of the jar: samples/" + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
