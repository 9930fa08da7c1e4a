package dev.gsv.cmp.flows;

/** What one kind of component does. */
@FunctionalInterface
interface Behaviour {
    /**
<<<<<<< HEAD
     * Computes the node's value; a {@link NodeFault} ends the run with its sentence, anything else with a general one.
=======
     * Computes the node's value; a {@link NodeFault} ends the run with its sentence, anything else with a general
     * one.
>>>>>>> main
     */
    Value run(Work work);
}
