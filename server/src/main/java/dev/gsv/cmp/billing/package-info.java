/**
 * Credit: who has it, who holds it, where it went.
 *
 * <p>Owns the tables {@code wallet}, {@code movement}, {@code entry}, {@code credit_grant}, {@code grant_use},
 * {@code grant_hold}, {@code reservation} and {@code trial}. No other room writes to them.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>the entries of one movement sum to zero;
 *   <li>posted minus held is never below the floor;
 *   <li>the entries of a wallet sum to its balance;
 *   <li>a hold is settled, released or expired once;
 *   <li>a hold past its limit counts as expired for every reader;
 *   <li>cost that a wallet cannot pay is absorbed and never a debt;
 *   <li>a person gets one trial.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs"})
package dev.gsv.cmp.billing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
