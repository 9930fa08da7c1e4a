/**
 * Flows: what a seller imports, and what runs it.
 *
 * <p>The native engine executes a Langflow export on the JVM. It reads the graph and the field values; the Python
 * source inside a flow is never executed and never needed.
 *
 * <p>What the engine can is a table that a test keeps true: {@code docs/guides/components.md}. Each component is a
 * small class that is registered in {@code Components}; {@code Plan} decides what a run executes, {@code Execution}
 * when.
 *
 * <p>An import reads a file, checks it, and keeps its exact bytes. What it finds wrong it says all at once.
 *
 * <p>Owns the tables {@code saved_flow} and {@code chat_message}, and the artifacts of offerings. No other room writes
 * to them.
 *
 * <p>Always true:
 *
 * <ul>
 *   <li>a component that the engine does not know is refused, never guessed;
 *   <li>what lies only behind a way that was not taken does not work;
 *   <li>a flow never reaches what is not public;
 *   <li>a session never sees the messages of another;
 *   <li>a run ends at its deadline, and so does its call to a model server;
 *   <li>the bytes of a version are exactly those that were sent;
 *   <li>a flow with a raw secret outside of its notes is never stored and no secret is ever shown;
 *   <li>what is stored is never overwritten;
 *   <li>a tampered artifact never runs;
 *   <li>whatever a file holds the check of it answers.
 * </ul>
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kit", "orgs", "catalog"})
package dev.gsv.cmp.flows;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
