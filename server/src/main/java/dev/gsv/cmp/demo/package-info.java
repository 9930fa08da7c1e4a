/**
 * The demo: sample offerings, a seller, a buyer and an operator, made once at the first start (ADR 0008).
 *
 * <p>Owns the table {@code demo_seed}. Everything else it makes through the public services of the other rooms, so that
 * what a check refuses the demo cannot have. Nothing imports it.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>seeding twice makes everything once;
 *   <li>a seed that was killed goes on where it stopped;
 *   <li>a database of somebody's own is seeded only when asked for;
 *   <li>passwords are random and readable only by their owner.
 * </ul>
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "kit",
            "orgs",
            "access",
            "catalog",
            "flows",
            "knowledge",
            "instances",
            "commerce",
            "billing"
        })
package dev.gsv.cmp.demo;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
