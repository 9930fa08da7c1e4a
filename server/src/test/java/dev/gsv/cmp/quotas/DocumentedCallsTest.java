package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The admin calls of sections 9 and 10 of the quotas contract, sent as they stand there; every member of the documented
 * answer is compared. What differs from one day to the next is written as {@code <id>}, {@code <days>} or
 * {@code <time>}.
 */
class DocumentedCallsTest {

    private static Harness harness;
    private static Counter counter;

    private final Instant now = Instant.now();

    @BeforeAll
    static void fresh() {
        harness = Harness.start(Map.of("CMP_TENANT", "acme"));
        counter = Counter.open(harness);
    }

    @AfterAll
    static void close() {
        harness.close();
    }

    private Api.Reply post(String path, int status, String body, String answer) {
        Api.Reply reply = counter.operator().post(Counter.BASE + path, body).expect(status);
        compare(path, Json.mapper().readTree(answer), reply.json());
        return reply;
    }

    private Api.Reply get(String path, int status, String answer) {
        Api.Reply reply = counter.operator().get(Counter.BASE + path).expect(status);
        compare(path, Json.mapper().readTree(answer), reply.json());
        return reply;
    }

    private void compare(String at, JsonNode documented, JsonNode answered) {
        switch (documented) {
            case JsonNode node
            when node.isObject() ->
                node.properties().forEach(member -> {
                    assertThat(answered.has(member.getKey()))
                            .as(at + "/" + member.getKey())
                            .isTrue();
                    compare(at + "/" + member.getKey(), member.getValue(), answered.get(member.getKey()));
                });
            case JsonNode node
            when node.isArray() -> {
                assertThat(answered.size()).as(at).isEqualTo(node.size());
                for (int i = 0; i < node.size(); i++) {
                    compare(at + "/" + i, node.get(i), answered.get(i));
                }
            }
            case JsonNode node
            when node.isNumber() ->
                assertThat(answered.decimalValue()).as(at).isEqualByComparingTo(node.decimalValue());
            case JsonNode node when node.isString() -> text(at, node.asString(), answered.asString());
            default -> assertThat(answered).as(at).isEqualTo(documented);
        }
    }

    private void text(String at, String documented, String answered) {
        switch (documented) {
            case "<id>" -> assertThat(answered).as(at).matches("[0-9a-f-]{36}");
            case "<time>" -> assertThat(Instant.parse(answered)).as(at).isAfter(Instant.EPOCH);
            case "<7 days>" -> days(at, answered, 7);
            case "<30 days>" -> days(at, answered, 30);
            default -> assertThat(answered).as(at).isEqualTo(documented);
        }
    }

    private void days(String at, String answered, long days) {
        assertThat(Duration.between(now, Instant.parse(answered)))
                .as(at)
                .isBetween(
                        Duration.ofDays(days).minusMinutes(2),
                        Duration.ofDays(days).plusMinutes(2));
    }

    @Test
    void the_examples_of_section_9_and_10_answer_as_they_are_documented() {
        post("/replenishments/grant-trial", 201, """
                {"user_id": "user123", "days": 7, "additional_requests_per_day": 100,
                 "additional_tokens_per_day": 1000000, "bundle_id": "*", "notes": "Welcome trial"}
                """, """
                {"status": "ok", "message": "Trial granted to user123 for 7 days",
                 "replenishment": {"id": "<id>", "user_id": "user123", "bundle_id": "*",
                   "additional_requests_per_day": 100, "additional_tokens_per_day": 1000000, "expires_at": "<7 days>"}}
                """);
        post("/replenishments/top-up", 201, """
                {"user_id": "user456", "bundle_id": "*", "additional_requests_per_day": 50,
                 "additional_tokens_per_day": 5000000, "expires_in_days": 30, "purchase_amount_usd": 10.00,
                 "notes": "Manual purchase"}
                """, """
                {"status": "ok", "replenishment": {"id": "<id>", "user_id": "user456", "bundle_id": "*",
                   "additional_requests_per_day": 50, "additional_tokens_per_day": 5000000, "expires_at": "<30 days>",
                   "purchase_amount_usd": 10, "purchase_notes": "Manual purchase"}}
                """);
        post("/replenishments/top-up", 201, """
                {"user_id": "vip_user", "additional_requests_per_day": 1000, "additional_tokens_per_day": 100000000,
                 "expires_in_days": null, "notes": "Permanent VIP credits"}
                """, """
                {"status": "ok", "replenishment": {"user_id": "vip_user", "bundle_id": "*", "expires_at": null,
                   "additional_requests_per_day": 1000, "purchase_notes": "Permanent VIP credits"}}
                """);
        get("/replenishments/user/user123?include_expired=false", 200, """
                {"status": "ok", "user_id": "user123", "credit_count": 1,
                 "credits": [{"id": "<id>", "bundle_id": "*",
                   "additional_requests_per_day": 100, "additional_requests_per_month": null,
                   "additional_total_requests": null, "additional_tokens_per_hour": null,
                   "additional_tokens_per_day": 1000000, "additional_tokens_per_month": null,
                   "additional_max_concurrent": null, "expires_at": "<7 days>", "purchase_id": null,
                   "purchase_amount_usd": null, "purchase_notes": "Welcome trial", "is_expired": false,
                   "is_active": true}]}
                """);
        get("/replenishments/user/nobody", 200, """
                {"status": "ok", "user_id": "nobody", "credit_count": 0, "credits": []}
                """);
        get("/replenishments/users?limit=1", 200, """
                {"status": "ok", "user_count": 1,
                 "users": [{"tenant": "acme", "project": "default", "user_id": "user123", "credit_count": 1,
                   "total_additional_requests_per_day": 100, "total_additional_tokens_per_day": 1000000,
                   "earliest_expiry": "<7 days>", "latest_purchase": "<time>"}]}
                """);
        get("/replenishments?user_id=user456&bundle_id=*&include_expired=false&limit=100", 200, """
                {"status": "ok", "count": 1, "replenishments": [{"tenant": "acme", "project": "default",
                   "user_id": "user456", "bundle_id": "*", "is_expired": false}]}
                """);
        counter.operator()
                .delete(Counter.BASE + "/replenishments/user456/*")
                .expect(200)
                .json()
                .path("deactivated");
        policies();
        breakdown();
    }

    private void policies() {
        post("/policies/quota", 201, """
                {"user_type": "free", "bundle_id": "*", "max_concurrent": 1, "requests_per_day": 10,
                 "tokens_per_day": 100000, "notes": "Free tier limits"}
                """, """
                {"status": "ok", "message": "Quota policy set for free",
                 "policy": {"user_type": "free", "bundle_id": "*", "max_concurrent": 1, "requests_per_day": 10,
                   "requests_per_month": null, "total_requests": null, "tokens_per_hour": null,
                   "tokens_per_day": 100000, "tokens_per_month": null, "notes": "Free tier limits"}}
                """);
        get("/policies/quota?limit=1&offset=1", 200, """
                {"status": "ok", "count": 1, "policies": [{"user_type": "free", "bundle_id": "*", "max_concurrent": 1,
                   "requests_per_day": 10, "requests_per_month": null, "total_requests": null,
                   "tokens_per_hour": null, "tokens_per_day": 100000, "tokens_per_month": null}]}
                """);
        post("/policies/budget", 201, """
                {"bundle_id": "kdcube.codegen.orchestrator", "provider": "anthropic", "usd_per_day": 200.00,
                 "notes": "Anthropic daily budget"}
                """, """
                {"status": "ok", "message": "Budget policy set for anthropic",
                 "policy": {"bundle_id": "kdcube.codegen.orchestrator", "provider": "anthropic", "usd_per_hour": null,
                   "usd_per_day": 200.0, "usd_per_month": null}}
                """);
        get("/policies/budget?limit=100", 200, """
                {"status": "ok", "count": 1, "policies": [{"bundle_id": "kdcube.codegen.orchestrator",
                   "provider": "anthropic", "usd_per_hour": null, "usd_per_day": 200, "usd_per_month": null,
                   "spent": {"hour": 0, "day": 0, "month": 0}, "held": {"hour": 0, "day": 0, "month": 0}}]}
                """);
        get("/health", 200, """
                {"status": "ok", "service": "control_plane", "postgresql": "ready", "redis": "not configured"}
                """);
        post("/clear-cache", 201, "{}", "{\"status\": \"ok\"}");
    }

    /** Section 10: base 10, grants of 100 and 50, eight requests and a ninth that goes on. */
    private void breakdown() {
        post(
                "/replenishments/top-up",
                201,
                "{\"user_id\": \"user123\", \"additional_requests_per_day\": 50,"
                        + " \"additional_tokens_per_day\": 5000000}",
                "{\"status\": \"ok\"}");
        for (int i = 0; i < 9; i++) {
            Map<String, Object> admission = Map.of(
                    "user_id",
                    "user123",
                    "user_type",
                    "free",
                    "bundle_id",
                    "customer-support-agent",
                    "lock_id",
                    "run-" + i,
                    "estimated_tokens",
                    20_000);
            Api.Reply admitted = counter.service()
                    .post("/api/v1/quotas/admissions", admission)
                    .expect(200);
            compare("admit " + i, Json.mapper().readTree("""
                    {"allowed": true, "reason": null, "lock_id": "run-%d", "used_replenishment": true,
                     "snapshot": {"req_day": %d, "req_month": %d, "req_total": %d, "in_flight": 1},
                     "effective_policy": {"max_concurrent": 1, "requests_per_day": 160, "requests_per_month": null,
                                          "total_requests": null, "tokens_per_hour": null, "tokens_per_day": 6100000,
                                          "tokens_per_month": null}}
                    """.formatted(i, i, i, i)), admitted.json());
            if (i < 8) {
                counter.service()
                        .post("/api/v1/quotas/admissions/run-" + i + "/commit", Map.of("tokens", 1125))
                        .expect(200);
            }
        }
        get("/users/user123/quota-breakdown?user_type=free&bundle_id=*", 200, """
                {"status": "ok", "user_id": "user123", "user_type": "free", "bundle_id": "*",
                 "base_policy": {"max_concurrent": 1, "requests_per_day": 10, "requests_per_month": null,
                   "total_requests": null, "tokens_per_hour": null, "tokens_per_day": 100000,
                   "tokens_per_month": null},
                 "replenishment": {"has_credits": true, "grants": 2, "additional_requests_per_day": 150,
                   "additional_tokens_per_day": 6000000, "earliest_expiry": "<7 days>"},
                 "effective_policy": {"max_concurrent": 1, "requests_per_day": 160, "requests_per_month": null,
                   "total_requests": null, "tokens_per_hour": null, "tokens_per_day": 6100000,
                   "tokens_per_month": null},
                 "current_usage": {"requests_today": 8, "requests_this_month": 8, "requests_total": 8,
                   "tokens_this_hour": 9000, "tokens_today": 9000, "tokens_this_month": 9000,
                   "tokens_reserved": 20000, "concurrent": 1},
                 "remaining": {"requests_today": 151, "requests_this_month": null, "requests_total": null,
                   "tokens_today": 6071000, "tokens_this_month": null, "messages_remaining": 151,
                   "percentage_used": 5.0}}
                """);
    }

    /** Section 2.2 of the control plane contract, with and without slash, for each call of section 9. */
    @Test
    void every_admin_call_answers_under_its_documented_aliases_as_under_its_own_path() {
        Api operator = counter.operator().with("X-Request-Id", "same");
        String id = "0197b000-0000-7000-8000-000000000001";
        for (List<String> call : List.of(
                List.of("POST", "/replenishments/grant-trial"),
                List.of("POST", "/replenishments/top-up"),
                List.of("GET", "/replenishments/user/nobody-at-all"),
                List.of("GET", "/replenishments/users"),
                List.of("GET", "/replenishments"),
                List.of("DELETE", "/replenishments/nobody-at-all/*"),
                List.of("GET", "/grants/" + id),
                List.of("PATCH", "/grants/" + id),
                List.of("DELETE", "/grants/" + id),
                List.of("POST", "/policies/quota"),
                List.of("GET", "/policies/quota"),
                List.of("GET", "/policies/quota/none/*"),
                List.of("DELETE", "/policies/quota/none/*"),
                List.of("POST", "/policies/budget"),
                List.of("GET", "/policies/budget"),
                List.of("GET", "/policies/budget/none/none"),
                List.of("DELETE", "/policies/budget/none/none"),
                List.of("POST", "/prices"),
                List.of("GET", "/prices/none/none"),
                List.of("GET", "/health"),
                List.of("GET", "/reports/active-credits"),
                List.of("GET", "/reports/revenue"),
                List.of("GET", "/reports/expiring"),
                List.of("GET", "/users/nobody-at-all/quota-breakdown"),
                List.of("GET", "/users/nobody-at-all/user-type"))) {
            String method = call.getFirst();
            String body = method.equals("POST") || method.equals("PATCH") ? "{}" : null;
            Api.Reply canonical = operator.send(method, Counter.BASE + call.getLast(), body);
            assertThat(canonical.status()).as(call.toString()).isNotEqualTo(405);
            for (String base :
                    List.of("/api/v1/admin/control-plane", "/api/admin/control-plane", "/admin/control-plane")) {
                for (String slash : List.of("", "/")) {
                    Api.Reply alias = operator.send(method, base + call.getLast() + slash, body);
                    assertThat(alias.status()).as(method + " " + alias.path()).isEqualTo(canonical.status());
                    assertThat(timeless(alias)).as(method + " " + alias.path()).isEqualTo(timeless(canonical));
                }
            }
        }
        for (String base : List.of("/api/admin/control-plane", "/admin/control-plane/")) {
            operator.post(base.replaceAll("/$", "") + "/clear-cache").expect(201);
        }
    }

    /** A report ends now, and now is later each time. */
    private static String timeless(Api.Reply reply) {
        return reply.text().replaceAll("\\d{4}-\\d{2}-\\d{2}T[0-9:.]+Z", "<time>");
    }
}
