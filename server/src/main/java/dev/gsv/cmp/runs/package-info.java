/**
 * The gateway: a run is checked, paid for, answered and settled. THE PATH of the house.
 *
 * <p>Owns the table {@code run}. No other room writes to it.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>the first check that fails answers;
 *   <li>no transaction is open while a flow runs;
 *   <li>a run that fails or times out is never charged;
 *   <li>a key answers as it answered the first time;
 *   <li>a run whose process died is abandoned and its credit is free again.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs", "instances", "quotas", "billing", "flows", "knowledge"})
package dev.gsv.cmp.runs;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
