/**
 * Who is who: organizations, projects, teams, memberships, roles, and the {@link dev.gsv.cmp.orgs.Caller} of a request.
 *
 * <p>Owns the tables {@code organization}, {@code project}, {@code team}, {@code membership}, {@code team_member} and
 * {@code identity_link}. No other room writes to them.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>an organization has at least one owner;
 *   <li>parallel first calls make one organization;
 *   <li>a foreign id answers as an unknown one;
 *   <li>nobody gives a role above their own.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit"})
package dev.gsv.cmp.orgs;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
