/**
 * Selling: subscribing to an offering, changing a subscription, and what that costs.
 *
 * <p>Owns the tables {@code billing_cycle} and {@code free_allowance}; no other room writes to them. Reads
 * {@code instance} and {@code plan}. Orders come with the payments.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>an idempotency key makes one instance;
 *   <li>when the wallet is short nothing is written;
 *   <li>a plan that costs money waits for the payment;
 *   <li>an organization has one trial of an offering;
 *   <li>a state is never set from a body;
 *   <li>a period is paid once and its included credits are granted once;
 *   <li>who is short of the next period is paused and never in debt.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs", "catalog", "instances", "billing"})
package dev.gsv.cmp.commerce;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
