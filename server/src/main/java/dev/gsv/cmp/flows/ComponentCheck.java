package dev.gsv.cmp.flows;

import dev.gsv.cmp.kit.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the components of a flow need and can do: a runtime, a review, a model, a file that is not there. */
final class ComponentCheck {
    private static final Set<String> RISKY = Set.of(
            "PythonREPLComponent",
            "PythonREPLTool",
            "PythonREPLToolComponent",
            "PythonCodeStructuredTool",
            "PythonFunction",
            "PythonFunctionComponent",
            "ShellTool",
            "ShellToolComponent",
            "BashTool",
            "LambdaFilterComponent",
            "Smart Function");
    private static final Pattern RISKY_CODE =
            Pattern.compile("\\bsubprocess\\b|\\bos\\.system\\b|\\bos\\.popen\\b|\\bPythonREPL\\b"
                    + "|(?<![\\w.])exec\\(|(?<![\\w.])eval\\(|\\bpty\\.spawn\\b");
    private static final Pattern PRIVATE_ADDRESS = Pattern.compile("(?i)https?://(?:localhost|127\\.|10\\.|192\\.168\\."
            + "|169\\.254\\.|172\\.(?:1[6-9]|2\\d|3[01])\\.|0\\.0\\.0\\.0"
            + "|\\[::1]|[a-z0-9-]+\\.(?:local|internal|svc)\\b).*");
    private static final String MCP = "MCPTools";

    private final Flow flow;
    private final Shown shown;
    private final Map<String, String> unsupported;
    private final List<Finding> findings = new ArrayList<>();

    private ComponentCheck(Flow flow, Shown shown) {
        this.flow = flow;
        this.shown = shown;
        this.unsupported = unsupported(flow);
    }

    static List<Finding> of(Flow flow, Shown shown) {
        ComponentCheck check = new ComponentCheck(flow, shown);
        for (Flow.Node node : flow.nodes()) {
            check.runtime(node);
            check.code(node);
            check.risk(node);
            check.model(node);
            check.files(node);
        }
        return List.copyOf(check.findings);
    }

    /**
     * Nodes that the native engine cannot execute, with the reason. Those that lead to no exit count as well: a flow of
     * which CMP would silently leave out a part does not do what its seller built.
     */
    static Map<String, String> unsupported(Flow flow) {
        Map<String, String> reasons = Components.unsupported(flow).stream()
                .collect(Collectors.toMap(
                        Components.Unsupported::node,
                        Components.Unsupported::reason,
                        (first, again) -> first,
                        HashMap::new));
        for (Flow.Node node : flow.nodes()) {
            if (!Components.known().contains(node.type())) {
                reasons.put(node.id(), "CMP's own engine does not know this component.");
            }
        }
        return reasons;
    }

    private void runtime(Flow.Node node) {
        String reason = unsupported.get(node.id());
        if (reason != null) {
            add(
                    node,
                    null,
                    Finding.Severity.ERROR,
                    Finding.Code.NEEDS_RUNTIME,
                    "“" + shown.text(node.displayName()) + "” (" + shown.text(node.type())
                            + ") needs a Langflow runtime. " + reason,
                    "Replace it by a component that CMP executes (" + executed()
                            + "), or keep the version as a draft until a Langflow runtime is connected.");
        }
    }

    private static String executed() {
        return Components.known().stream().sorted().collect(Collectors.joining(", "));
    }

    private void code(Flow.Node node) {
        String code = node.code();
        if (code.isEmpty() || KnownCode.contains(Json.sha256(code.getBytes(StandardCharsets.UTF_8)))) {
            return;
        }
        boolean executed = unsupported.containsKey(node.id());
        add(
                node,
                "code",
                executed ? Finding.Severity.WARNING : Finding.Severity.INFO,
                Finding.Code.UNKNOWN_CODE,
                executed
                        ? "The code of this component is not that of a Langflow release known here: it needs human"
                                + " review before a Langflow runtime may execute it."
                        : "The code of this component is not that of a Langflow release known here. CMP executes its"
                                + " own "
                                + shown.text(node.type())
                                + " and never this code; before a Langflow runtime does, it needs"
                                + " human review.",
                "Nothing to do for the import. To avoid the review, use the component of a Langflow release.");
    }

    private void risk(Flow.Node node) {
        String what = null;
        if (RISKY.contains(node.type())) {
            what = "It executes code that is written while the flow runs.";
        } else if (node.type().startsWith(MCP) && stdio(node)) {
            what = "It starts a program on the server (MCP over stdio).";
        } else if (!KnownCode.contains(Json.sha256(node.code().getBytes(StandardCharsets.UTF_8)))
                && RISKY_CODE.matcher(node.code()).find()) {
            what = "Its code starts programs or executes texts as code.";
        } else if (node.fields().values().stream().anyMatch(ComponentCheck::callsInside)) {
            what = "It calls an address inside a private network.";
        }
        if (what != null) {
            add(
                    node,
                    null,
                    Finding.Severity.WARNING,
                    Finding.Code.RISKY_COMPONENT,
                    what + " Buyers see this ability before they subscribe.",
                    "Keep it only if the flow cannot do without.");
        }
    }

    private static boolean stdio(Flow.Node node) {
        JsonNode server =
                node.data().path("node").path("template").path("mcp_server").path("value");
        boolean command = server.path("config").has("command") || server.has("command");
        return command
                || node.text("mode").equalsIgnoreCase("stdio")
                || !node.text("command").isBlank();
    }

    private static boolean callsInside(Flow.Field field) {
        return !field.name().equals("code")
                && !field.name().equals("info")
                && PRIVATE_ADDRESS.matcher(field.text()).matches();
    }

    private void model(Flow.Node node) {
        node.fields().values().stream()
                .filter(field -> field.type().equals("model"))
                .filter(field -> field.value().isEmpty() && field.text().isBlank())
                .forEach(field -> add(
                        node,
                        field.name(),
                        Finding.Severity.WARNING,
                        Finding.Code.MODEL_NOT_CHOSEN,
                        "No language model is chosen. CMP uses the platform's model.",
                        "Choose a model in Langflow and export again if the flow needs a certain one."));
    }

    private void files(Flow.Node node) {
        for (Flow.Field field : node.fields().values()) {
            JsonNode path = field.raw().path("file_path");
            boolean named = field.type().equals("file")
                    && (!field.text().isBlank()
                            || !field.value().isEmpty()
                            || !Flow.text(path).isBlank()
                            || !path.isEmpty());
            if (named) {
                add(
                        node,
                        field.name(),
                        Finding.Severity.WARNING,
                        Finding.Code.FILE_MISSING,
                        "It refers to a file on the computer where the flow was made. An export never holds the file.",
                        "Offer the content as knowledge of the offering, or let the buyer upload it.");
            }
        }
    }

    private void add(
            Flow.Node node,
            @Nullable String field,
            Finding.Severity severity,
            Finding.Code code,
            String message,
            String fix) {
        findings.add(new Finding(
                severity,
                code,
                shown.text(node.id()),
                shown.text(node.displayName()),
                field == null ? null : shown.text(field),
                message,
                fix));
    }
}
