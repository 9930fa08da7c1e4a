/**
 * Proves who calls: access tokens of the issuer, API keys; and the embedded issuer with its accounts and keys.
 *
 * <p>Owns the tables {@code signing_key}, {@code account}, {@code oauth_client}, {@code login_failure} and
 * {@code api_key}. No other room writes to them. It may import instances, because an API key is a right to one instance
 * (ADR 0007).
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>a token is trusted only through the metadata of its issuer;
 *   <li>an API key is shown once and kept as a hash;
 *   <li>a revoked key is refused at once on every node;
 *   <li>an api key does only what its scopes name;
 *   <li>a wrong password and an unknown address answer the same;
 *   <li>no token and no key reaches the log.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs", "instances"})
package dev.gsv.cmp.access;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
