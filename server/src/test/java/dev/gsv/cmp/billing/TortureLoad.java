package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/**
 * Callers that top up, authorize, settle, release and run, each call with a key. What got no clear answer is asked
 * again with the same key until the answer is clear.
 */
final class TortureLoad {

    private static final int CALLERS = 12;

    enum Kind {
        TOPUP,
        AUTHORIZE,
        SETTLE,
        RELEASE,
        RUN
    }

    /** One call and its clear answer. */
    static final class Sent {
        final Kind kind;
        final String key;
        final String method;
        final String path;
        final String body;
        final String hold;
        volatile int status;
        volatile String answer = "";

        Sent(Kind kind, String key, String method, String path, String body, String hold) {
            this.kind = kind;
            this.key = key;
            this.method = method;
            this.path = path;
            this.body = body;
            this.hold = hold;
        }

        JsonNode json() {
            return Json.mapper().readTree(answer);
        }

        boolean done() {
            return status >= 200 && status < 300;
        }
    }

    private final TortureNode node;
    private final Random random;
    private final String instance;
    private final String wallet;
    private final Map<Kind, String> tokens = new HashMap<>();
    private final Queue<String> holds = new ConcurrentLinkedQueue<>();
    private final Queue<Sent> unclear = new ConcurrentLinkedQueue<>();
    final Queue<Sent> clear = new ConcurrentLinkedQueue<>();
    final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    final AtomicInteger ambiguous = new AtomicInteger();
    private final AtomicInteger keys = new AtomicInteger();
    private volatile boolean running;
    private ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    TortureLoad(TortureNode node, long seed) {
        this.node = node;
        this.random = new Random(seed);
        Map<String, String> logins = node.logins();
        this.instance = logins.get("DEMO_INSTANCE_ID");
        unlimited();
        String service = service();
        String buyer = login(logins.get("BUYER_EMAIL"), logins.get("BUYER_PASSWORD"));
        for (Kind kind : Kind.values()) {
            tokens.put(kind, kind == Kind.RUN ? logins.get("DEMO_API_KEY") : service);
        }
        TortureNode.Reply own =
                node.send("GET", "/api/v1/wallets/me", Map.of("Authorization", "Bearer " + buyer), null);
        this.wallet = Json.mapper().readTree(own.body()).at("/wallet_id").asString();
    }

    String wallet() {
        return wallet;
    }

    /** The limits of the demo's plan would refuse most runs, and what is refused proves little. */
    private void unlimited() {
        JdbcClient.create(node.database()).sql("""
                        update plan set limits = '{"requests_per_minute": null, "requests_per_month": null,
                                                   "max_concurrent": null}'
                        """).update();
    }

    private String service() {
        TortureNode.Reply reply = node.send(
                "POST",
                "/oauth2/token",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                "grant_type=client_credentials&client_id=torture&client_secret=" + node.secret());
        return token(reply);
    }

    private String login(String email, String password) {
        String body = Json.mapper().writeValueAsString(Map.of("email", email, "password", password));
        return token(node.send("POST", "/api/v1/auth/login", Map.of("Content-Type", "application/json"), body));
    }

    private static String token(TortureNode.Reply reply) {
        if (reply.status() != 200) {
            throw new AssertionError("no token: " + reply);
        }
        return Json.mapper().readTree(reply.body()).at("/access_token").asString();
    }

    /** Lets the callers call until {@link #end}. */
    void begin() {
        String service = service();
        tokens.replaceAll((kind, token) -> kind == Kind.RUN ? token : service);
        running = true;
        callers = Executors.newVirtualThreadPerTaskExecutor();
        for (int i = 0; i < CALLERS; i++) {
            Random own = new Random(random.nextLong());
            boolean runs = i < 2;
            callers.submit(() -> {
                while (running) {
                    call(next(own, runs));
                    if (runs) {
                        Thread.sleep(100);
                    }
                }
                return null;
            });
        }
    }

    void end() {
        running = false;
        callers.shutdown();
        try {
            if (!callers.awaitTermination(60, TimeUnit.SECONDS)) {
                wrong.add("callers that hang");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asks again for everything that has no clear answer. Returns how many still have none. */
    int askAgain(long seconds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!unclear.isEmpty() && System.nanoTime() < deadline) {
            List<Sent> all = new ArrayList<>();
            for (Sent one = unclear.poll(); one != null; one = unclear.poll()) {
                all.add(one);
            }
            try (ExecutorService together = Executors.newVirtualThreadPerTaskExecutor()) {
                all.forEach(one -> together.submit(() -> call(one)));
            }
            pause(200);
        }
        return unclear.size();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Sent next(Random own, boolean runs) {
        String key = "torture-" + keys.incrementAndGet();
        if (runs) {
            return new Sent(
                    Kind.RUN,
                    key,
                    "POST",
                    "/v1/runs",
                    "{\"instance_id\":\"%s\",\"input\":{\"query\":\"hello\"}}".formatted(instance),
                    "");
        }
        int dice = own.nextInt(100);
        String hold = dice < 55 ? holds.poll() : null;
        if (hold != null && dice < 42) {
            return new Sent(
                    Kind.SETTLE,
                    key,
                    "POST",
                    "/api/v1/billing/settle",
                    "{\"reservation_id\":\"%s\",\"instance_id\":\"%s\",\"usage\":{\"requests\":%d}}"
                            .formatted(hold, instance, own.nextInt(8)),
                    hold);
        }
        if (hold != null) {
            return new Sent(Kind.RELEASE, key, "DELETE", "/api/v1/billing/reservations/" + hold, null, hold);
        }
        if (dice < 90) {
            return new Sent(
                    Kind.AUTHORIZE,
                    key,
                    "POST",
                    "/api/v1/billing/authorize",
                    "{\"instance_id\":\"%s\",\"requested_budget\":%d}".formatted(instance, 1 + own.nextInt(6)),
                    "");
        }
        return new Sent(
                Kind.TOPUP,
                key,
                "POST",
                "/api/v1/wallets/" + wallet + "/topups",
                "{\"credits_amount\":%d}".formatted(1 + own.nextInt(20)),
                "");
    }

    private void call(Sent one) {
        TortureNode.Reply reply = node.send(
                one.method,
                one.path,
                Map.of(
                        "Authorization",
                        "Bearer " + tokens.get(one.kind),
                        "Content-Type",
                        "application/json",
                        "Idempotency-Key",
                        one.key),
                one.body);
        boolean inProgress = reply.status() == 409 && reply.body().contains("IN_PROGRESS");
        if (reply.status() == 0 || reply.status() == 503 || inProgress) {
            ambiguous.incrementAndGet();
            unclear.add(one);
            // What has no answer at all will not have one in the next moment either.
            pause(reply.status() == 0 ? 1000 : 200);
            return;
        }
        one.answer = reply.body();
        one.status = reply.status();
        clear.add(one);
        if (one.kind == Kind.AUTHORIZE
                && one.done()
                && one.json().at("/allowed").asBoolean()) {
            holds.add(one.json().at("/reservation_id").asString());
        }
        boolean refused = reply.status() == 402 || reply.status() == 429;
        if (!one.done() && !refused && !(one.kind == Kind.RUN && reply.status() == 504)) {
            wrong.add(one.kind + " " + one.key + " " + reply);
        }
    }
}
