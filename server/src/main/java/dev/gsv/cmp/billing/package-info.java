/**
 * Credit: who has it, who holds it, where it went.
 *
 * <p>Owns the tables {@code wallet}, {@code credit_grant}, {@code allowance}, {@code hold}, {@code reservation},
 * {@code transfer}, {@code wallet_seal}, {@code ledger_verification}, {@code refund}, {@code trial},
 * {@code top_up_rule}, {@code top_up_charge} and {@code billing_event}. No other room writes to them.
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
 *   <li>a refund returns to the grants it came from;
 *   <li>a wallet has one charge under way;
 *   <li>asking for a preview changes nothing;
 *   <li>a line is never changed or deleted;
 *   <li>a changed line is named by the verification;
 *   <li>a person gets one trial.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs"})
package dev.gsv.cmp.billing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
