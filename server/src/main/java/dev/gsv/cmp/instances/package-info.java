/**
 * An organization's right to use an offering: its state, its configuration, and how much it was used.
 *
 * <p>Owns the tables {@code instance} and {@code usage_record}. No other room writes to them. Reads names from
 * {@code organization}, {@code project}, {@code offering}, {@code offering_version} and {@code plan}.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>the limits of a plan stand above every override;
 *   <li>an override outside the schema is never stored;
 *   <li>a terminated instance stays terminated;
 *   <li>a foreign instance answers as an unknown one;
 *   <li>usage is added to and never replaced;
 *   <li>only who has used an offering reviews it.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs", "catalog"})
package dev.gsv.cmp.instances;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
