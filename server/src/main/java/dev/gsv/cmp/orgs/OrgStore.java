package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code organization}, and who may enter. */
@Repository
class OrgStore {

    /** What an organization says about one person. */
    record Standing(Organization.Status status, @Nullable Role role) {}

    /** An organization of a person, and as what they belong to it. */
    record Joined(Organization organization, Role role) {}

    private final JdbcClient jdbc;

    OrgStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when the slug is taken. Waits for a transaction that is about to take it. */
    boolean insert(OrgId org, NewOrganization wanted, String slug, String owner) {
        return jdbc.sql("""
                        insert into organization (id, name, slug, owner_id, is_provider)
                        values (:id, :name, :slug, :owner, :provider)
                        on conflict (slug) where closed_at is null do nothing
                        """)
                        .param("id", org.value())
                        .param("name", wanted.name())
                        .param("slug", slug)
                        .param("owner", owner)
                        .param("provider", Boolean.TRUE.equals(wanted.isProvider()))
                        .update()
                == 1;
    }

    Optional<Organization> find(OrgId org) {
        return jdbc.sql("""
                        select id, name, slug, owner_id, is_provider, status, created_at, updated_at
                        from organization
                        where id = :org and closed_at is null
                        """)
                .param("org", org.value())
                .query(OrgStore::organization)
                .optional();
    }

    /** What carries these slugs now; the project may be unknown. */
    @AllOrgs(because = "whoever names an organization by its slug does not know its id yet")
    Optional<Orgs.Spot> spot(String slug, String project) {
        return jdbc.sql("""
                        select o.id, p.id as project
                        from organization o
                        left join project p on p.org_id = o.id and p.slug = :project
                        where o.slug = :slug and o.closed_at is null
                        """)
                .param("slug", slug)
                .param("project", project)
                .query((row, number) ->
                        new Orgs.Spot(new OrgId(row.getObject("id", UUID.class)), row.getObject("project", UUID.class)))
                .optional();
    }

    /** Empty when there is no such organization; without a role when the person is not a member. */
    Optional<Standing> standing(OrgId org, String subject) {
        return jdbc.sql("""
                        select o.status, m.role
                        from organization o
                        left join membership m on m.org_id = o.id and m.user_id = :subject
                        where o.id = :org and o.closed_at is null
                        """)
                .param("org", org.value())
                .param("subject", subject)
                .query((row, number) -> {
                    String role = row.getString("role");
                    return new Standing(
                            Organization.Status.of(row.getString("status")), role == null ? null : Role.parse(role));
                })
                .optional();
    }

    /**
     * Locks an organization for a change of its people or parts; false when there is none. Not "for update": rows that
     * refer to the organization may still be written meanwhile.
     */
    boolean lock(OrgId org) {
        return jdbc.sql("select 1 from organization where id = :org and closed_at is null for no key update")
                .param("org", org.value())
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /** Locks an organization so that no row that refers to it can be written meanwhile. */
    boolean lockAlone(OrgId org) {
        return jdbc.sql("select 1 from organization where id = :org and closed_at is null for update")
                .param("org", org.value())
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    void update(OrgId org, String name, String slug, boolean provider) {
        jdbc.sql("""
                        update organization
                        set name = :name, slug = :slug, is_provider = :provider, updated_at = now()
                        where id = :org
                        """)
                .param("org", org.value())
                .param("name", name)
                .param("slug", slug)
                .param("provider", provider)
                .update();
    }

    void sells(OrgId org) {
        jdbc.sql("update organization set is_provider = true, updated_at = now() where id = :org and not is_provider")
                .param("org", org.value())
                .update();
    }

    void status(OrgId org, Organization.Status status) {
        jdbc.sql("update organization set status = :status, updated_at = now() where id = :org and status <> :status")
                .param("org", org.value())
                .param("status", status.text())
                .update();
    }

    void close(OrgId org) {
        jdbc.sql("update organization set closed_at = now(), updated_at = now() where id = :org")
                .param("org", org.value())
                .update();
    }

    /** Keeps {@code owner_id} the subject of an owner after a change of people. */
    void refreshOwner(OrgId org) {
        jdbc.sql("""
                        update organization o
                        set owner_id = (
                                select m.user_id from membership m
                                where m.org_id = o.id and m.role = 'owner' and m.user_id is not null
                                order by m.id limit 1),
                            updated_at = now()
                        where o.id = :org
                          and not exists (
                                select 1 from membership m
                                where m.org_id = o.id and m.user_id = o.owner_id and m.role = 'owner')
                        """).param("org", org.value()).update();
    }

    @AllOrgs(because = "a person's own organizations, found by their memberships")
    Optional<OrgId> firstOwned(String subject) {
        return first(subject, true);
    }

    @AllOrgs(because = "a person's own organizations, found by their memberships")
    Optional<OrgId> firstJoined(String subject) {
        return first(subject, false);
    }

    private Optional<OrgId> first(String subject, boolean owned) {
        return jdbc.sql("""
                        select o.id
                        from membership m
                        join organization o on o.id = m.org_id and o.closed_at is null
                        where m.user_id = :subject and (not :owned or m.role = 'owner')
                        order by o.id
                        limit 1
                        """)
                .param("subject", subject)
                .param("owned", owned)
                .query((row, number) -> new OrgId(row.getObject("id", UUID.class)))
                .optional();
    }

    @AllOrgs(because = "a person's own organizations, found by their memberships")
    int owned(String subject) {
        return jdbc.sql("""
                        select count(*)
                        from membership m
                        join organization o on o.id = m.org_id and o.closed_at is null
                        where m.user_id = :subject and m.role = 'owner'
                        """).param("subject", subject).query(Integer.class).single();
    }

    @AllOrgs(because = "a person's own organizations, found by their memberships")
    Page<Joined> joined(String subject, Page.Slice slice) {
        long count = jdbc.sql("""
                        select count(*)
                        from membership m
                        join organization o on o.id = m.org_id and o.closed_at is null
                        where m.user_id = :subject
                        """).param("subject", subject).query(Long.class).single();
        List<Joined> found = jdbc.sql("""
                        select o.id, o.name, o.slug, o.owner_id, o.is_provider, o.status, o.created_at, o.updated_at,
                               m.role
                        from membership m
                        join organization o on o.id = m.org_id and o.closed_at is null
                        where m.user_id = :subject
                        order by o.id
                        limit :limit offset :offset
                        """)
                .param("subject", subject)
                .param("limit", slice.limit())
                .param("offset", slice.offset())
                .query((row, number) -> new Joined(organization(row, number), Role.parse(row.getString("role"))))
                .list();
        return Page.of(count, slice, found);
    }

    private static Organization organization(ResultSet row, int number) throws SQLException {
        return new Organization(
                new OrgId(row.getObject("id", UUID.class)),
                row.getString("name"),
                row.getString("slug"),
                row.getString("owner_id"),
                row.getBoolean("is_provider"),
                Organization.Status.of(row.getString("status")),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }
}
