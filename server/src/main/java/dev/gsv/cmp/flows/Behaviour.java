package dev.gsv.cmp.flows;

/** What one kind of component does. */
@FunctionalInterface
interface Behaviour {
    /**
     * Computes what the node leaves on its outputs; a {@link NodeFault} ends the run with its sentence, anything else
     * with a general one.
     */
    Produced run(Work work);
}
