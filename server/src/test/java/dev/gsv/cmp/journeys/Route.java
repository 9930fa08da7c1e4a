package dev.gsv.cmp.journeys;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Open;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Need;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Every route of the running program, who may call it, and a body that it would understand.
 *
 * @param keyed honours the header Idempotency-Key
 * @param asksWho answers differently to different callers; an open route that does not ignores credentials
 */
record Route(String path, String method, Optional<Needs> needs, boolean open, boolean keyed, boolean asksWho) {

    private static final Set<String> READING = Set.of("GET", "HEAD");

    /** All routes of the API; pages for people are not among them. */
    static List<Route> all(Harness harness) {
        List<Route> routes = new ArrayList<>();
        RequestMappingHandlerMapping mapping =
                harness.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        for (Map.Entry<RequestMappingInfo, HandlerMethod> entry :
                mapping.getHandlerMethods().entrySet()) {
            HandlerMethod handler = entry.getValue();
            if (!handler.getBeanType().getName().startsWith("dev.gsv.cmp.")) {
                continue;
            }
            boolean open = handler.hasMethodAnnotation(Open.class)
                    || handler.getBeanType().isAnnotationPresent(Open.class);
            Optional<Needs> needs = Optional.ofNullable(handler.getMethodAnnotation(Needs.class));
            boolean keyed = Arrays.stream(handler.getMethodParameters())
                    .anyMatch(parameter -> parameter.getParameterType() == Call.class);
            boolean asksWho = needs.isPresent()
                    || Arrays.stream(handler.getMethodParameters())
                            .map(parameter -> parameter.nestedIfOptional().getNestedParameterType())
                            .anyMatch(type -> type == Caller.class);
            for (String path : entry.getKey().getPatternValues()) {
                if (path.startsWith("/api/v1/") || path.startsWith("/v1/")) {
                    entry.getKey()
                            .getMethodsCondition()
                            .getMethods()
                            .forEach(method -> routes.add(new Route(path, method.name(), needs, open, keyed, asksWho)));
                }
            }
        }
        routes.sort(Comparator.comparing(Route::path).thenComparing(Route::method));
        return routes;
    }

    boolean changing() {
        return !READING.contains(method);
    }

    boolean keys() {
        return needs.filter(needed -> needed.keys().length > 0).isPresent();
    }

    /** The roles that are too weak for this route; none where no role is asked for. */
    Set<Role> tooWeak() {
        EnumSet<Role> weak = EnumSet.noneOf(Role.class);
        needs.stream()
                .flatMap(needed -> List.of(needed.value()).stream())
                .flatMap(need -> need.role().stream())
                .min(Comparator.naturalOrder())
                .ifPresent(weakest -> {
                    for (Role role : Role.values()) {
                        if (!role.covers(weakest)) {
                            weak.add(role);
                        }
                    }
                });
        return weak;
    }

    boolean onlyFor(Need... kinds) {
        return needs.isPresent()
                && Set.of(kinds).containsAll(List.of(needs.get().value()));
    }

    List<String> variables() {
        List<String> names = new ArrayList<>();
        var matcher = java.util.regex.Pattern.compile("\\{([^}]+)}").matcher(path);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /** True where a body names what the call is about, so that a call without ids in its path can still be foreign. */
    boolean named() {
        return !Estate.TEXTS.containsAll(variables()) || NAMED_IN_BODY.contains(method + " " + path);
    }

    private static final Set<String> NAMED_IN_BODY = Set.of(
            "POST /api/v1/instances",
            "POST /api/v1/instances/trial",
            "POST /api/v1/offerings",
            "POST /api/v1/flows",
            "POST /api/v1/flows/import",
            "POST /v1/runs",
            "POST /api/v1/billing/authorize",
            "POST /api/v1/billing/settle");

    /** A body that says what a body must, with these ids; null where none is sent. */
    Object body(Map<String, String> ids) {
        if (!changing() || method.equals("DELETE")) {
            return null;
        }
        return switch (method + " " + path) {
            case "POST /api/v1/instances" ->
                Map.of(
                        "offering_version_id", ids.get("version_id"),
                        "org_id", ids.get("org_id"),
                        "project_id", ids.get("project_id"),
                        "plan_id", ids.get("plan_id"));
            case "POST /api/v1/instances/trial" ->
                Map.of("product_slug", "no-such-product", "org_id", ids.get("org_id"));
            case "POST /api/v1/offerings" ->
                Map.of(
                        "name",
                        "Mine",
                        "category",
                        "agent",
                        "value_streams",
                        List.of(),
                        "provider_org_id",
                        ids.get("org_id"));
            case "POST /api/v1/flows" -> Map.of("name", "Mine", "flow_json", Flows.ECHO, "org_id", ids.get("org_id"));
            case "POST /api/v1/flows/import" ->
                Map.of(
                        "name",
                        "Mine",
                        "category",
                        "agent",
                        "flow_json",
                        Flows.ECHO,
                        "provider_uuid",
                        ids.get("org_id"));
            case "POST /api/v1/offerings/{offering_id}/import_flow",
                    "POST /api/v1/offerings/{offering_id}/validate_flow" -> Map.of("flow_json", Flows.ECHO);
            case "POST /api/v1/offerings/{offering_id}/versions" ->
                Map.of(
                        "version_label",
                        "9",
                        "artifact",
                        Map.of("s3_key", "flows/x/y/flow.json", "sha256", "0".repeat(64)));
            case "POST /api/v1/offerings/{offering_id}/reviews" ->
                Map.of("stars", 5, "text", "Good.", "org_id", ids.get("org_id"));
            case "POST /api/v1/orgs/{org_id}/members" -> Map.of("user_id", "somebody", "role", "viewer");
            case "PATCH /api/v1/orgs/{org_id}/members/{member_id}" -> Map.of("role", "viewer");
            case "POST /api/v1/wallets/{wallet_id}/topups" ->
                Map.of("credits_amount", 5, "idempotency_key", Harness.unique("k"));
            case "POST /api/v1/admin/offerings/{offering_id}/approval" -> Map.of("decision", "approve");
            case "PUT /api/v1/instances/{instance_id}/config", "PATCH /api/v1/instances/{instance_id}/config" ->
                Map.of("overrides", Map.of());
            case "POST /api/v1/instances/{instance_id}/training_documents" ->
                Map.of("kind", "text", "title", "Mine", "text", "Nine to five.");
            case "POST /api/v1/instances/{instance_id}/knowledge/query" -> Map.of("query", "When are you open?");
            case "POST /v1/runs" -> Flows.ask(ids.get("instance_id"), "s", "Hello");
            case "POST /v1/invoke" -> Map.of("input", "Hello");
            case "POST /api/v1/billing/authorize" -> Map.of("instance_id", ids.get("instance_id"));
            case "POST /api/v1/billing/settle" ->
                Map.of(
                        "instance_id", ids.get("instance_id"),
                        "reservation_id", ids.get("reservation_id"),
                        "usage", Map.of("requests", 1));
            default -> credit(ids);
        };
    }

    /** {@link #body} for the calls about quotas and credit. */
    private Object credit(Map<String, String> ids) {
        return switch (method + " " + path) {
            case "POST /api/v1/admin/control-plane/policies/budget" ->
                Map.of("bundle_id", "*", "provider", "somebody", "usd_per_day", 5);
            case "POST /api/v1/admin/control-plane/policies/quota" ->
                Map.of("user_type", "some-user-type", "requests_per_day", 5);
            case "POST /api/v1/admin/control-plane/prices" ->
                Map.of(
                        "provider",
                        "somebody",
                        "model",
                        "some-model",
                        "input_usd_per_million",
                        1,
                        "output_usd_per_million",
                        2);
            case "POST /api/v1/admin/control-plane/replenishments/grant-trial" -> Map.of("user_id", "some-user-id");
            case "POST /api/v1/admin/control-plane/replenishments/top-up" ->
                Map.of("user_id", "some-user-id", "additional_requests_per_day", 5);
            case "POST /api/v1/wallets/{wallet_id}/adjustments" -> Map.of("amount", 1, "reason", "a mistake of ours");
            case "POST /api/v1/wallets/{wallet_id}/grants" -> Map.of("amount", 1, "kind", "promotional");
            case "POST /api/v1/wallets/{wallet_id}/refunds" ->
                Map.of("entry_id", ids.get("entry_id"), "reason", "not what they wanted");
            default -> Map.of("name", "Mine");
        };
    }

    static Map<String, String> mixed(Map<String, String> own, Map<String, String> foreign, String foreignName) {
        Map<String, String> ids = new HashMap<>(own);
        ids.put(foreignName, foreign.get(foreignName));
        return ids;
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
