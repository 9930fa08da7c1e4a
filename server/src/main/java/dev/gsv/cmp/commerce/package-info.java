/**
 * Selling: subscribing to an offering, changing a subscription, and what that costs.
 *
 * <p>Owns no table yet; orders come with the payments.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>an idempotency key makes one instance;
 *   <li>when the wallet is short nothing is written;
 *   <li>a plan that costs money waits for the payment;
 *   <li>an organization has one trial of an offering;
 *   <li>a state is never set from a body.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs", "catalog", "instances", "billing"})
package dev.gsv.cmp.commerce;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
