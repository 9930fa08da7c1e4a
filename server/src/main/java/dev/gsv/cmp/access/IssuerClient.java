package dev.gsv.cmp.access;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The issuer over HTTP: its metadata and its keys. The embedded issuer is asked the same way as any other. */
@Component
class IssuerClient {

    /** The issuer did not answer, or not as an issuer does. */
    static final class NoAnswer extends Exception {
        NoAnswer(String message) {
            super(message);
        }

        NoAnswer(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(IssuerClient.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_ANSWER_BYTES = 256 * 1024;
    private static final int MIN_RSA_BITS = 2048;
    private static final String METADATA = "/.well-known/openid-configuration";

    private final JsonMapper mapper;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    IssuerClient(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /**
     * The keys that the issuer signs with, by their ids: RSA, {@code use=sig}. The issuer's metadata must name exactly
     * the address that was asked.
     */
    Map<String, RSAKey> keys(String issuer) throws NoAnswer {
        JsonNode metadata = get(issuer.replaceAll("/$", "") + METADATA);
        if (!issuer.equals(metadata.path("issuer").asString(""))) {
            throw new NoAnswer("the metadata of " + issuer + " names another issuer");
        }
        String address = metadata.path("jwks_uri").asString("");
        if (!address.startsWith("http://") && !address.startsWith("https://")) {
            throw new NoAnswer("the metadata of " + issuer + " has no jwks_uri");
        }
        Map<String, RSAKey> keys = new HashMap<>();
        for (JsonNode key : get(address).path("keys")) {
            if ("RSA".equals(key.path("kty").asString(""))
                    && "sig".equals(key.path("use").asString(""))) {
                keep(key, keys);
            }
        }
        if (keys.isEmpty()) {
            throw new NoAnswer("the key set of " + issuer + " has no RSA key with use=sig");
        }
        return Map.copyOf(keys);
    }

    private static void keep(JsonNode json, Map<String, RSAKey> keys) {
        try {
            RSAKey key = RSAKey.parse(json.toString());
            boolean ours = key.getAlgorithm() == null || JWSAlgorithm.RS256.equals(key.getAlgorithm());
            if (ours
                    && KeyUse.SIGNATURE.equals(key.getKeyUse())
                    && key.getKeyID() != null
                    && key.size() >= MIN_RSA_BITS) {
                keys.put(key.getKeyID(), key.toPublicJWK());
            }
        } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
            log.warn("the issuer publishes a key that cannot be read");
        }
    }

    private JsonNode get(String address) throws NoAnswer {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                    .timeout(TIMEOUT)
                    .header("Accept", "application/json")
                    .build();
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw new NoAnswer(address + " answered " + response.statusCode());
                }
                byte[] bytes = body.readNBytes(MAX_ANSWER_BYTES + 1);
                if (bytes.length > MAX_ANSWER_BYTES) {
                    throw new NoAnswer(address + " answered more than " + MAX_ANSWER_BYTES + " bytes");
                }
                return mapper.readTree(bytes);
            }
        } catch (JacksonException e) {
            throw new NoAnswer(address + " answered no JSON", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new NoAnswer(address + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoAnswer("interrupted", e);
        }
    }
}
