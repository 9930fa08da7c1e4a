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

/** The tables {@code membership} and {@code team_member}. */
@Repository
class MemberStore {

    private static final String SELECT = """
            select m.org_id, m.id, m.user_id, coalesce(l.email, m.email) as email, l.name, m.role,
                   array(select t.team_id from team_member t
                         where t.org_id = m.org_id and t.membership_id = m.id order by t.team_id) as team_ids,
                   m.created_at, m.updated_at
            from membership m
            left join identity_link l on l.subject = m.user_id
            """;

    private final JdbcClient jdbc;

    MemberStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when this person is a member, or this address is invited, already. */
    boolean insert(OrgId org, UUID id, @Nullable String subject, @Nullable String email, Role role) {
        return jdbc.sql("""
                        insert into membership (org_id, id, user_id, email, role)
                        values (:org, :id, :subject, :email, :role)
                        on conflict do nothing
                        """)
                        .param("org", org.value())
                        .param("id", id)
                        .param("subject", subject, java.sql.Types.VARCHAR)
                        .param("email", email, java.sql.Types.VARCHAR)
                        .param("role", role.text())
                        .update()
                == 1;
    }

    /** By the id of the membership, where it can be one, or by the subject of the person. */
    Optional<Membership> find(OrgId org, @Nullable UUID id, String subject) {
        return jdbc
                .sql(SELECT + """
                        where m.org_id = :org and (m.id = :id or m.user_id in (:subject, :id::text))
                        """)
                .param("org", org.value())
                .param("id", id, java.sql.Types.OTHER)
                .param("subject", subject)
                .query(MemberStore::membership)
                .list()
                .stream()
                .findFirst();
    }

    Optional<Role> role(OrgId org, String subject) {
        return jdbc.sql("select role from membership where org_id = :org and user_id = :subject")
                .param("org", org.value())
                .param("subject", subject)
                .query(String.class)
                .optional()
                .map(Role::parse);
    }

    int count(OrgId org) {
        return jdbc.sql("select count(*) from membership where org_id = :org")
                .param("org", org.value())
                .query(Integer.class)
                .single();
    }

    /** Owners who have joined: an invitation owns nothing yet. */
    int owners(OrgId org) {
        return jdbc.sql("""
                        select count(*) from membership
                        where org_id = :org and role = 'owner' and user_id is not null
                        """).param("org", org.value()).query(Integer.class).single();
    }

    Page<Membership> list(OrgId org, Page.Slice slice) {
        List<Membership> found = jdbc.sql(SELECT + """
                        where m.org_id = :org
                        order by m.id
                        limit :limit offset :offset
                        """)
                .param("org", org.value())
                .param("limit", slice.limit())
                .param("offset", slice.offset())
                .query(MemberStore::membership)
                .list();
        return Page.of(count(org), slice, found);
    }

    void role(OrgId org, UUID id, Role role) {
        jdbc.sql("update membership set role = :role, updated_at = now() where org_id = :org and id = :id")
                .param("org", org.value())
                .param("id", id)
                .param("role", role.text())
                .update();
    }

    /** Replaces the teams of a member; returns how many of the named teams exist. */
    int teams(OrgId org, UUID id, List<UUID> teams) {
        jdbc.sql("delete from team_member where org_id = :org and membership_id = :id")
                .param("org", org.value())
                .param("id", id)
                .update();
        return jdbc.sql("""
                        insert into team_member (org_id, team_id, membership_id)
                        select t.org_id, t.id, :id from team t
                        where t.org_id = :org and t.id = any (:teams)
                        """)
                .param("org", org.value())
                .param("id", id)
                .param("teams", teams.toArray(UUID[]::new))
                .update();
    }

    void delete(OrgId org, UUID id) {
        jdbc.sql("delete from membership where org_id = :org and id = :id")
                .param("org", org.value())
                .param("id", id)
                .update();
    }

    private static Membership membership(ResultSet row, int number) throws SQLException {
        String subject = row.getString("user_id");
        return new Membership(
                row.getObject("id", UUID.class),
                new OrgId(row.getObject("org_id", UUID.class)),
                subject,
                row.getString("email"),
                row.getString("name"),
                Role.parse(row.getString("role")),
                subject == null ? Membership.Status.INVITED : Membership.Status.ACTIVE,
                List.of((UUID[]) row.getArray("team_ids").getArray()),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }
}
