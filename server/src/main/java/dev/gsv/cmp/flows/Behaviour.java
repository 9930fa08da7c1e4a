package dev.gsv.cmp.flows;

/** What one kind of component does. */
@FunctionalInterface
interface Behaviour {
    /**
     * Computes the node's value; a {@link NodeFault} ends the run with its sentence, anything else with a general one.
     */
    Value run(Work work);
}
