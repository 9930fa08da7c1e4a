package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Open;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * What the embedded issuer says of itself. Written by us and not by the framework, which insists on an address for
 * signing in by browser: the embedded issuer has none, and metadata names only what answers.
 */
@RestController
class MetadataApi {

    /**
     * Fields of OpenID Connect Discovery and RFC 8414. No response type: nobody is sent here to sign in by browser;
     * people log in at {@code /api/v1/auth/login}, services take a token with their secret.
     */
    record Metadata(
            String issuer,
            String jwksUri,
            String tokenEndpoint,
            List<String> tokenEndpointAuthMethodsSupported,
            List<String> grantTypesSupported,
            List<String> responseTypesSupported,
            List<String> subjectTypesSupported,
            List<String> idTokenSigningAlgValuesSupported,
            List<String> scopesSupported) {}

    private final Issuer issuer;

    MetadataApi(Issuer issuer) {
        this.issuer = issuer;
    }

    /** 404 where another issuer is trusted: its metadata is at its own address. */
    @GetMapping({"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"})
    @Open(because = "whoever checks a token begins here")
    Metadata metadata() {
        if (!issuer.embedded()) {
            throw new KitProblem.NotFound("issuer at this address");
        }
        // Whatever the request called us, the address is the one that tokens name.
        String address = issuer.address();
        return new Metadata(
                address,
                address + "/oauth2/jwks",
                address + "/oauth2/token",
                List.of("client_secret_basic", "client_secret_post"),
                List.of("client_credentials"),
                List.of(),
                List.of("public"),
                List.of("RS256"),
                List.of("runs"));
    }
}
