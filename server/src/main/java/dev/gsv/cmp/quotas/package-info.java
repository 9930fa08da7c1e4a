/**
 * How much may be used: by an instance under its plan, by a user under the policy of their type and what was granted on
 * top, and with each provider of models under its budget. Admit or refuse, within the transaction that opens a run.
 *
 * <p>Owns the tables {@code instance_quota}, {@code quota_slot}, {@code quota_policy}, {@code quota_grant},
 * {@code quota_user_type}, {@code quota_counter}, {@code quota_admission}, {@code provider_budget},
 * {@code budget_stripe}, {@code budget_hold} and {@code provider_price}, and the schema {@code kdcube_control_plane}.
 * No other room writes to them.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>a refusal leaves no trace in any window;
 *   <li>an instance never has more runs open at once than its limit;
 *   <li>a slot of a dead process is free again after its time;
 *   <li>an unlimited plan is never counted;
 *   <li>of any number of parallel admissions no more than the limit are let in;
 *   <li>what is committed twice counts once;
 *   <li>grants add up and never replace each other;
 *   <li>a budget is never held beyond its limit;
 *   <li>a batch is its runs one after the other;
 *   <li>the number of round trips does not depend on how many runs there are.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs"})
package dev.gsv.cmp.quotas;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
