package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Checks what a seller wants to import: reads it, never executes it, and gives all findings at once (sections 2 to 4 of
 * the langflow contract, section 5 of the marketplace contract). It never throws for what a file holds.
 */
public final class FlowCheck {
    /** Most findings that are listed; whoever repairs these can check again. */
    static final int MAX_FINDINGS = 200;

    private FlowCheck() {}

    /** Checks a file that holds one flow. */
    public static FlowReport check(byte[] sent) {
        return check(sent, null);
    }

    /**
     * Checks one flow of a file.
     *
     * @param wanted the name of the flow that is meant, for a file that holds several
     */
    public static FlowReport check(byte[] sent, @Nullable String wanted) {
        FlowFile file = FlowFile.of(sent, wanted);
        if (file.flow().isEmpty()) {
            return new FlowReport(file.bytes(), Optional.empty(), Optional.empty(), file.findings(), List.of());
        }
        Flow flow = file.flow().get();
        Shown shown = Shown.of(flow);
        List<Finding> findings = new ArrayList<>(GraphCheck.of(flow, shown));
        findings.addAll(SecretScan.of(flow, shown));
        findings.addAll(ComponentCheck.of(flow, shown));
        boolean secret = findings.stream().anyMatch(finding -> finding.code() == Finding.Code.SECRET);
        return new FlowReport(
                file.bytes(),
                Optional.of(flow),
                // A default could repeat a secret; such a flow is refused anyway.
                secret ? Optional.empty() : Optional.of(Shapes.of(flow)),
                bounded(findings),
                Variables.of(flow, shown));
    }

    /**
     * Secrets and other errors first, so that none of them is cut off; a sentence in place of what goes beyond the
     * limit.
     */
    private static List<Finding> bounded(List<Finding> findings) {
        List<Finding> sorted = findings.stream()
                .sorted(Comparator.comparing(Finding::severity).thenComparing(FlowCheck::order))
                .toList();
        if (sorted.size() <= MAX_FINDINGS) {
            return sorted;
        }
        List<Finding> result = new ArrayList<>(sorted.subList(0, MAX_FINDINGS));
        result.add(Finding.file(
                Finding.Severity.INFO,
                Finding.Code.MORE,
                "There are " + (sorted.size() - MAX_FINDINGS) + " more findings.",
                "Repair those that are listed and check again."));
        return result;
    }

    private static int order(Finding finding) {
        if (finding.code() == Finding.Code.SECRET) {
            return 0;
        }
        return finding.code().storable() ? 2 : 1;
    }

    /** The object that holds name and description of the flow. */
    static JsonNode top(Flow flow) {
        JsonNode raw = flow.raw();
        return raw.path("flows").isArray() ? raw.path("flows").path(0) : raw;
    }

    /** The object that holds nodes and edges. */
    static JsonNode graph(Flow flow) {
        JsonNode top = top(flow);
        return top.path("nodes").isArray() ? top : top.path("data");
    }
}
