package dev.gsv.cmp.quotas;

import dev.gsv.cmp.orgs.Caller;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose quota counts (section 1.1 of the quotas contract): a person, an API key or a visitor.
 *
 * @param userType what the credential says; null leaves it to the operator's assignment and then to the plan
 */
public record QuotaUser(String userId, @Nullable String userType, boolean trial) {

    static final String ANONYMOUS = "anonymous";
    static final String FREE = "free";
    static final String PAID = "paid";
    static final String SERVICE = "service";

    /**
     * The user behind a caller; empty for a service of the platform, which has no quota.
     *
     * @param trial whether the plan is a trial
     */
    public static Optional<QuotaUser> of(Caller caller, boolean trial) {
        return switch (caller.kind()) {
            case PERSON -> Optional.of(new QuotaUser(caller.subject(), caller.userType(), trial));
            case API_KEY ->
                caller.presentedKey().map(key -> new QuotaUser(key.id().toString(), SERVICE, trial));
            case SERVICE -> Optional.empty();
        };
    }

    /** A visitor of a widget. */
    public static QuotaUser visitor(String visitor) {
        return new QuotaUser(visitor, ANONYMOUS, false);
    }
}
