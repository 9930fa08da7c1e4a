package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.KitProblem;
import org.jspecify.annotations.Nullable;

/**
 * An organization to be created.
 *
 * @param slug null makes one from the name, with a suffix when it is taken
 */
public record NewOrganization(
        String name, @Nullable String slug, @Nullable Boolean isProvider) {
    public NewOrganization {
        if (name == null) {
            throw new KitProblem.Invalid("name", "is required");
        }
        name = Text.name("name", name);
        slug = slug == null ? null : Slug.explicit(slug);
    }

    public static NewOrganization named(String name) {
        return new NewOrganization(name, null, null);
    }
}
