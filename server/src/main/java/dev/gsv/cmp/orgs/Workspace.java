package dev.gsv.cmp.orgs;

import java.util.UUID;

/**
 * Where a person works: their organization and its default project.
 *
 * @param created true only in the call that made it
 */
public record Workspace(OrgId org, UUID project, boolean created) {}
