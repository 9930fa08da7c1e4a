package dev.gsv.cmp.flows;

import dev.gsv.cmp.kit.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that the check of a flow says, at once.
 *
 * @param bytes the flow exactly as it was sent; what is stored when it is stored
 * @param flow empty when the bytes hold none
 * @param shape what was derived; empty without a flow, and for one that holds a secret
 * @param findings errors first
 * @param variables what the flow needs from outside
 */
@SuppressWarnings("ArrayRecordComponent") // The bytes are the point; nobody compares two reports as records.
public record FlowReport(
        byte[] bytes, Optional<Flow> flow, Optional<Shape> shape, List<Finding> findings, List<Variable> variables) {

    public static final String NATIVE = "native";
    public static final String LANGFLOW = "langflow";

    public FlowReport {
        findings = List.copyOf(findings);
        variables = List.copyOf(variables);
    }

    /** True when nothing stops its publication on the native engine. */
    public boolean valid() {
        return findings.stream().noneMatch(Finding::error);
    }

    /** True when it may be stored: it has no error, or only needs another runtime. */
    public boolean storable() {
        return flow.isPresent()
                && findings.stream()
                        .filter(Finding::error)
                        .allMatch(finding -> finding.code().storable());
    }

    /** True when a raw secret was found. */
    public boolean holdsSecret() {
        return findings.stream().anyMatch(finding -> finding.code() == Finding.Code.SECRET);
    }

    /** What executes the flow: {@code native}, or {@code langflow} when a component of it needs that. */
    public String runtime() {
        return findings.stream().anyMatch(finding -> finding.code() == Finding.Code.NEEDS_RUNTIME) ? LANGFLOW : NATIVE;
    }

    FlowReport with(Finding finding) {
        List<Finding> more = new ArrayList<>(findings);
        more.add(finding);
        return new FlowReport(bytes, flow, shape, more, variables);
    }

    public String sha256() {
        return Json.sha256(bytes);
    }
}
