package dev.gsv.cmp.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.gsv.cmp.kit.Ids;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Service;

/**
 * The issuer that this installation trusts, and, when that is its own, the maker of tokens (section 5 of the contract).
 */
@Service
class Issuer {

    /** A working day. Who is removed or disabled meanwhile is refused by our own tables at once. */
    static final Duration PERSON_LIFETIME = Duration.ofHours(8);

    static final Duration SERVICE_LIFETIME = Duration.ofMinutes(5);

    /** A token and how long it holds, in seconds. */
    record Token(String text, Instant issuedAt, Instant expiresAt) {
        long lifetimeSeconds() {
            return Duration.between(issuedAt, expiresAt).toSeconds();
        }
    }

    private final AccessSettings settings;
    private final SigningKeys keys;
    private final Environment environment;
    private final Ids ids;
    private final Clock clock;

    Issuer(AccessSettings settings, SigningKeys keys, Environment environment, Ids ids, Clock clock) {
        this.settings = settings;
        this.keys = keys;
        this.environment = environment;
        this.ids = ids;
        this.clock = clock;
    }

    boolean embedded() {
        return settings.embedded();
    }

    /** As tokens name it. The port is known only once the server listens, so this is asked at use. */
    String address() {
        if (!settings.embedded()) {
            return settings.issuer();
        }
        return settings.publicUrl().isEmpty()
                ? "http://127.0.0.1:" + environment.getRequiredProperty("local.server.port")
                : settings.publicUrl();
    }

    /** A token of a person, shaped as Keycloak's (section 3.1). */
    Token token(Account account) {
        return sign(
                PERSON_LIFETIME,
                claims(account.id().toString(), "cmp-web", account.realmRoles(), "openid profile email")
                        .claim("email", account.email())
                        .claim("email_verified", true)
                        .claim("name", account.name())
                        .claim("preferred_username", account.email()));
    }

    /** A token of one of our services (section 3.3). */
    Token token(OauthClient client) {
        return sign(
                SERVICE_LIFETIME,
                claims(client.clientId(), client.clientId(), client.realmRoles(), "runs")
                        .claim("preferred_username", "service-account-" + client.clientId()));
    }

    private JWTClaimsSet.Builder claims(String subject, String party, List<String> roles, String scope) {
        return new JWTClaimsSet.Builder()
                .issuer(address())
                .subject(subject)
                .audience(settings.audience())
                .jwtID(ids.next().toString())
                .claim("typ", "Bearer")
                .claim("azp", party)
                .claim("realm_access", Map.of("roles", roles))
                .claim("scope", scope);
    }

    private Token sign(Duration lifetime, JWTClaimsSet.Builder claims) {
        Instant now = clock.instant();
        Instant end = now.plus(lifetime);
        claims.issueTime(Date.from(now)).notBeforeTime(Date.from(now)).expirationTime(Date.from(end));
        RSAKey key = keys.signer();
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .type(com.nimbusds.jose.JOSEObjectType.JWT)
                            .build(),
                    claims.build());
            token.sign(new RSASSASigner(key));
            return new Token(token.serialize(), now, end);
        } catch (JOSEException e) {
            throw new IllegalStateException("an RSA key signs RS256", e);
        }
    }
}
