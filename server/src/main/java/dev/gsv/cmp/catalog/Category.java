package dev.gsv.cmp.catalog;

import java.util.UUID;

/**
 * A shelf of the marketplace.
 *
 * @param category the kind of product on it; its plural is also the slug
 * @param purpose what its products are for, in a few words
 */
public record Category(
        UUID id, Kind category, String name, String slug, String icon, String color, String purpose, int position) {}
