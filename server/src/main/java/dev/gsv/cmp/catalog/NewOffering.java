package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Findings;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An offering to be created, or an offering after a change.
 *
 * @param slug null makes one from the name
 * @param valueStreams free strings (decision C-34)
 * @param exampleQuestions what a visitor may ask it
 */
public record NewOffering(
        String name,
        Kind category,
        List<String> valueStreams,
        @Nullable String description,
        @Nullable String slug,
        @Nullable String saleorProductId,
        @Nullable String thumbnailUrl,
        List<String> exampleQuestions) {

    static final int MAX_NAME = 255;
    static final int MAX_SLUG = 255;
    static final int MAX_DESCRIPTION = 20_000;
    static final int MAX_VALUE_STREAMS = 20;
    static final int MAX_VALUE_STREAM = 100;
    static final int MAX_EXAMPLES = 10;
    static final int MAX_EXAMPLE = 500;
    static final int MAX_SALEOR_ID = 255;
    static final int MAX_URL = 2000;

    private static final Pattern URL = Pattern.compile("(?:https?://[^\\s]+|/[^\\s]*)");

    public NewOffering {
        Findings findings = new Findings();
        name = findings.name("name", name, MAX_NAME);
        category = findings.required("category", category, Kind.AGENT);
        if (valueStreams == null) {
            findings.shape("value_streams", "is required; send [] for none");
        }
        valueStreams = findings.names("value_streams", valueStreams, MAX_VALUE_STREAMS, MAX_VALUE_STREAM);
        description = findings.text("description", description, MAX_DESCRIPTION);
        slug = findings.slug("slug", slug, MAX_SLUG);
        saleorProductId = findings.optional("saleor_product_id", saleorProductId, MAX_SALEOR_ID);
        thumbnailUrl = findings.optional("thumbnail_url", thumbnailUrl, MAX_URL);
        if (thumbnailUrl != null && !URL.matcher(thumbnailUrl).matches()) {
            findings.shape("thumbnail_url", "must be an http or https address, or a path");
        }
        exampleQuestions = findings.names("example_questions", exampleQuestions, MAX_EXAMPLES, MAX_EXAMPLE);
        findings.refuse();
    }

    /** An offering of which only the necessary is known, for instance at an import. */
    public static NewOffering named(String name, Kind category, @Nullable String description) {
        return new NewOffering(name, category, List.of(), description, null, null, null, List.of());
    }

    static NewOffering of(Offering offering) {
        return new NewOffering(
                offering.name(),
                offering.category(),
                offering.valueStreams(),
                offering.description(),
                offering.slug(),
                offering.saleorProductId(),
                offering.thumbnailUrl(),
                offering.exampleQuestions());
    }
}
