package dev.gsv.cmp.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Caller;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/**
 * Proves access tokens, whoever issued them, in the order of section 4 of the identity contract. The reason of a
 * refusal goes to the log, never to the caller, and never with the token.
 */
@Service
class Tokens {

    /** Clocks differ: so much is forgiven. */
    static final Duration LEEWAY = Duration.ofSeconds(60);

    static final String SERVICE_ROLE = "cmp-service";

    private static final Logger log = LoggerFactory.getLogger(Tokens.class);
    private static final int MAX_TOKEN_LENGTH = 16 * 1024;
    private static final int MAX_SUBJECT_LENGTH = 255;

    private final Issuer issuer;
    private final IssuerKeys keys;
    private final AccessSettings settings;
    private final Clock clock;

    Tokens(Issuer issuer, IssuerKeys keys, AccessSettings settings, Clock clock) {
        this.issuer = issuer;
        this.keys = keys;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * The caller that a token proves.
     *
     * @throws AccessProblem.InvalidCredential when it proves nobody
     * @throws KitProblem.Unavailable when the issuer cannot be asked
     */
    Caller prove(String text) {
        if (text.length() > MAX_TOKEN_LENGTH) {
            throw refused("longer than " + MAX_TOKEN_LENGTH + " characters");
        }
        try {
            SignedJWT token = SignedJWT.parse(text);
            JWTClaimsSet claims = token.getJWTClaimsSet();
            if (claims == null || !issuer.address().equals(claims.getIssuer())) {
                throw refused("another issuer");
            }
            signature(token);
            times(claims);
            if (!claims.getAudience().contains(settings.audience())) {
                throw refused("another audience");
            }
            Object type = claims.getClaim("typ");
            if (type != null && !"Bearer".equals(type)) {
                throw refused("not an access token");
            }
            return caller(claims);
        } catch (ParseException | JOSEException e) {
            throw refused("cannot be read");
        }
    }

    private void signature(SignedJWT token) throws JOSEException {
        if (!JWSAlgorithm.RS256.equals(token.getHeader().getAlgorithm())) {
            throw refused("algorithm "
                    + (JWSAlgorithm.Family.SIGNATURE.contains(token.getHeader().getAlgorithm())
                            ? token.getHeader().getAlgorithm().getName()
                            : "unknown"));
        }
        String kid = token.getHeader().getKeyID();
        if (kid == null) {
            throw refused("no key id");
        }
        RSAKey key = keys.find(kid).orElseThrow(() -> refused("unknown key"));
        if (!token.verify(new RSASSAVerifier(key))) {
            throw refused("wrong signature");
        }
    }

    private void times(JWTClaimsSet claims) {
        Instant now = clock.instant();
        Date end = claims.getExpirationTime();
        if (end == null || !end.toInstant().plus(LEEWAY).isAfter(now)) {
            throw refused("expired");
        }
        if (future(claims.getNotBeforeTime(), now) || future(claims.getIssueTime(), now)) {
            throw refused("not yet valid");
        }
    }

    private static boolean future(@Nullable Date time, Instant now) {
        return time != null && time.toInstant().isAfter(now.plus(LEEWAY));
    }

    private Caller caller(JWTClaimsSet claims) {
        String subject = claims.getSubject();
        if (subject == null
                || subject.isBlank()
                || subject.length() > MAX_SUBJECT_LENGTH
                || subject.codePoints().anyMatch(Character::isISOControl)) {
            throw refused("no subject");
        }
        Set<String> roles = roles(claims);
        boolean operator = roles.contains(settings.adminRole());
        String email = text(claims, "email");
        // A service account has no e-mail; a person who was given the role by mistake stays a person.
        if (roles.contains(SERVICE_ROLE) && email == null) {
            return Caller.service(subject, operator);
        }
        String name = text(claims, "name");
        String username = text(claims, "preferred_username");
        return Caller.person(
                        subject,
                        name != null && !name.isBlank() ? name : username != null ? username : subject,
                        email,
                        Boolean.TRUE.equals(claims.getClaim("email_verified")),
                        operator)
                .ofType(userType(claims));
    }

    /** What the issuer says of the person's quota; what cannot be a name of a type is nothing. */
    private static @Nullable String userType(JWTClaimsSet claims) {
        String type = text(claims, "user_type");
        return type == null || type.isBlank() || type.length() > MAX_SUBJECT_LENGTH ? null : type;
    }

    /**
     * Keycloak leaves {@code realm_access} away when there is no role; whatever else stands there is no role either.
     */
    private static Set<String> roles(JWTClaimsSet claims) {
        return claims.getClaim("realm_access") instanceof Map<?, ?> access
                        && access.get("roles") instanceof Collection<?> roles
                ? roles.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .collect(Collectors.toSet())
                : Set.of();
    }

    private static @Nullable String text(JWTClaimsSet claims, String name) {
        return claims.getClaim(name) instanceof String text ? text : null;
    }

    private static AccessProblem.InvalidCredential refused(String reason) {
        log.info("access token refused: {}", reason);
        return new AccessProblem.InvalidCredential();
    }
}
