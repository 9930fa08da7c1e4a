package dev.gsv.cmp.orgs;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A person in an organization, or the invitation of one.
 *
 * @param userId null while the invitation waits for the first login with its e-mail
 */
record Membership(
        UUID id,
        OrgId orgId,
        @Nullable String userId,
        @Nullable String email,
        @Nullable String name,
        Role role,
        Status status,
        List<UUID> teamIds,
        Instant createdAt,
        Instant updatedAt) {

    enum Status {
        ACTIVE,
        INVITED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
