package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.KitProblem;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A project or team to be created.
 *
 * @param slug null makes one from the name, with a suffix when it is taken
 */
record NamedPart(
        String name, @Nullable String slug, @Nullable String description) {
    NamedPart {
        name = Text.name("name", name);
        slug = slug == null ? null : Slug.explicit(slug);
        description = Text.description(description);
    }

    /** Tries slugs until one is free; 409 when the one that was asked for is taken. */
    void insert(String neutral, Predicate<String> insertion) {
        if (slug != null) {
            if (!insertion.test(slug)) {
                throw new KitProblem.Duplicate("The slug '" + slug + "' is taken.");
            }
        } else if (Slug.candidates(name, neutral).noneMatch(insertion)) {
            throw new KitProblem.Duplicate("No free slug was found for this name. Choose one.");
        }
    }
}
