package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AliasesTest {

    private static final String ID = "0197a3c1-6a0e-7c55-9d5e-0f4a2f0e4d10";

    /** Documented path and canonical path: section 2.2 of the control plane contract, row by row. */
    private static final List<List<String>> DOCUMENTED = List.of(
            List.of("/orgs", "/api/v1/orgs"),
            List.of("/orgs/auto", "/api/v1/orgs/auto"),
            List.of("/orgs/" + ID + "/members", "/api/v1/orgs/" + ID + "/members"),
            List.of("/offerings", "/api/v1/offerings"),
            List.of("/offerings/" + ID, "/api/v1/offerings/" + ID),
            List.of("/instances", "/api/v1/instances"),
            List.of("/instances/" + ID, "/api/v1/instances/" + ID),
            List.of("/wallets/me", "/api/v1/wallets/me"),
            List.of("/wallets/me/ledger", "/api/v1/wallets/me/ledger"),
            List.of("/billing/authorize", "/api/v1/billing/authorize"),
            List.of("/connectors/bindings", "/api/v1/connectors/bindings"),
            List.of("/integrations/saleor/order-paid", "/api/v1/integrations/saleor/order-paid"),
            List.of("/capabilities", "/api/v1/capabilities"),
            List.of("/runs/" + ID + "/usage", "/api/v1/runs/" + ID + "/usage"),
            List.of("/api/site-agent/v1/offerings", "/api/v1/offerings"),
            List.of("/api/site-agent/customer-agent-configs", "/api/v1/instances"),
            List.of("/api/customer-agent-configs", "/api/v1/instances"),
            List.of("/api/v1/customer-agent-configs/" + ID, "/api/v1/instances/" + ID),
            List.of("/api/v1/customer-agent-configs/" + ID + "/keys", "/api/v1/instances/" + ID + "/api_keys"),
            List.of("/api/v1/instances/" + ID + "/keys", "/api/v1/instances/" + ID + "/api_keys"),
            List.of("/instances/" + ID + "/api-keys/" + ID, "/api/v1/instances/" + ID + "/api_keys/" + ID),
            List.of("/api/v1/instances/" + ID + "/widget", "/api/v1/instances/" + ID + "/widget-embed"),
            List.of("/api/provider-agents/" + ID, "/api/v1/offerings/" + ID),
            List.of("/api/v1/provider-agents/" + ID + "/validate_flow", "/api/v1/offerings/" + ID + "/validate_flow"),
            List.of("/api/marketplace-ai-knowledge-bases", "/api/v1/knowledge-bases"),
            List.of("/api/marketplace-ai-knowledge-documents/" + ID, "/api/v1/knowledge-documents/" + ID),
            List.of("/api/marketplace-ai-workflows", "/api/v1/flows"),
            List.of("/api/flows/import", "/api/v1/flows/import"),
            List.of("/api/runtime/auth", "/api/v1/runtime/auth"),
            List.of("/api/runtime/usage", "/api/v1/runtime/usage"),
            List.of("/api/runtime/deploy", "/api/v1/runtime/deploy"),
            List.of("/api/v1/deploy", "/api/v1/runtime/deploy"),
            List.of("/api/stripe/checkout", "/api/v1/stripe/checkout"),
            List.of("/api/site-agent/api/stripe/checkout", "/api/v1/stripe/checkout"),
            List.of("/api/stripe/webhook", "/api/v1/webhooks/stripe"),
            List.of("/api/site-agent/api/stripe/webhook", "/api/v1/webhooks/stripe"),
            List.of("/api/admin/control-plane/webhooks/stripe", "/api/v1/webhooks/stripe"),
            List.of("/api/v1/admin/control-plane/webhooks/stripe", "/api/v1/webhooks/stripe"),
            List.of("/api/create-payment-intent", "/api/v1/stripe/payment-intents"),
            List.of("/api/admin/control-plane/budgets", "/api/v1/admin/control-plane/budgets"),
            List.of("/admin/control-plane/budgets", "/api/v1/admin/control-plane/budgets"),
            List.of("/admin/offerings", "/api/v1/admin/offerings"),
            List.of("/api/agent-gateway/invoke", "/v1/invoke"),
            List.of("/api/agent-gateway/health", "/v1/health"),
            List.of("/v1/widget/session", "/v1/widget/session:init"),
            List.of("/webhooks/saleor/order-paid", "/api/v1/integrations/saleor/order-paid"),
            List.of("/health", "/health"));

    @Test
    void every_row_of_the_table_is_walked() {
        assertThat(Aliases.TABLE)
                .allSatisfy(alias -> assertThat(DOCUMENTED.stream()
                                .map(List::getFirst)
                                .flatMap(path -> steps(path).stream())
                                .anyMatch(
                                        path -> alias.documented().matcher(path).matches()))
                        .as(alias.documented().pattern())
                        .isTrue());
    }

    /** The path and what it becomes on its way through the table. */
    private static List<String> steps(String path) {
        List<String> steps = new ArrayList<>(List.of(path));
        for (Aliases.Alias alias : Aliases.TABLE) {
            var matcher = alias.documented().matcher(steps.getLast());
            if (matcher.matches()) {
                steps.add(matcher.replaceFirst(alias.canonical()));
            }
        }
        return steps;
    }

    @Test
    void an_alias_answers_exactly_as_its_canonical_path_does() {
        Api api = Harness.api().with("X-Request-Id", "same");
        for (List<String> row : DOCUMENTED) {
            for (String method : List.of("GET", "POST")) {
                Api.Reply canonical = api.send(method, row.get(1), body(method));
                for (String path : List.of(row.getFirst(), row.getFirst() + "/", row.get(1) + "/")) {
                    Api.Reply alias = api.send(method, path, body(method));
                    assertThat(alias.status()).as(method + " " + path).isEqualTo(canonical.status());
                    assertThat(alias.text()).as(method + " " + path).isEqualTo(canonical.text());
                }
            }
        }
    }

    private static Object body(String method) {
        return method.equals("POST") ? "{\"some\":\"body\"}" : null;
    }

    @ParameterizedTest
    @CsvSource({"/,/", "//,/", "/api/v1/orgs,/api/v1/orgs", "/v1/runs/,/v1/runs", "/api/v1/runs,/api/v1/runs"})
    void a_canonical_path_stays_what_it_is(String path, String canonical) {
        assertThat(Aliases.canonical(path)).isEqualTo(canonical);
    }
}
