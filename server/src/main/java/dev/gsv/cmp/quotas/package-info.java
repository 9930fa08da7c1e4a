/**
 * Who may run how often: the limits of a plan, counted per instance, admitted before credit is looked at.
 *
 * <p>Owns the tables {@code quota_window} and {@code quota_slot}. No other room writes to them.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>an admission that is refused counts for nothing;
 *   <li>a run that is going on holds one slot;
 *   <li>a slot is free again when its run ends or its time is over.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs"})
package dev.gsv.cmp.quotas;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
