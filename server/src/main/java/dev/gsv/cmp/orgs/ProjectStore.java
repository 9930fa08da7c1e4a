package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code project}. */
@Repository
class ProjectStore {

    private final JdbcClient jdbc;

    ProjectStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when the slug is taken in this organization. */
    boolean insert(OrgId org, UUID id, String name, String slug, @Nullable String description, boolean isDefault) {
        return jdbc.sql("""
                        insert into project (org_id, id, name, slug, description, is_default)
                        values (:org, :id, :name, :slug, :description, :is_default)
                        on conflict (org_id, slug) do nothing
                        """)
                        .param("org", org.value())
                        .param("id", id)
                        .param("name", name)
                        .param("slug", slug)
                        .param("description", description, java.sql.Types.VARCHAR)
                        .param("is_default", isDefault)
                        .update()
                == 1;
    }

    Optional<Project> find(OrgId org, UUID id) {
        return jdbc.sql("""
                        select org_id, id, name, slug, description, is_default, created_at, updated_at
                        from project
                        where org_id = :org and id = :id
                        """)
                .param("org", org.value())
                .param("id", id)
                .query(ProjectStore::project)
                .optional();
    }

    Optional<Project> findDefault(OrgId org) {
        return jdbc.sql("""
                        select org_id, id, name, slug, description, is_default, created_at, updated_at
                        from project
                        where org_id = :org and is_default
                        """)
                .param("org", org.value())
                .query(ProjectStore::project)
                .optional();
    }

    int count(OrgId org) {
        return jdbc.sql("select count(*) from project where org_id = :org")
                .param("org", org.value())
                .query(Integer.class)
                .single();
    }

    Page<Project> list(OrgId org, Page.Slice slice) {
        List<Project> found = jdbc.sql("""
                        select org_id, id, name, slug, description, is_default, created_at, updated_at
                        from project
                        where org_id = :org
                        order by id
                        limit :limit offset :offset
                        """)
                .param("org", org.value())
                .param("limit", slice.limit())
                .param("offset", slice.offset())
                .query(ProjectStore::project)
                .list();
        return Page.of(count(org), slice, found);
    }

    void update(OrgId org, UUID id, String name, String slug, @Nullable String description) {
        jdbc.sql("""
                        update project
                        set name = :name, slug = :slug, description = :description, updated_at = now()
                        where org_id = :org and id = :id
                        """)
                .param("org", org.value())
                .param("id", id)
                .param("name", name)
                .param("slug", slug)
                .param("description", description, java.sql.Types.VARCHAR)
                .update();
    }

    void delete(OrgId org, UUID id) {
        jdbc.sql("delete from project where org_id = :org and id = :id")
                .param("org", org.value())
                .param("id", id)
                .update();
    }

    private static Project project(ResultSet row, int number) throws SQLException {
        return new Project(
                row.getObject("id", UUID.class),
                new OrgId(row.getObject("org_id", UUID.class)),
                row.getString("name"),
                row.getString("slug"),
                row.getString("description"),
                row.getBoolean("is_default"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }
}
