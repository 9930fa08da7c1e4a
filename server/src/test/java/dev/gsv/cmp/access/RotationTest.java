package dev.gsv.cmp.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gsv.cmp.Database;
import dev.gsv.cmp.Hands;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.MasterKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.mock.env.MockEnvironment;

/** Two nodes of the embedded issuer through a change of keys, hour by hour. */
class RotationTest {

    /** What one node is made of. */
    private record Node(SigningKeys keys, Issuer issuer, Tokens tokens) {}

    private static final Account PAT = new Account(UUID.randomUUID(), "pat@acme.test", "Pat", List.of());

    private final Hands clock = new Hands(Instant.parse("2026-11-01T00:00:00Z"));
    private final Database database = Database.fresh();
    private HttpServer server;
    private Node first;
    private Node second;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        first = node();
        second = node();
        server.createContext(
                "/.well-known/openid-configuration",
                exchange -> answer(
                        exchange, "{\"issuer\":\"" + address() + "\",\"jwks_uri\":\"" + address() + "/oauth2/jwks\"}"));
        // The key set is always served by the node that did not begin the rotation.
        server.createContext(
                "/oauth2/jwks",
                exchange -> answer(exchange, second.keys().published().toString()));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private Node node() {
        AccessSettings settings = new AccessSettings(
                "",
                "cmp-gateway",
                "cmp-control-plane",
                "",
                "cmp-admin",
                address(),
                new AccessSettings.AgentKeys("", "HS256", "a", "b", 365));
        Ids ids = new Ids(clock);
        var source = database.dataSource();
        SigningKeys keys = new SigningKeys(
                new SigningKeyStore(JdbcClient.create(source)),
                new MasterKey(new MockEnvironment().withProperty("cmp.secret-key", "a secret of both nodes")),
                ids,
                clock,
                new DataSourceTransactionManager(source));
        Issuer issuer = new Issuer(settings, keys, new MockEnvironment(), ids, clock);
        return new Node(
                keys,
                issuer,
                new Tokens(issuer, new IssuerKeys(issuer, new IssuerClient(Json.mapper()), clock), settings, clock));
    }

    @Test
    void a_rotation_refuses_no_token_that_holds() throws Exception {
        record Issued(String token, Instant end) {}
        Deque<Issued> issued = new ArrayDeque<>();
        Set<String> signers = new HashSet<>();
        int largest = 0;
        for (int minute = 0; minute < 24 * 60; minute += 5) {
            if (minute == 60) {
                first.keys().rotate();
            }
            for (Node node : List.of(first, second)) {
                Issuer.Token token = node.issuer().token(PAT);
                signers.add(SignedJWT.parse(token.text()).getHeader().getKeyID());
                issued.add(new Issued(token.text(), token.expiresAt()));
            }
            issued.removeIf(token -> !token.end().isAfter(clock.instant()));
            for (Issued token : issued) {
                first.tokens().prove(token.token());
                second.tokens().prove(token.token());
            }
            largest = Math.max(largest, second.keys().published().getKeys().size());
            clock.forward(Duration.ofMinutes(5));
        }
        assertThat(signers).hasSize(2);
        assertThat(largest).isEqualTo(2);
        assertThat(second.keys().published().getKeys()).hasSize(1);
    }

    @Test
    void a_new_key_is_published_before_it_signs() {
        String old = first.keys().signer().getKeyID();
        String made = first.keys().rotate();
        assertThat(first.keys().published().getKeyByKeyId(made)).isNotNull();
        assertThat(first.keys().signer().getKeyID()).isEqualTo(old);
        clock.forward(SigningKeys.LEAD.plusSeconds(61));
        assertThat(first.keys().signer().getKeyID()).isEqualTo(made);
        assertThat(second.keys().signer().getKeyID()).isEqualTo(made);
    }

    @Test
    void a_key_is_replaced_after_ninety_days_by_one_node_only() {
        String old = first.keys().signer().getKeyID();
        clock.forward(SigningKeys.ROTATED_AFTER.plusMinutes(1));
        first.keys().signer();
        second.keys().signer();
        assertThat(first.keys().published().getKeys()).hasSize(2);
        clock.forward(SigningKeys.LEAD.plusMinutes(2));
        assertThat(first.keys().signer().getKeyID())
                .isNotEqualTo(old)
                .isEqualTo(second.keys().signer().getKeyID());
    }

    @Test
    void the_private_key_lies_sealed_in_the_database() {
        first.keys().signer();
        byte[] sealed = JdbcClient.create(database.dataSource())
                .sql("select sealed_private from signing_key")
                .query(byte[].class)
                .single();
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("\"d\"", "kty");
    }
}
