package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.KitProblem;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, as far as it was proved. Only {@code access} makes one from a credential and knows how; rooms ask it and
 * hand it to {@link Orgs#enter}. Controllers take it as a parameter.
 *
 * @param subject the identity's subject, or {@code key:<id>} for an API key
 * @param name what to call the person, for instance in the name of the first organization
 * @param userType what the token says of a person's quota; null when it says nothing
 * @param needs what the endpoint demands; empty outside of a request
 * @param reading true when the request changes nothing (GET, HEAD)
 */
public record Caller(
        Kind kind,
        String subject,
        String name,
        @Nullable String email,
        boolean emailVerified,
        boolean operator,
        @Nullable Key key,
        @Nullable String userType,
        Set<Need> needs,
        boolean reading) {

    public enum Kind {
        PERSON,
        SERVICE,
        API_KEY
    }

    /** The API key that was presented: it opens one instance of one organization. */
    public record Key(UUID id, OrgId org, UUID instance, Set<String> scopes) {
        public Key {
            scopes = Set.copyOf(scopes);
        }
    }

    public Caller {
        needs = Set.copyOf(needs);
        if ((kind == Kind.API_KEY) != (key != null)) {
            throw new IllegalArgumentException("an API key caller carries its key, others none");
        }
    }

    public static Caller person(
            String subject, String name, @Nullable String email, boolean verified, boolean operator) {
        return new Caller(Kind.PERSON, subject, name, email, verified, operator, null, null, Set.of(), false);
    }

    /** The same person, of the user type that the token names. */
    public Caller ofType(@Nullable String named) {
        return new Caller(kind, subject, name, email, emailVerified, operator, key, named, needs, reading);
    }

    public static Caller service(String subject, boolean operator) {
        return new Caller(Kind.SERVICE, subject, subject, null, false, operator, null, null, Set.of(), false);
    }

    public static Caller apiKey(Key key) {
        return new Caller(Kind.API_KEY, "key:" + key.id(), "API key", null, false, false, key, null, Set.of(), false);
    }

    public Caller needing(Set<Need> demanded) {
        return needing(demanded, false);
    }

    public Caller needing(Set<Need> demanded, boolean onlyReading) {
        return new Caller(kind, subject, name, email, emailVerified, operator, key, userType, demanded, onlyReading);
    }

    /** The weakest role that the endpoint lets in; where it names none, being a member is enough. */
    public Role weakestRole() {
        return needs.stream()
                .flatMap(need -> need.role().stream())
                .min(Comparator.naturalOrder())
                .orElse(Role.VIEWER);
    }

    public boolean service() {
        return kind == Kind.SERVICE;
    }

    public Optional<Key> presentedKey() {
        return Optional.ofNullable(key);
    }

    /** True when the caller is let in as operator or service, whatever the organization. */
    public boolean aboveOrgs() {
        return (operator && needs.contains(Need.OPERATOR)) || (service() && needs.contains(Need.SERVICE));
    }

    /** The person's subject, or 403 where only a person makes sense. */
    public String person() {
        if (kind != Kind.PERSON) {
            throw new KitProblem.PermissionDenied("Only a person can do this.");
        }
        return subject;
    }
}
