package dev.gsv.cmp.instances;

import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;

/**
 * A paused instance is active again, said within the transaction that resumes it: a listener that throws refuses it.
 */
public record InstanceResumed(OrgId org, UUID instance) {}
