package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Caller;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;

/** Explains to operators and users how a quota stands; it reads what is stored, never what a node remembers. */
@Service
class Breakdowns {

    private final QuotaPolicies policies;
    private final Replenishments grants;
    private final UserQuotas users;
    private final Desk desk;
    private final Clock clock;

    Breakdowns(QuotaPolicies policies, Replenishments grants, UserQuotas users, Desk desk, Clock clock) {
        this.policies = policies;
        this.grants = grants;
        this.users = users;
        this.desk = desk;
        this.clock = clock;
    }

    /** @throws KitProblem.NotFound when the user type has no policy (404) */
    Breakdown of(Place place, String user, String type, String bundle) {
        Optional<QuotaPolicy> policy = policies.policy(place, type, bundle, true);
        if (policy.isEmpty()) {
            throw new KitProblem.NotFound("quota policy of this user type");
        }
        return of(place, user, type, bundle, policy);
    }

    /** The caller's own. */
    Breakdown mine(Place place, Caller caller, String bundle) {
        QuotaUser user = QuotaUser.of(caller, false)
                .orElseThrow(() -> new KitProblem.PermissionDenied("A service of the platform has no quota."));
        String type = policies.type(user);
        return of(place, user.userId(), type, bundle, policies.policy(place, type, bundle, true));
    }

    private Breakdown of(Place place, String user, String type, String bundle, Optional<QuotaPolicy> policy) {
        List<Grant> valid = grants.valid(place, user, true).stream()
                .filter(grant -> grant.valid(clock.instant()) && grant.concerns(bundle))
                .toList();
        Effective effective = Effective.of(policy, valid, bundle, clock.instant());
        String counted = effective.projectWide() ? QuotaPolicy.ALL : bundle;
        Used used = users.used(desk.installation(place) ? null : place, user, counted);
        Insight insight = Insight.of(effective, used, 0, clock.instant());
        return new Breakdown(
                Desk.OK,
                user,
                type,
                bundle,
                effective.base(),
                Breakdown.Credited.of(valid),
                effective.limits(),
                Breakdown.Usage.of(used),
                Breakdown.Left.of(insight, used),
                insight);
    }
}
