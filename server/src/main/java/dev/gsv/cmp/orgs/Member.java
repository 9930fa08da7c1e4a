package dev.gsv.cmp.orgs;

/** Proof that a caller was let into an organization, and as what. */
public record Member(OrgId org, Role role, String subject) {}
