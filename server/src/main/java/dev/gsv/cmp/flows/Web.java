package dev.gsv.cmp.flows;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code URL}, {@code URLComponent} and {@code APIRequest}: what public servers say. */
final class Web {
    /** Most addresses of one node. */
    static final int MAX_URLS = 10;
    /** Most requests of one run. */
    static final int MAX_REQUESTS = 50;

    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Web() {}

    static Value pages(Work work) {
        boolean raw = !work.node().text("format").isEmpty()
                && !work.node().text("format").equals("Text");
        List<ObjectNode> rows = new ArrayList<>();
        for (URI address : addresses(work, "urls")) {
            Fetched got = fetch(work, new FetchClient.Fetch("GET", address, Map.of(), null, true));
            if (got.status() >= 400) {
                throw new NodeFault(Fault.FETCH_FAILED, "The server answered with " + got.status() + ".");
            }
            boolean html = got.type().contains("html");
            String text = got.text();
            rows.add(JSON.objectNode()
                    .put("text", html && !raw ? Html.text(text) : text)
                    .put("url", Value.storable(got.uri().toString()))
                    .put("title", html ? Html.title(text) : "")
                    .put("content_type", Value.storable(got.type())));
        }
        return new Value.Table(List.copyOf(rows), "", List.of());
    }

    static Value request(Work work) {
        Flow.Node node = work.node();
        String method =
                node.text("method").isBlank() ? "GET" : node.text("method").toUpperCase(Locale.ROOT);
        if (!METHODS.contains(method)) {
            throw new NodeFault(Fault.FLOW_INVALID, "An API Request has a method that is none of HTTP.");
        }
        Map<String, String> headers = pairs(work, "headers").entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> Value.cell(entry.getValue()), (a, b) -> b, LinkedHashMap::new));
        byte @Nullable [] body = null;
        if (!method.equals("GET") && !method.equals("DELETE")) {
            body = body(work).toString().getBytes(StandardCharsets.UTF_8);
            headers.putIfAbsent("Content-Type", "application/json");
        }
        boolean follow = work.flag("follow_redirects", true);
        List<ObjectNode> results = new ArrayList<>();
        for (URI address : addresses(work, node.field("url_input").isPresent() ? "url_input" : "urls")) {
            URI whole = queried(address, pairs(work, "query_params"));
            Fetched got = fetch(work, new FetchClient.Fetch(method, whole, headers, body, follow));
            ObjectNode result = JSON.objectNode()
                    .put("source", Value.storable(whole.toString()))
                    .put("status_code", got.status());
            result.set("result", Jsons.parse(got.text()).orElseGet(() -> JSON.stringNode(Value.storable(got.text()))));
            results.add(result);
        }
        if (results.size() == 1) {
            return new Value.Data(results.getFirst(), List.of());
        }
        ObjectNode all = JSON.objectNode();
        results.forEach(all.putArray("results")::add);
        return new Value.Data(all, List.of());
    }

    private static Fetched fetch(Work work, FetchClient.Fetch fetch) {
        work.run().goOn();
        if (work.run().fetches().incrementAndGet() > MAX_REQUESTS) {
            throw new NodeFault(
                    Fault.FETCH_NOT_ALLOWED, "A run may fetch " + MAX_REQUESTS + " times; this one wants more.");
        }
        return work.run().fetcher().fetch(fetch, work.run().deadline());
    }

    /** The addresses in a field: a list, or a text with commas and line breaks between them. */
    private static List<URI> addresses(Work work, String field) {
        List<String> named = work.connected(field)
                ? List.of(work.text(field))
                : work.node()
                        .field(field)
                        .filter(each -> each.value().isArray())
                        .map(each -> each.value().valueStream().map(Flow::text).toList())
                        .orElseGet(() -> List.of(work.node().text(field)));
        List<String> each = named.stream()
                .flatMap(text -> Arrays.stream(text.split("[\\s,]+", -1)))
                .filter(text -> !text.isBlank())
                .toList();
        if (each.isEmpty() || each.size() > MAX_URLS) {
            throw new NodeFault(
                    Fault.INPUT_MISSING, "1 to " + MAX_URLS + " addresses are fetched; there are " + each.size() + ".");
        }
        return each.stream().map(Web::address).toList();
    }

    private static URI address(String text) {
        try {
            return new URI(text.contains("://") ? text : "https://" + text);
        } catch (URISyntaxException e) {
            throw new NodeFault(Fault.FETCH_NOT_ALLOWED, "What shall be fetched is no address.");
        }
    }

    private static URI queried(URI address, Map<String, JsonNode> parameters) {
        if (parameters.isEmpty()) {
            return address;
        }
        String query = parameters.entrySet().stream()
                .map(entry -> encoded(entry.getKey()) + "=" + encoded(Value.cell(entry.getValue())))
                .collect(Collectors.joining("&"));
        String whole = address.toString().split("#", 2)[0];
        return address(whole + (address.getRawQuery() == null ? "?" : "&") + query);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The editor's table of keys and values, or an object that reached the field. */
    private static Map<String, JsonNode> pairs(Work work, String field) {
        Map<String, JsonNode> pairs = new LinkedHashMap<>();
        JsonNode given = work.connected(field)
                ? work.value(field).toData().json()
                : work.node().field(field).map(Flow.Field::value).orElse(JSON.objectNode());
        if (given.isArray()) {
            given.forEach(row -> {
                if (row.has("key") && !Flow.text(row.path("key")).isBlank()) {
                    pairs.put(Flow.text(row.path("key")), row.path("value"));
                }
            });
        } else {
            given.properties().forEach(entry -> pairs.put(entry.getKey(), entry.getValue()));
        }
        return pairs;
    }

    /** Values that are JSON inside a text are sent as JSON, as Langflow does. */
    private static ObjectNode body(Work work) {
        ObjectNode body = JSON.objectNode();
        pairs(work, "body")
                .forEach((key, value) -> body.set(
                        key, value.isString() ? Jsons.parse(Flow.text(value)).orElse(value) : value));
        return body;
    }
}
