package dev.gsv.cmp.knowledge;

import java.util.UUID;

/** Whose knowledge a base is: an offering's, for all who run it, or one instance's. */
public sealed interface Owner {
    /** The seller's knowledge that comes with the offering. */
    record Offering(UUID id) implements Owner {}

    /** The buyer's own. */
    record Instance(UUID id) implements Owner {}
}
