package dev.gsv.cmp.commerce;

import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.KitProblem;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A subscription that somebody asks for: which version of what, for whom, at which plan. */
public record Subscription(
        UUID offeringVersionId,
        UUID orgId,
        UUID projectId,
        UUID planId,
        @Nullable String instanceName,
        @Nullable JsonNode overrides) {

    private static final UUID NONE = new UUID(0, 0);

    /** @throws KitProblem.Invalid with everything that is missing (400) */
    public Subscription {
        Findings findings = new Findings();
        offeringVersionId = findings.required("offering_version_id", offeringVersionId, NONE);
        orgId = findings.required("org_id", orgId, NONE);
        projectId = findings.required("project_id", projectId, NONE);
        planId = findings.required("plan_id", planId, NONE);
        findings.refuse();
    }
}
