package dev.gsv.cmp.billing;

import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.Optional;

/** Knows what a wallet's plan does next. The room that sells is one; billing itself knows no plans. */
@FunctionalInterface
public interface Renewing {

    /** The next renewal of a plan: when, and of which. */
    record Renewal(Instant at, Wallet.MonthlyPlan plan) {}

    Optional<Renewal> next(OrgId org);
}
