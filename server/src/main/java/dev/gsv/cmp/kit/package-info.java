/**
 * What every room needs and no business knows: problems, credits, pages, idempotency, ids, the mapper, the doors of
 * HTTP.
 *
 * <p>Owns the tables {@code idempotency_record} and {@code scheduled_tasks}. Imports no other room.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>an idempotency key makes one effect, however often it is sent;
 *   <li>every error leaves as problem+json with a code, a safe sentence and a page;
 *   <li>an alias answers exactly as its canonical path does.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.gsv.cmp.kit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
