package dev.gsv.cmp.catalog;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** The short name of an offering or plan in addresses, made from its name. */
final class Slug {

    private static final int MAX_GENERATED = 60;
    private static final Pattern LIKE_AN_ID = Pattern.compile("[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}");

    private Slug() {}

    /** Only ASCII letters and digits; a name without any becomes the neutral word. */
    static String of(String name, String neutral) {
        String plain = Normalizer.normalize(name, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replace("ß", "ss")
                .replaceAll("['’]", "")
                .replaceAll("[^a-z0-9]+", "-");
        String slug =
                plain.substring(0, Math.min(plain.length(), MAX_GENERATED)).replaceAll("^-+|-+$", "");
        return slug.isEmpty() || LIKE_AN_ID.matcher(slug).matches() ? neutral : slug;
    }
}
