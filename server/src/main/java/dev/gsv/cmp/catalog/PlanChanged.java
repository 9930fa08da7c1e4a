package dev.gsv.cmp.catalog;

import java.util.UUID;

/** The defaults, limits or quota of a plan changed. Published inside the transaction that holds the plan's row. */
public record PlanChanged(UUID plan) {}
