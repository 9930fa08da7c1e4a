package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.AllOrgs;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code identity_link}, and the invitations that wait for a person. */
@Repository
@AllOrgs(because = "a person is no organization's own; only their own memberships are touched")
class PeopleStore {

    /**
     * What is known of a person.
     *
     * @param same true when the token says nothing new
     * @param invited true when an invitation waits for the address
     */
    record Known(boolean disabled, boolean same, boolean invited) {}

    private final JdbcClient jdbc;

    PeopleStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<Known> known(String subject, String name, @Nullable String email, boolean verified) {
        return jdbc.sql("""
                        select disabled,
                               name = :name and email is not distinct from :email and email_verified = :verified as same,
                               exists (select 1 from membership m where m.email = :email and m.user_id is null) as invited
                        from identity_link
                        where subject = :subject
                        """)
                .param("subject", subject)
                .param("name", name)
                .param("email", email, java.sql.Types.VARCHAR)
                .param("verified", verified)
                .query(Known.class)
                .optional();
    }

    /** Writes what a token says; holds the person's row until the transaction ends. */
    void save(String subject, String name, @Nullable String email, boolean verified) {
        jdbc.sql("""
                        insert into identity_link (subject, name, email, email_verified)
                        values (:subject, :name, :email, :verified)
                        on conflict (subject) do update
                        set name = excluded.name, email = excluded.email, email_verified = excluded.email_verified,
                            updated_at = now()
                        """)
                .param("subject", subject)
                .param("name", name)
                .param("email", email, java.sql.Types.VARCHAR)
                .param("verified", verified)
                .update();
    }

    /** Turns invitations of an address into memberships of the person; an invitation to where they are already ends. */
    void join(String subject, String email) {
        jdbc.sql("""
                        with waiting as (
                            select m.org_id, m.id,
                                   exists (select 1 from membership x
                                           where x.org_id = m.org_id and x.user_id = :subject) as already
                            from membership m
                            where m.email = :email and m.user_id is null
                            for update of m
                        ), ended as (
                            delete from membership m using waiting w
                            where m.org_id = w.org_id and m.id = w.id and w.already
                        )
                        update membership m
                        set user_id = :subject, updated_at = now()
                        from waiting w
                        where m.org_id = w.org_id and m.id = w.id and not w.already
                        """).param("subject", subject).param("email", email).update();
    }

    /** The person who proved that an address is theirs; the last one when there are several. */
    Optional<String> verified(String email) {
        return jdbc.sql("""
                        select subject from identity_link
                        where email = :email and email_verified
                        order by updated_at desc
                        limit 1
                        """).param("email", email).query(String.class).optional();
    }

    boolean disable(String subject, boolean disabled) {
        return jdbc.sql("update identity_link set disabled = :disabled, updated_at = now() where subject = :subject")
                        .param("subject", subject)
                        .param("disabled", disabled)
                        .update()
                == 1;
    }
}
