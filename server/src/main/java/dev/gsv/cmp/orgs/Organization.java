package dev.gsv.cmp.orgs;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;

/**
 * An organization: the tenant that owns instances, credit and offerings.
 *
 * @param ownerId subject of one of its owners, at first of its founder
 * @param isProvider true when it sells
 */
public record Organization(
        OrgId id,
        String name,
        String slug,
        String ownerId,
        boolean isProvider,
        Status status,
        Instant createdAt,
        Instant updatedAt) {

    public enum Status {
        ACTIVE,
        /** By the operator: everything can be read, nothing changed and nothing run. */
        SUSPENDED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }
}
