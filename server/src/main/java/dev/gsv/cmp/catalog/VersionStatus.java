package dev.gsv.cmp.catalog;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Set;

/** Where a version stands (section 4.2 of the control plane contract). */
public enum VersionStatus {
    DRAFT,
    PUBLISHED,
    /** Not offered to new subscribers; existing instances go on. */
    PAUSED,
    /** Final; existing instances go on. */
    DEPRECATED;

    /** From where this status can be reached. */
    public Set<VersionStatus> from() {
        return switch (this) {
            case DRAFT -> Set.of();
            case PUBLISHED -> Set.of(DRAFT, PAUSED);
            case PAUSED -> Set.of(PUBLISHED);
            case DEPRECATED -> Set.of(PUBLISHED, PAUSED);
        };
    }

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static VersionStatus of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
