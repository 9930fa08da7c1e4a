package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;

/**
 * Asks to end a hold without a charge.
 *
 * @param measured what a run used until it failed; the platform pays for it
 * @param reason why nothing is charged, for the operator
 */
public record ReleaseRequest(OrgId org, UUID reservation, Meters measured, String reason) {}
