package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.KitProblem;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The short name in addresses: lower-case ASCII letters, digits and dashes. Other scripts are not transliterated, a
 * name without any usable character gets a neutral word; so a slug never looks like another one and needs no escaping.
 */
final class Slug {

    static final int MAX_LENGTH = 255;
    /** Generated slugs leave room for a suffix and stay readable. */
    private static final int MAX_GENERATED = 60;

    private static final int SUFFIX_LENGTH = 5;
    /** How often a taken slug is replaced by one with another suffix; 36^5 suffixes make a second try rare. */
    private static final int MAX_TRIES = 5;

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final Pattern ALLOWED = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,253}[a-z0-9])?");
    /** Where an id or a slug is accepted, a slug must not be taken for an id. */
    private static final Pattern LIKE_AN_ID = Pattern.compile("[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}");
    /** Words that are routes of their own next to a slug. */
    private static final Set<String> RESERVED = Set.of("auto", "me", "new", "admin");

    private static final SecureRandom RANDOM = new SecureRandom();

    private Slug() {}

    /** Checks a slug that somebody asked for; 400 when it cannot be one. */
    static String explicit(String text) {
        if (!ALLOWED.matcher(text).matches()) {
            throw new KitProblem.Invalid(
                    "slug",
                    "must have 1 to " + MAX_LENGTH + " lower-case letters, digits or dashes, no dash at an end");
        }
        if (LIKE_AN_ID.matcher(text).matches() || RESERVED.contains(text)) {
            throw new KitProblem.Invalid("slug", "is reserved");
        }
        return text;
    }

    /** A slug that must not be cleared; 400 otherwise. */
    static String present(@Nullable String slug) {
        if (slug == null) {
            throw new KitProblem.Invalid("slug", "must not be null");
        }
        return slug;
    }

    /** Slugs for a name, the nicest first. */
    static Stream<String> candidates(String name, String neutral) {
        String made = made(name);
        boolean usable = !made.isEmpty()
                && !RESERVED.contains(made)
                && !LIKE_AN_ID.matcher(made).matches();
        String base = usable ? made : neutral;
        Stream<String> suffixed = Stream.generate(() -> base + "-" + suffix()).limit(MAX_TRIES);
        return usable ? Stream.concat(Stream.of(base), suffixed) : suffixed;
    }

    private static String made(String name) {
        String plain = Normalizer.normalize(name, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replace("ß", "ss")
                .replaceAll("['’]", "")
                .replaceAll("[^a-z0-9]+", "-");
        String cut = plain.length() > MAX_GENERATED ? plain.substring(0, MAX_GENERATED) : plain;
        return cut.replaceAll("^-+|-+$", "");
    }

    private static String suffix() {
        StringBuilder suffix = new StringBuilder(SUFFIX_LENGTH);
        for (int i = 0; i < SUFFIX_LENGTH; i++) {
            suffix.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return suffix.toString();
    }
}
