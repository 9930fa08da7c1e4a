package dev.gsv.cmp.access;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.gsv.cmp.kit.KitProblem;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is shown of an API key after its creation.
 *
 * @param keyPrefix its first 12 characters
 * @param isActive false once it is revoked or expired
 */
public record ApiKey(
        UUID id,
        UUID instanceId,
        String name,
        Format format,
        String keyPrefix,
        String keyLast4,
        List<String> scopes,
        @Nullable Instant lastUsedAt,
        Instant expiresAt,
        boolean isActive,
        Instant createdAt) {

    /** How a key looks (decision C-12). Both are checked against the database on every call. */
    public enum Format {
        /** {@code ar_sk_live_} and a signed token whose claims name organization, project and instance. */
        JWT,
        /** {@code cmp_sk_} and 256 random bits. */
        OPAQUE;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        public static Format parse(String text) {
            for (Format format : values()) {
                if (format.text().equals(text)) {
                    return format;
                }
            }
            throw new KitProblem.Invalid("format", "must be jwt or opaque");
        }
    }

    /**
     * A key to be created; what is null gets its default.
     *
     * @param scopes what it may be used for; null or empty is everything
     */
    public record Wish(
            String name,
            @Nullable Instant expiresAt,

            @ArraySchema(
                    arraySchema = @Schema(description = "What the key may be used for; absent or empty is everything."),
                    schema = @Schema(allowableValues = {"runs:create", "runs:read", "usage:read", "models:read"}))
            @Nullable
            List<String> scopes,

            @Nullable Format format) {}

    /**
     * A key that was just created.
     *
     * @param key the key itself, here and never again; null in the answer to a repeated call
     */
    public record Shown(
            UUID id,
            UUID instanceId,
            String name,
            @Nullable String key,
            String keyPrefix,
            String keyLast4,
            List<String> scopes,
            Instant expiresAt,
            boolean isActive,
            Instant createdAt) {

        Shown masked() {
            return new Shown(id, instanceId, name, null, keyPrefix, keyLast4, scopes, expiresAt, isActive, createdAt);
        }

        @Override
        public String toString() {
            return "Shown[" + id + ", " + keyPrefix + "…]";
        }
    }
}
