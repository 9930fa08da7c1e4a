package dev.gsv.cmp.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** An identity provider like Keycloak, with a realm in its path and an encryption key first; misbehaves on request. */
final class FakeIssuer implements AutoCloseable {

    /** How it answers. */
    enum Mood {
        WELL,
        BROKEN,
        HTML,
        ANOTHER_ISSUER,
        HUGE
    }

    private static final String REALM = "/realms/gsv";

    final RSAKey encryption = key("enc", KeyUse.ENCRYPTION);
    final RSAKey signing = key("sig-1", KeyUse.SIGNATURE);
    final List<JWK> published = new CopyOnWriteArrayList<>(List.of(encryption, signing));
    final AtomicInteger asked = new AtomicInteger();
    volatile Mood mood = Mood.WELL;

    private final HttpServer server;
    private final int port;

    FakeIssuer() {
        this(0);
    }

    FakeIssuer(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext(REALM + "/.well-known/openid-configuration", exchange -> answer(exchange, metadata()));
            server.createContext(REALM + "/certs", exchange -> {
                asked.incrementAndGet();
                answer(
                        exchange,
                        published.stream()
                                .map(key -> key.toPublicJWK().toJSONString())
                                .collect(Collectors.joining(",", "{\"keys\":[", "]}")));
            });
            server.start();
            this.port = server.getAddress().getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RSAKey key(String kid, KeyUse use) {
        try {
            return new RSAKeyGenerator(2048).keyID(kid).keyUse(use).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return port;
    }

    String address() {
        return "http://127.0.0.1:" + port + REALM;
    }

    private String metadata() {
        String issuer = mood == Mood.ANOTHER_ISSUER ? "http://evil.test" : address();
        return "{\"issuer\":\"" + issuer + "\",\"jwks_uri\":\"" + address()
                + "/certs\",\"id_token_signing_alg_values_supported\":[\"HS256\",\"RS256\"]}";
    }

    private void answer(HttpExchange exchange, String body) throws IOException {
        String text = switch (mood) {
            case HTML -> "<html>Bad gateway</html>";
            case HUGE -> "{\"a\":\"" + "x".repeat(300_000) + "\"}";
            case WELL, BROKEN, ANOTHER_ISSUER -> body;
        };
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(mood == Mood.BROKEN ? 500 : 200, bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    /** The claims of a person's token, as Keycloak writes them (section 3.1 of the identity contract). */
    JWTClaimsSet.Builder person(Instant now) {
        return new JWTClaimsSet.Builder()
                .issuer(address())
                .subject("e51ffb34-6aa9-4068-a804-3a3a86f2abe8")
                .audience("cmp-gateway")
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(Duration.ofMinutes(5))))
                .claim("typ", "Bearer")
                .claim("azp", "cmp-web")
                .claim("scope", "openid profile email organization")
                .claim("organization", List.of("acme"))
                .claim("realm_access", Map.of("roles", List.of("default-roles-gsv")))
                .claim("email", "buyer@acme.test")
                .claim("email_verified", true)
                .claim("name", "Bea Buyer");
    }

    String token(Instant now, UnaryOperator<JWTClaimsSet.Builder> change) {
        return token(signing, signing.getKeyID(), change.apply(person(now)).build());
    }

    static String token(RSAKey key, String kid, JWTClaimsSet claims) {
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(kid).build(), claims);
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
