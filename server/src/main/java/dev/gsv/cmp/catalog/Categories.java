package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Patch;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/** The shelves of the marketplace (section 12.1): four, always; the operator may change how they look. */
@Service
public class Categories {

    private static final int MAX_TEXT = 100;
    private static final Pattern COLOR = Pattern.compile("#[0-9A-Fa-f]{6}");

    private final CategoryStore store;
    private final Patch patch;

    Categories(CategoryStore store, Patch patch) {
        this.store = store;
        this.patch = patch;
    }

    /** What an operator may change of a category. */
    record Face(
            String name,
            String icon,
            String color,
            @Nullable String purpose,
            @Nullable Integer position) {
        Face {
            Findings findings = new Findings();
            name = findings.name("name", name, MAX_TEXT);
            icon = findings.name("icon", icon, MAX_TEXT);
            color = findings.required("color", color, "#000000");
            if (!COLOR.matcher(color).matches()) {
                findings.shape("color", "must be '#' and six hex digits");
            }
            purpose = findings.text("purpose", purpose, MAX_TEXT);
            position = position == null ? 0 : position;
            if (position < 0 || position > MAX_TEXT) {
                findings.meaning("position", "must be between 0 and " + MAX_TEXT);
            }
            findings.refuse();
        }
    }

    /** In the order in which they are shown. */
    public List<Category> all() {
        return store.all();
    }

    @Transactional
    Category change(Kind kind, JsonNode changes) {
        Category now = find(kind);
        store.update(
                kind,
                patch.apply(
                        new Face(now.name(), now.icon(), now.color(), now.purpose(), now.position()),
                        changes,
                        Face.class));
        return find(kind);
    }

    private Category find(Kind kind) {
        return store.find(kind).orElseThrow(() -> new KitProblem.NotFound("category"));
    }
}
