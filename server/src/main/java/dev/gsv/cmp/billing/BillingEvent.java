package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;

/**
 * What other rooms learn about credit. Written in the transaction in which it became true, told at least once, in
 * another one: a listener acts once per {@link #id}.
 */
public sealed interface BillingEvent {

    UUID id();

    OrgId org();

    /** The balance has fallen below what the wallet's owner calls low: once a day at most. */
    record BalanceLow(UUID id, OrgId org, Credits balance, Credits threshold) implements BillingEvent {}

    /** Money is to be charged; answer with {@link TopUps#charged} or {@link TopUps#declined}. */
    record TopUpRequested(UUID id, OrgId org, UUID charge, Credits amount) implements BillingEvent {}

    record TopUpSucceeded(UUID id, OrgId org, UUID charge, Credits amount) implements BillingEvent {}

    /**
     * A charge was refused.
     *
     * @param paused true when it was refused so often that the rule is paused
     */
    record TopUpDeclined(UUID id, OrgId org, UUID charge, Credits amount, String reason, boolean paused)
            implements BillingEvent {}
}
