package dev.gsv.cmp.demo;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.Readiness;
import dev.gsv.cmp.kit.Welcome;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Makes the demo when this node starts, before the node counts as ready, and says how to use it. */
@Component
class DemoStart implements Welcome {
    private static final Logger LOG = LoggerFactory.getLogger(DemoStart.class);

    static final String STEP = "seed";
    static final String FIRST_QUESTION = "How long do I have to return an item?";
    /** Longer than any step of the seed takes; after that a node that died is overtaken. */
    static final Duration LEASE = Duration.ofSeconds(30);
    /** How long a node waits for another that makes the demo. */
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final String QUESTION =
            "  -H 'Content-Type: application/json' -d '{\"input\": {\"query\": \"" + FIRST_QUESTION + "\"}}'";

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);

    private final Demo demo;
    private final DemoStore store;
    private final DemoSettings settings;
    private final Readiness readiness;
    private final Clock clock;
    private final UUID node;
    private int port;

    DemoStart(Demo demo, DemoStore store, DemoSettings settings, Readiness readiness, Clock clock, Ids ids) {
        this.demo = demo;
        this.store = store;
        this.settings = settings;
        this.readiness = readiness;
        this.clock = clock;
        this.node = ids.next();
        if (settings.on()) {
            readiness.expect(STEP);
        }
    }

    @EventListener
    void listening(WebServerInitializedEvent event) {
        port = event.getWebServer().getPort();
    }

    /** Before the lines of the welcome are gathered. */
    @EventListener(ApplicationReadyEvent.class)
    @Order(0)
    void ready() {
        if (!settings.on()) {
            return;
        }
        try {
            seed();
            if (settings.embedded()) {
                demo.restore();
            }
            demo.reachedAt("http://localhost:" + port);
            readiness.done(STEP);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            readiness.failed(STEP);
        } catch (RuntimeException e) {
            LOG.error(
                    "The demo could not be made. Start again to go on where it stopped, or without it: CMP_DEMO=false",
                    e);
            readiness.failed(STEP);
        }
    }

    private void seed() throws InterruptedException {
        Instant until = clock.instant().plus(PATIENCE);
        while (!store.done()) {
            if (store.take(node, LEASE, settings.embedded())) {
                LOG.info("Making the demo");
                demo.make(this::keep);
                store.finish(node);
            } else if (clock.instant().isAfter(until)) {
                throw new IllegalStateException("another node has been making the demo for " + PATIENCE);
            } else {
                Thread.sleep(BETWEEN_LOOKS);
            }
        }
    }

    /** Before each step: whoever lost the lease stops. */
    private void keep() {
        if (!store.take(node, LEASE, settings.embedded())) {
            throw new IllegalStateException("another node goes on with the demo");
        }
    }

    @Override
    public List<String> lines(boolean person) {
        if (!settings.on()) {
            return List.of();
        }
        Map<String, String> logins = demo.logins();
        if (!Demo.complete(logins)) {
            return List.of(
                    "", "  The demo's logins are with the node that made it, or its Customer Support Agent was ended.");
        }
        String file = settings.folder().resolve("demo.env").toString();
        return person ? lines(logins, file) : linesWithoutSecrets(logins, file);
    }

    /** Where the passwords are and not what they are: these lines end in a log. */
    static List<String> linesWithoutSecrets(Map<String, String> logins, String file) {
        return List.of(
                "",
                "  Demo logins (buyer, seller, operator) and an API key are in " + file,
                "",
                "  Ask the Customer Support Agent:",
                "",
                ". '" + file.replace("'", "'\\''") + "'",
                "curl -sS " + logins.get(Demo.URL) + "/v1/runs -H \"Authorization: Bearer $" + Demo.KEY + "\" \\",
                QUESTION);
    }

    static List<String> lines(Map<String, String> logins, String file) {
        return List.of(
                "",
                "  Demo logins, also in " + file + ":",
                "    buyer     " + logins.get("BUYER_EMAIL") + "     " + logins.get("BUYER_PASSWORD"),
                "    seller    " + logins.get("SELLER_EMAIL") + "    " + logins.get("SELLER_PASSWORD"),
                "    operator  " + logins.get("OPERATOR_EMAIL") + "  " + logins.get("OPERATOR_PASSWORD"),
                "",
                "  Ask the Customer Support Agent:",
                "",
                "curl -sS " + logins.get(Demo.URL) + "/v1/runs -H 'Authorization: Bearer " + logins.get(Demo.KEY)
                        + "' \\",
                QUESTION);
    }
}
