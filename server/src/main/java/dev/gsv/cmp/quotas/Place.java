package dev.gsv.cmp.quotas;

import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;

/**
 * Where something is limited and counted (ADR 0015). Operators and services outside name it by slugs; an organization
 * of ours and its projects count under their ids, because a slug may be changed, and be somebody else's afterwards.
 */
public record Place(String tenant, String project) {

    /** The place of a project of ours. */
    public static Place of(OrgId org, UUID project) {
        return new Place(org.toString(), project.toString());
    }
}
