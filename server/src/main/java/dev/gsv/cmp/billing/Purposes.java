package dev.gsv.cmp.billing;

/**
 * Knows the capabilities that credit may be limited to: the ids of the registry. The room that knows the catalog is
 * one; billing itself knows no catalog.
 */
@FunctionalInterface
public interface Purposes {

    /** False for an id that no instance can ever have: credit that is limited to it would pay for nothing. */
    boolean known(String capability);
}
