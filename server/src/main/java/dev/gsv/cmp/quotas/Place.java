package dev.gsv.cmp.quotas;

/**
 * Where limits hold: an organization's slug and a project's slug. The installation has a place of its own
 * ({@code CMP_TENANT}, {@code CMP_PROJECT}): what is said there holds everywhere.
 */
public record Place(String tenant, String project) {}
