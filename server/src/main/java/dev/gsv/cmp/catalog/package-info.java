/**
 * What is for sale: categories, offerings, their versions and plans, and what buyers say about them.
 *
 * <p>Owns the tables {@code category}, {@code offering}, {@code offering_version}, {@code plan} and {@code review}. No
 * other room writes to them. Reads the name and slug of a provider from {@code organization}.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>the content of a version never changes;
 *   <li>a foreign draft answers as an unknown one;
 *   <li>a published offering has a published version and a plan;
 *   <li>an offering has at most one default plan and one trial plan;
 *   <li>the rating of an offering is the average of its reviews.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs"})
package dev.gsv.cmp.catalog;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
