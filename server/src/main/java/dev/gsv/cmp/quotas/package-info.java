/**
 * How much may be used: requests per minute, runs per month and runs at once of an instance. Admit or refuse.
 *
 * <p>Owns the tables {@code instance_quota} and {@code quota_slot}. No other room writes to them.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>a refusal leaves no trace in any window;
 *   <li>an instance never has more runs open at once than its limit;
 *   <li>a slot of a dead process is free again after its time;
 *   <li>an unlimited plan is never counted.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs"})
package dev.gsv.cmp.quotas;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
