package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.AllOrgs;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code category}. */
@Repository
@AllOrgs(because = "the shelves belong to the marketplace, not to an organization")
class CategoryStore {

    private final JdbcClient jdbc;

    CategoryStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<Category> all() {
        return jdbc.sql("select * from category order by position, slug")
                .query((row, number) -> new Category(
                        RowsStore.id(row, "id"),
                        Kind.parse(RowsStore.text(row, "kind")),
                        RowsStore.text(row, "name"),
                        RowsStore.text(row, "slug"),
                        RowsStore.text(row, "icon"),
                        RowsStore.text(row, "color"),
                        RowsStore.text(row, "purpose"),
                        row.getInt("position")))
                .list();
    }

    Optional<Category> find(Kind kind) {
        return all().stream().filter(category -> category.category() == kind).findFirst();
    }

    void update(Kind kind, Categories.Face face) {
        jdbc.sql("""
                        update category
                        set name = :name, icon = :icon, color = :color, purpose = :purpose, position = :position,
                            updated_at = now()
                        where kind = :kind
                        """)
                .param("kind", kind.stored())
                .param("name", face.name())
                .param("icon", face.icon())
                .param("color", face.color())
                .param("purpose", face.purpose())
                .param("position", face.position())
                .update();
    }
}
