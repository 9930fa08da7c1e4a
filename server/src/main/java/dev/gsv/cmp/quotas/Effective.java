package dev.gsv.cmp.quotas;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What holds for a user and a bundle: the base policy, raised by all valid grants (section 3 of the quotas contract).
 *
 * @param replenished whether a grant took part
 * @param strictTokens whether an estimate counts before the run
 * @param projectWide whether all bundles share one counter
 */
record Effective(Allowance base, Allowance limits, boolean replenished, boolean strictTokens, boolean projectWide) {

    static Effective of(Optional<QuotaPolicy> policy, List<Grant> grants, String bundle, Instant now) {
        Allowance base = policy.map(QuotaPolicy::limits).orElse(Allowance.FALLBACK);
        Allowance more = Allowance.NONE;
        boolean any = false;
        for (Grant grant : grants) {
            if (grant.valid(now) && grant.concerns(bundle)) {
                more = more.and(grant.additions());
                any = true;
            }
        }
        return new Effective(
                base,
                base.raisedBy(more),
                any,
                policy.map(QuotaPolicy::strictTokens).orElse(false),
                policy.map(found -> found.scope() == QuotaPolicy.Scope.PROJECT).orElse(false));
    }
}
