/**
 * Flows: what a seller imports, and what runs it.
 *
 * <p>The native engine executes a Langflow export on the JVM. It reads the graph and the field values; the Python
 * source inside a flow is never executed and never needed.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>a component that the engine does not know is refused, never guessed;
 *   <li>a session never sees the messages of another;
 *   <li>a run ends at its deadline, and so does its call to a model server.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs", "catalog"})
package dev.gsv.cmp.flows;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
