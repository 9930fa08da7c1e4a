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

/** The table {@code team}. */
@Repository
class TeamStore {

    private final JdbcClient jdbc;

    TeamStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when the slug is taken in this organization. */
    boolean insert(OrgId org, UUID id, String name, String slug, @Nullable String description) {
        return jdbc.sql("""
                        insert into team (org_id, id, name, slug, description)
                        values (:org, :id, :name, :slug, :description)
                        on conflict (org_id, slug) do nothing
                        """)
                        .param("org", org.value())
                        .param("id", id)
                        .param("name", name)
                        .param("slug", slug)
                        .param("description", description, java.sql.Types.VARCHAR)
                        .update()
                == 1;
    }

    Optional<Team> find(OrgId org, UUID id) {
        return jdbc.sql("""
                        select org_id, id, name, slug, description, created_at, updated_at
                        from team
                        where org_id = :org and id = :id
                        """)
                .param("org", org.value())
                .param("id", id)
                .query(TeamStore::team)
                .optional();
    }

    int count(OrgId org) {
        return jdbc.sql("select count(*) from team where org_id = :org")
                .param("org", org.value())
                .query(Integer.class)
                .single();
    }

    Page<Team> list(OrgId org, Page.Slice slice) {
        List<Team> found = jdbc.sql("""
                        select org_id, id, name, slug, description, created_at, updated_at
                        from team
                        where org_id = :org
                        order by id
                        limit :limit offset :offset
                        """)
                .param("org", org.value())
                .param("limit", slice.limit())
                .param("offset", slice.offset())
                .query(TeamStore::team)
                .list();
        return Page.of(count(org), slice, found);
    }

    void update(OrgId org, UUID id, String name, String slug, @Nullable String description) {
        jdbc.sql("""
                        update team
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
        jdbc.sql("delete from team where org_id = :org and id = :id")
                .param("org", org.value())
                .param("id", id)
                .update();
    }

    private static Team team(ResultSet row, int number) throws SQLException {
        return new Team(
                row.getObject("id", UUID.class),
                new OrgId(row.getObject("org_id", UUID.class)),
                row.getString("name"),
                row.getString("slug"),
                row.getString("description"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }
}
