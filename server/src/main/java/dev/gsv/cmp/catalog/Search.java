package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.KitProblem;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What somebody looks for in the catalogue.
 *
 * @param words free text; forgives typos; null for everything
 * @param provider only of this seller
 * @param status only with this status; null for all that the reader may see
 * @param everything true for the seller itself and the operator: drafts and offerings that are not listed as well
 */
record Search(
        @Nullable String words,
        @Nullable Kind category,
        @Nullable String valueStream,
        @Nullable UUID provider,
        @Nullable String status,
        Ordering ordering,
        boolean everything) {

    static final int MAX_WORDS = 200;

    enum Ordering {
        RELEVANCE,
        NEWEST,
        OLDEST,
        NAME,
        NAME_DESCENDING,
        RATING;

        static Ordering parse(@Nullable String text, boolean searching) {
            return switch (text) {
                case null -> searching ? RELEVANCE : NEWEST;
                case "relevance" -> RELEVANCE;
                case "-created_at", "-published_at", "newest" -> NEWEST;
                case "created_at", "published_at", "oldest" -> OLDEST;
                case "name" -> NAME;
                case "-name" -> NAME_DESCENDING;
                case "-rating", "rating" -> RATING;
                default ->
                    throw new KitProblem.Invalid(
                            "ordering",
                            "must be one of relevance, name, -name, created_at, -created_at, published_at,"
                                    + " -published_at, -rating");
            };
        }
    }

    Search {
        if (words != null) {
            words = words.strip();
            if (words.length() > MAX_WORDS) {
                throw new KitProblem.Invalid("search", "must have at most " + MAX_WORDS + " characters");
            }
            words = words.isEmpty() ? null : words;
        }
        if (status != null
                && Arrays.stream(Shown.values()).noneMatch(shown -> shown.text().equals(status))) {
            throw new KitProblem.Invalid(
                    "status", "must be one of draft, published, paused, eos, eol, awaiting, approved, rejected");
        }
    }

    /** What can be asked for: a status, or a decision of the operator. */
    enum Shown {
        DRAFT,
        PUBLISHED,
        PAUSED,
        EOS,
        EOL,
        AWAITING,
        APPROVED,
        REJECTED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
