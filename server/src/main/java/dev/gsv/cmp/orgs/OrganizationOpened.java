package dev.gsv.cmp.orgs;

/** An organization was created. Published inside its transaction, so that a wallet is opened with it or not at all. */
public record OrganizationOpened(OrgId org, String owner) {}
