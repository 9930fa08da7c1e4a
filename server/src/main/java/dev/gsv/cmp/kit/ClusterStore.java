package dev.gsv.cmp.kit;

import java.util.List;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The few statements about a database server itself; no table of any room. */
@AllOrgs(because = "it asks about the server and reads no row")
final class ClusterStore {
    /** The settings without which a commit that was answered can be lost. */
    private static final List<String> DURABILITY = List.of("fsync", "synchronous_commit", "full_page_writes");

    private final JdbcClient sql;

    ClusterStore(DataSource source) {
        this.sql = JdbcClient.create(source);
    }

    /**
     * Refuses a server that answers a commit before it is on disk.
     *
     * @throws CannotStart naming the settings that are off
     */
    void assertDurable() {
        for (String name : DURABILITY) {
            String value = sql.sql("select current_setting(:name)")
                    .param("name", name)
                    .query(String.class)
                    .single();
            if (value.equals("off")) {
                throw new CannotStart(
                        "The database runs with " + name + "=off: credit that was answered as spent could be lost.",
                        "Switch " + name + " on in PostgreSQL's configuration.");
            }
        }
    }

    /** The server's major version, such as 18. */
    int majorVersion() {
        return sql.sql("select current_setting('server_version_num')::int / 10000")
                .query(Integer.class)
                .single();
    }

    void createDatabase(String name) {
        int found = sql.sql("select count(*) from pg_database where datname = :name")
                .param("name", name)
                .query(Integer.class)
                .single();
        if (found == 0) {
            sql.sql("create database " + plain(name)).update();
        }
    }

    /** A user who may sign in, and may do nothing before rights are given. */
    void createLogin(String name, String password) {
        if (!password.matches("[0-9a-f]+")) {
            throw new IllegalArgumentException("not a password of ours");
        }
        String clause = " login nosuperuser nocreatedb nocreaterole noreplication password '" + password + "'";
        sql.sql((exists(name) ? "alter role " : "create role ") + plain(name) + clause)
                .update();
    }

    /**
     * Makes a role without a login that the signed-in user may work as.
     *
     * @return false when this user may not make roles
     */
    boolean createRole(String name) {
        boolean may = sql.sql("select rolsuper or rolcreaterole from pg_roles where rolname = current_user")
                .query(Boolean.class)
                .single();
        if (!may) {
            return false;
        }
        try {
            if (!exists(name)) {
                sql.sql("create role " + plain(name) + " nologin").update();
            }
        } catch (DataAccessException e) {
            // Roles belong to the whole server: another installation may have made it in this moment.
            if (!exists(name)) {
                throw e;
            }
        }
        boolean member = sql.sql("select pg_has_role(current_user, :name, 'set')")
                .param("name", name)
                .query(Boolean.class)
                .single();
        if (!member) {
            sql.sql("grant " + plain(name) + " to current_user").update();
        }
        return true;
    }

    String currentUser() {
        return sql.sql("select current_user").query(String.class).single();
    }

    /** Gives a role what the program needs on the tables of the signed-in user, and no more. */
    void giveRights(String role) {
        sql.sql("select application_rights(:role::name)")
                .param("role", role)
                .query((row, number) -> number)
                .list();
    }

    /** Whether this role owns tables, so that nothing keeps it from changing them. */
    boolean ownsTables(String role) {
        return sql.sql("""
                        select exists (select from pg_class c
                                       join pg_namespace n on n.oid = c.relnamespace
                                       where n.nspname = 'public' and c.relkind in ('r', 'p')
                                         and pg_has_role(:role, c.relowner, 'usage'))
                        """).param("role", role).query(Boolean.class).single();
    }

    private boolean exists(String role) {
        return sql.sql("select exists (select from pg_roles where rolname = :name)")
                .param("name", role)
                .query(Boolean.class)
                .single();
    }

    private static String plain(String name) {
        if (!name.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("not a name of ours: " + name);
        }
        return name;
    }
}
