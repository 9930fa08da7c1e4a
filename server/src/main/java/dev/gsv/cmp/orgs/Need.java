package dev.gsv.cmp.orgs;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an endpoint demands of its caller. The first four are a role in the organization that the call concerns. */
public enum Need {
    VIEWER(Role.VIEWER),
    MEMBER(Role.MEMBER),
    ADMIN(Role.ADMIN),
    OWNER(Role.OWNER),
    /** Any person who is signed in. */
    PERSON(null),
    /** One of our own services, realm role {@code cmp-service}. */
    SERVICE(null),
    /** The operator of the marketplace, realm role {@code cmp-admin}. */
    OPERATOR(null);

    private final @Nullable Role role;

    Need(@Nullable Role role) {
        this.role = role;
    }

    public Optional<Role> role() {
        return Optional.ofNullable(role);
    }
}
