package dev.gsv.cmp.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.gsv.cmp.kit.MasterKey;
import dev.gsv.cmp.orgs.OrgId;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** The signed part of the keys {@code ar_sk_live_…}: HS256 over claims that a runtime can read (decision C-12). */
@Component
class AgentTokens {

    private static final String MASTER_PURPOSE = "agent-keys";

    private final AccessSettings.AgentKeys settings;
    private final byte[] secret;
    private final Clock clock;

    AgentTokens(AccessSettings settings, MasterKey master, Clock clock) {
        this.settings = settings.agentKeys();
        this.secret = this.settings.secretKey().isEmpty()
                ? master.derive(MASTER_PURPOSE)
                : this.settings.secretKey().getBytes(StandardCharsets.UTF_8);
        this.clock = clock;
    }

    String sign(OrgId org, UUID id, UUID project, UUID instance, List<String> scopes, Instant expiresAt) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .jwtID(id.toString())
                .issuer(settings.issuer())
                .audience(settings.audience())
                .issueTime(Date.from(clock.instant()))
                .expirationTime(Date.from(expiresAt))
                .claim("tenant_id", org.toString())
                .claim("project_id", project.toString())
                .claim("config_uuid", instance.toString())
                .claim("scopes", scopes)
                .build();
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256)
                            .type(JOSEObjectType.JWT)
                            .build(),
                    claims);
            token.sign(new MACSigner(secret));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("a secret of 32 bytes signs HS256", e);
        }
    }

    /** The claims when they are ours and hold; what they say must still be compared with the stored key. */
    Optional<JWTClaimsSet> read(String text) {
        try {
            SignedJWT token = SignedJWT.parse(text);
            if (!JWSAlgorithm.HS256.equals(token.getHeader().getAlgorithm())
                    || !token.verify(new MACVerifier(secret))) {
                return Optional.empty();
            }
            JWTClaimsSet claims = token.getJWTClaimsSet();
            Date end = claims.getExpirationTime();
            boolean holds = end != null
                    && end.toInstant().isAfter(clock.instant())
                    && settings.issuer().equals(claims.getIssuer())
                    && claims.getAudience().contains(settings.audience());
            return holds ? Optional.of(claims) : Optional.empty();
        } catch (ParseException | JOSEException e) {
            return Optional.empty();
        }
    }

    /** Whether claims say exactly what the stored key says. */
    static boolean fit(JWTClaimsSet claims, ApiKeyStore.Right right) {
        return right.org().toString().equals(claims.getClaim("tenant_id"))
                && right.project().toString().equals(claims.getClaim("project_id"))
                && right.instance().toString().equals(claims.getClaim("config_uuid"))
                && right.scopes().equals(claims.getClaim("scopes"));
    }
}
