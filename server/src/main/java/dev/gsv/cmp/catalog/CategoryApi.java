package dev.gsv.cmp.catalog;

import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Open;
import dev.gsv.cmp.orgs.Needs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Categories and the capability registry over HTTP. */
@RestController
@RequestMapping("/api/v1")
class CategoryApi {

    record Shelves(List<Category> categories) {}

    private final Categories categories;
    private final Capabilities capabilities;

    CategoryApi(Categories categories, Capabilities capabilities) {
        this.categories = categories;
        this.capabilities = capabilities;
    }

    @GetMapping("/categories")
    @Open(because = "the category list is for everybody")
    Shelves categories() {
        return new Shelves(categories.all());
    }

    @GetMapping("/admin/categories")
    @Needs(OPERATOR)
    Shelves adminCategories() {
        return categories();
    }

    @PatchMapping("/admin/categories/{category}")
    @Needs(OPERATOR)
    Category change(
            @PathVariable String category,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = Categories.Face.class)))
                    @RequestBody
                    JsonNode body) {
        return categories.change(Kind.read(category).orElseThrow(() -> new KitProblem.NotFound("category")), body);
    }

    @GetMapping("/capabilities")
    @Open(because = "what offerings can do is part of the public catalogue")
    Capabilities.Registry capabilities() {
        return capabilities.registry();
    }
}
