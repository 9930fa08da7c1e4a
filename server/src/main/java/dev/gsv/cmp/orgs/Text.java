package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.KitProblem;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What people may write into names, descriptions and addresses: any script, no control characters, bounded. */
final class Text {

    static final int MAX_NAME = 255;
    static final int MAX_DESCRIPTION = 2000;
    static final int MAX_EMAIL = 254;
    static final int MAX_SUBJECT = 255;

    private static final Pattern EMAIL = Pattern.compile("[^\\s@]+@[^\\s@]+");

    private Text() {}

    static String name(String path, @Nullable String text) {
        if (text == null || text.isBlank()) {
            throw new KitProblem.Invalid(path, "must not be empty");
        }
        String name = text.strip();
        bounded(path, name, MAX_NAME);
        if (name.codePoints().anyMatch(Character::isISOControl)) {
            throw new KitProblem.Invalid(path, "must not hold control characters");
        }
        return name;
    }

    static @Nullable String description(@Nullable String text) {
        if (text == null) {
            return null;
        }
        bounded("description", text, MAX_DESCRIPTION);
        if (text.indexOf('\0') >= 0) {
            throw new KitProblem.Invalid("description", "must not hold a NUL character");
        }
        return text;
    }

    static String email(String text) {
        String email = text.strip().toLowerCase(Locale.ROOT);
        bounded("email", email, MAX_EMAIL);
        if (!EMAIL.matcher(email).matches() || email.codePoints().anyMatch(Character::isISOControl)) {
            throw new KitProblem.Invalid("email", "is no e-mail address");
        }
        return email;
    }

    static String subject(String text) {
        bounded("user_id", text, MAX_SUBJECT);
        if (text.isBlank() || text.codePoints().anyMatch(Character::isISOControl)) {
            throw new KitProblem.Invalid("user_id", "is no user id");
        }
        return text;
    }

    /** What a token calls a person, made safe to keep: never a reason to refuse a login. */
    static String tamed(String text, int atMost) {
        int[] safe = text.codePoints()
                .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE)
                .limit(atMost)
                .toArray();
        return new String(safe, 0, safe.length).strip();
    }

    private static void bounded(String path, String text, int atMost) {
        if (text.codePointCount(0, text.length()) > atMost) {
            throw new KitProblem.Invalid(path, "must have at most " + atMost + " characters");
        }
        if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            throw new KitProblem.Invalid(path, "holds half a character");
        }
    }
}
