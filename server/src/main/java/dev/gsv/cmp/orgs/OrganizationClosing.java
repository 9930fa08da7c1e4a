package dev.gsv.cmp.orgs;

/**
 * An organization is about to be closed. Published inside the transaction, with the organization locked: a room that
 * still holds something of it (an instance that is not terminated) refuses with a 409 problem, and nothing is closed.
 */
public record OrganizationClosing(OrgId org) {}
