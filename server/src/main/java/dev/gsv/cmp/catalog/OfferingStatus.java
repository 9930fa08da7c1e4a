package dev.gsv.cmp.catalog;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Set;

/** Where an offering stands (section 4.1 of the control plane contract). */
public enum OfferingStatus {
    DRAFT,
    /** Listed; can be subscribed to. */
    PUBLISHED,
    /** Not listed; existing instances go on. */
    PAUSED,
    /** End of sale: no new instances, for ever. */
    EOS,
    /** End of life: runs are refused. */
    EOL;

    /** A step that somebody takes on purpose. */
    public enum Step {
        PUBLISH(OfferingStatus.PUBLISHED),
        UNPUBLISH(OfferingStatus.PAUSED),
        END_OF_SALE(OfferingStatus.EOS),
        END_OF_LIFE(OfferingStatus.EOL);

        private final OfferingStatus to;

        Step(OfferingStatus to) {
            this.to = to;
        }

        public OfferingStatus to() {
            return to;
        }

        /** From where the step is possible. */
        public Set<OfferingStatus> from() {
            return switch (this) {
                case PUBLISH -> Set.of(DRAFT, PAUSED);
                case UNPUBLISH -> Set.of(PUBLISHED);
                case END_OF_SALE -> Set.of(PUBLISHED, PAUSED);
                case END_OF_LIFE -> Set.of(EOS);
            };
        }
    }

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static OfferingStatus of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
